"""What a result depends on besides data: the code behind it and the versions of its libraries.

Both are read from source text, nothing is imported, so that an unchanged model can be recognised without
loading TensorFlow. Comments, docstrings, layout and the messages of raised errors do not count as code, nor
do the search spaces that a module assigns to SPACES: they say which parameters to try, not what a fit does.

The rule for a fit: it depends on the module of the model's factory, on what that imports of `podium.models`
(or of the factory's own package), and on the modules of `podium.data` that make numbers of files and texts
(`SHAPE_INPUTS`). It does not depend on errors, formatting, reports, on how rows are found and shown, or on
which other models there are.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from podium.storage.hashing import content_id

SHAPE_INPUTS = (
    "podium.data.cached_pixels",
    "podium.data.cell_parts",
    "podium.data.cells",
    "podium.data.image_spec",
    "podium.data.text_cleaning",
)
SPACES = "SPACES"
_REGISTRY = "podium.models.registry"  # of names: a package that adds a model imports it
_SOURCE = Path(__file__).parents[2]  # the folder that holds the package
_DISTRIBUTION = {"PIL": "pillow", "sklearn": "scikit-learn"}  # where it differs from the import's name


@cache
def code_id(module: str) -> str:
    """Return an id of a podium module and of every podium module that it imports."""
    return content_id(*(_dumped(name) for name in _closure(module, _is_podium)))


@cache
def fit_code_id(module: str) -> str:
    """Return an id of the code that a fit depends on, given the module of the model's factory."""
    return content_id(*(_dumped(name) for name in _fit_closure(module)))


@cache
def library_versions(module: str) -> dict[str, str | None]:
    """Return the versions of the libraries that `module` and its podium imports use; None where an optional
    one is not installed."""
    own = module.partition(".")[0]
    used = {
        i.partition(".")[0] for name in _closure(module, _in_packages("podium", own)) for i in _imports(name)
    }
    libraries = used - sys.stdlib_module_names - {"podium", "competitions", own}
    return {name: library_version(name) for name in sorted(_DISTRIBUTION.get(i, i) for i in libraries)}


def declared_spaces(module: str) -> object:
    """Return what a module assigns to SPACES, read without importing it; None where there is no such name.

    Raises ValueError for anything but a literal.
    """
    for statement in _parsed(module).body:
        if _assigns_spaces(statement):
            return ast.literal_eval(statement.value)  # type: ignore[attr-defined]
    return None


def library_version(library: str) -> str | None:
    """Return the installed version of a distribution, or None."""
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def _fit_closure(module: str) -> list[str]:
    own = module.partition(".")[0]
    inside = _in_packages("podium", own)
    reached = _closure(module, lambda name: name != _REGISTRY and inside(name))
    return [name for name in reached if _counts_for_fits(name, own)]


def _counts_for_fits(name: str, own: str) -> bool:
    if own != "podium" and name.partition(".")[0] == own:
        return True
    return name.startswith("podium.models.") or name in SHAPE_INPUTS


def _is_podium(name: str) -> bool:
    return name.startswith("podium.")


def _in_packages(*packages: str) -> Callable[[str], bool]:
    return lambda name: name.partition(".")[0] in packages


def _closure(module: str, counts: Callable[[str], bool]) -> list[str]:
    reached: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in reached and _path(name) is not None:
            reached.add(name)
            waiting += [imported for imported in _imports(name) if counts(imported)]
    return sorted(reached)


@cache
def _path(module: str) -> Path | None:
    """Return the source file of a module, or None where there is none."""
    parts = module.split(".")
    for folder in _folders(parts[0]):
        place = folder.joinpath(*parts)
        for path in (place / "__init__.py", place.with_name(f"{place.name}.py")):
            if path.is_file():
                return path
    return None


def _folders(package: str) -> Iterator[Path]:
    """Yield where a package may lie: podium here; another where it was imported from, on the path, or where
    its editable install says."""
    if package == "podium":
        yield _SOURCE
        return
    yield from (Path(place).parent for place in getattr(sys.modules.get(package), "__path__", ()))
    yield from map(Path, sys.path)
    spec = find_spec(package)
    if spec is not None and spec.origin is not None:
        origin = Path(spec.origin)
        yield origin.parents[1] if origin.name == "__init__.py" else origin.parent


def _parsed(module: str) -> ast.Module:
    path = _path(module)
    return ast.parse(path.read_text(encoding="utf-8") if path else "")


def _assigns_spaces(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.AnnAssign):
        return _is_spaces(statement.target)
    return isinstance(statement, ast.Assign) and _is_spaces(statement.targets[0])


def _is_spaces(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and target.id == SPACES


@cache
def _tree(module: str) -> ast.Module:
    tree = _parsed(module)
    tree.body = [statement for statement in tree.body if not _assigns_spaces(statement)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            node.body = node.body[1:]
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            node.exc.args = []
    return tree


@cache
def _dumped(module: str) -> str:
    return ast.dump(_tree(module))


@cache
def _imports(module: str) -> tuple[str, ...]:
    """Return the modules, and the names in them, that a module imports."""
    package = module if _is_package(module) else module.rpartition(".")[0]
    found = []
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, package)
            found += [base, *(f"{base}.{alias.name}" for alias in node.names)]
    return tuple(found)


def _is_package(module: str) -> bool:
    path = _path(module)
    return path is not None and path.name == "__init__.py"


def _absolute(node: ast.ImportFrom, package: str) -> str:
    """Return the module that `from ... import` names, also where it is named relatively."""
    if not node.level:
        return node.module or ""
    parents = package.split(".")
    base = parents[: len(parents) - node.level + 1]
    return ".".join([*base, *([node.module] if node.module else [])])
