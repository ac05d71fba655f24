"""Which parameters of a model can be tuned, and where better values are looked for.

The module of a factory says so beside it: it assigns to SPACES a mapping from the names of its factories to
their spaces. A space maps parameters to values: a tuple of the lowest and the highest number, both whole for
whole numbers, with "log" as its third where factors count rather than differences; or a list of choices.
SPACES is read from the source, so it is written out, without names of other things.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from podium.errors import ModelError
from podium.formatting import sample, short
from podium.models import registry
from podium.storage.code_version import declared_spaces

Space = Mapping[str, tuple[Any, ...] | list[Any]]
Roster = Mapping[str, Mapping[str, Any]]
FORMS = '(low, high), (low, high, "log") or a list of choices'


def search_space(
    name: str, params: Mapping[str, Any], kinds: Collection[str], roster: Roster | None = None
) -> Space:
    """Return the search space of a model, or of one of its variants, for one of the kinds of task.

    Raises ModelError for an unknown model, for a space of another form, and for a model that has no space:
    then those that have one are named, of the roster first.
    """
    factory = registry.find(name, kinds, params).factory
    space = _space_of(factory)
    if not space:
        raise ModelError(
            f"model {name!r} must have a search space to be tuned, found none beside its factory; "
            f"models that have one: {sample(_tunable(kinds, roster or {}), most=8)}"
        )
    for parameter, values in space.items():
        if not _is_valid(values):
            raise ModelError(
                f"parameter {parameter!r} in SPACES of {factory!r} must be {FORMS}, got {short(values)}"
            )
    return space


def _tunable(kinds: Collection[str], roster: Roster) -> list[str]:
    """Return the names of the models that have a search space and take one of the kinds of task: those of the
    roster, then podium's own."""
    own: Roster = {
        name: {} for name in registry.known_names(kinds) if name in registry.MODELS and name not in roster
    }
    known = {**roster, **own}
    return [name for name, params in known.items() if _space_of(registry.find(name, kinds, params).factory)]


def _space_of(factory: str) -> Space | None:
    """Return the space of "module:function", None where there is none."""
    module, _, function = factory.partition(":")
    try:
        spaces = declared_spaces(module)
    except (ValueError, TypeError) as error:
        raise ModelError(
            f"SPACES in {module} must be written out as a literal, got: {error}; write the values there"
        ) from error
    if spaces is None:
        return None
    if not isinstance(spaces, dict) or not all(isinstance(space, dict) for space in spaces.values()):
        raise ModelError(
            f"SPACES in {module} must map factories to their spaces, got {short(spaces, most=80)}; mend it"
        )
    return spaces.get(function)


def _is_valid(values: object) -> bool:
    if isinstance(values, list):
        return len(values) > 0
    return isinstance(values, tuple) and _is_interval(values)


def _is_interval(values: tuple[Any, ...]) -> bool:
    """Return whether the values are (low, high) or (low, high, "log"), both whole numbers or both not."""
    low, high, *scale = values if len(values) > 1 else (None, None)
    are_numbers = type(low) is type(high) and type(low) in (int, float)
    if not are_numbers or scale not in ([], ["log"]):
        return False
    return low < high and (not scale or low > 0)
