"""Imports run in one direction: a module may import only what stands before it."""

import ast
from pathlib import Path

import podium

PACKAGE = Path(podium.__file__).parent
ORDER = [
    "errors",
    "content",
    "code",
    "tables",
    "disk",
    "dataset",
    "parts",
    "competition",
    "files",
    "folds",
    "metrics",
    "predictions",
    "store",
    "images",
    "lookalikes",
    "drawings",
    "fitted",
    "models",
    "crossval",
    "blend",
    "stats",
    "ranges",
    "submission",
    "leaderboard",
    "doubts",
    "words",
    "bins",
    "marks",
    "figures",
    "plots",
    "posts",
    "maps",
    "page",
    "audit",
    "train",
    "explore",
    "predict",
    "check",
    "remote",
    "report",
    "guess",
    "declaration",
    "new",
    "demo",
    "terminal",
    "cli",
    "__main__",
]


def test_every_module_has_its_place():
    rooms = {p.stem for p in PACKAGE.glob("*.py")} | {p.parent.name for p in PACKAGE.glob("*/__init__.py")}
    assert rooms - {"__init__"} == set(ORDER)


def test_modules_import_only_from_their_left():
    backward = [
        f"{path.relative_to(PACKAGE)} imports {target}"
        for path in PACKAGE.rglob("*.py")
        for target in imported_rooms(path)
        if ORDER.index(target) > ORDER.index(room_of(path))
    ]
    assert backward == []


def room_of(path: Path) -> str:
    inside = path.relative_to(PACKAGE).parts[0]
    return ORDER[-1] if inside == "__init__.py" else inside.removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    dotted = [a.name for n in nodes if isinstance(n, ast.Import) for a in n.names]
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module == "podium":
            dotted += [f"podium.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            dotted.append(node.module or "")
    return {name.split(".")[1] for name in dotted if name.startswith("podium.")}
