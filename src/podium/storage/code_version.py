"""What a result depends on besides data: the code behind it and the versions of its libraries.

Both are read from source text, nothing is imported: so an unchanged model can be recognised without
loading TensorFlow. Comments, docstrings and layout do not count as code.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from podium.storage.hashing import content_id

_SOURCE = Path(__file__).parents[2]  # the folder that holds the package
_DISTRIBUTION = {"PIL": "pillow", "sklearn": "scikit-learn"}  # where it differs from the import's name


@cache
def code_id(module: str) -> str:
    """An id of a podium module and of every podium module that it imports."""
    return content_id(*(ast.dump(_tree(name)) for name in _closure(module)))


@cache
def library_versions(module: str) -> dict[str, str | None]:
    """The versions of the libraries that `module` and its podium imports use; None where an optional
    one is not installed."""
    used = {i.partition(".")[0] for name in _closure(module) for i in _imports(_tree(name))}
    libraries = used - sys.stdlib_module_names - {"podium"}
    return {name: library_version(name) for name in sorted(_DISTRIBUTION.get(i, i) for i in libraries)}


def library_version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None


@cache
def _closure(module: str) -> tuple[str, ...]:
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in seen and _path(name).is_file():
            seen.add(name)
            waiting += [i for i in _imports(_tree(name)) if i.startswith("podium.")]
    return tuple(sorted(seen))


def _path(module: str) -> Path:
    folder = _SOURCE.joinpath(*module.split("."))
    return folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")


@cache
def _tree(module: str) -> ast.Module:
    tree = ast.parse(_path(module).read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            node.body = node.body[1:]
    return tree


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
