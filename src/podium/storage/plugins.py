"""What other installed packages add to podium: the entry points that their pyproject.toml declares.

Nothing of another package is imported before somebody asks for it by name, so that a broken package stops no
one else.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TypeVar

from podium.errors import PodiumError
from podium.formatting import short

Kind = TypeVar("Kind")


def plugin_names(group: str) -> list[str]:
    """Return the names that other packages add to a group of entry points."""
    return [point.name for point in entry_points(group=group)]


def load_plugin(group: str, name: str, kind: type[Kind], refusal: type[PodiumError]) -> Kind | None:
    """Return what another package adds by that name, or None if none does.

    Raises `refusal` for an entry point that cannot be loaded, or that is not of the `kind`.
    """
    points = {point.name: point for point in entry_points(group=group)}
    if name not in points:
        return None
    try:
        found = points[name].load()
    except Exception as error:  # the module of another package may raise whatever it likes
        got = f"{type(error).__name__}: {short(error, most=100)}"
    else:
        if isinstance(found, kind):
            return found
        got = type(found).__name__
    raise refusal(
        f"entry point {name!r} of {group} must be a {kind.__name__}, got {got}; "
        f"mend or remove the package with {points[name].value!r}"
    )
