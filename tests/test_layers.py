"""Packages import in one direction, and few of them know each other."""

import ast
from pathlib import Path

import podium
from support.layers import ORDER

PACKAGE = Path(podium.__file__).parent
COMPETITIONS = PACKAGE.parents[1] / "competitions"
MOST_ROOMS = 18
MOST_ARROWS = 75


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    """The packages and modules of podium that a file imports, also for its types alone."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    dotted = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module == "podium":
            dotted += [f"podium.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            dotted.append(node.module or "")
    return {name.split(".")[1] for name in dotted if name.startswith("podium.")} & set(ORDER)


def arrows() -> set[tuple[str, str]]:
    found = {(room_of(path), room) for path in PACKAGE.rglob("*.py") for room in imported_rooms(path)}
    found |= {("competitions", room) for path in COMPETITIONS.rglob("*.py") for room in imported_rooms(path)}
    return {(start, end) for start, end in found if start != end}


def test_every_package_has_its_place():
    rooms = {path.stem for path in PACKAGE.glob("*.py")} | {
        p.parent.name for p in PACKAGE.glob("*/__init__.py")
    }
    assert rooms - {"__init__"} == set(ORDER)
    assert len(rooms) <= MOST_ROOMS


def test_packages_import_only_from_their_left():
    backward = [
        f"{path.relative_to(PACKAGE)} imports {room}"
        for path in PACKAGE.rglob("*.py")
        if path != PACKAGE / "__init__.py"
        for room in imported_rooms(path)
        if ORDER.index(room) > ORDER.index(room_of(path))
    ]
    assert backward == []


def test_few_packages_know_each_other():
    found = sorted(arrows())
    assert len(found) <= MOST_ARROWS, f"{len(found)} arrows: {found}"


def test_the_root_module_imports_nothing_of_the_package():
    assert imported_rooms(PACKAGE / "__init__.py") == set()
