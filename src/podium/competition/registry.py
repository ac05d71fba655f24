"""Find the competition folders of a checkout and load what they declare."""

from __future__ import annotations

import importlib
import sys
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from pathlib import Path

from podium.competition.declaration import Competition
from podium.competition.tuned import with_tuned
from podium.errors import CompetitionError
from podium.formatting import did_you_mean


def find_root(start: Path) -> Path:
    """Return the nearest folder from `start` upward that holds `competitions/`."""
    for folder in (start, *start.parents):
        if (folder / "competitions").is_dir():
            return folder
    raise CompetitionError(
        f"{start} must lie in a folder that holds 'competitions/', found none upward; "
        "go to the checkout or pass --root"
    )


def list_names(root: Path) -> list[str]:
    """Return the names of all competitions, found without importing any."""
    return sorted(path.parent.name for path in root.glob("competitions/*/competition.py"))


def get_competition(root: Path, name: str) -> Competition:
    """Return one competition, or a variant of it, with what tuning found on its roster. What its file raises
    on import is raised here."""
    name, _, variant = name.partition("@")
    names = list_names(root)
    if name not in names:
        raise CompetitionError(f"no competition {name!r}; {did_you_mean(name, names)}")
    look_first_in(root / "competitions", name)
    module = importlib.import_module(f"competitions.{name}.competition")
    declared = getattr(module, "COMPETITION", None)
    if not isinstance(declared, Competition):
        raise CompetitionError(
            f"{module.__file__} must define COMPETITION as a Competition, got {declared!r}; add it"
        )
    if declared.name != name:
        raise CompetitionError(
            f"{module.__file__} must declare the name of its folder, {name!r}, "
            f"got {declared.name!r}; rename one of them"
        )
    return with_tuned(declared.varied(variant) if variant else declared, root)


def look_first_in(folder: Path, name: str) -> None:
    """Make the folder the first one of the package `competitions`, whatever else is called so where the
    process was started, and forget the competition of that name of another folder."""
    package = sys.modules.get("competitions")
    if package is None:
        package = module_from_spec(ModuleSpec("competitions", None, is_package=True))
        sys.modules["competitions"] = package
    others = [place for place in package.__path__ if place != str(folder)]
    package.__path__ = [str(folder), *others]
    # A package without a file of its own has the places of all folders: its modules say where they are from.
    own = [m for m in sys.modules if f"{m}.".startswith(f"competitions.{name}.")]
    files = [getattr(sys.modules[module], "__file__", None) for module in own]
    if any(file and not Path(file).is_relative_to(folder / name) for file in files):
        for module in own:
            del sys.modules[module]


def results_folder(root: Path, name: str) -> Path:
    """Return where the runs of a competition, or of a variant, leave their results."""
    return root / "submissions" / name
