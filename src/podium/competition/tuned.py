"""What tuning found, in a file of the competition's folder: tuned.json, of a variant tuned@<variant>.json.

    {"table-ridge": {"params": {"alpha": 3.1}, "note": "chosen of 20 trials ..."}}

Each model in it has a variant MODEL@tuned on the roster: the model's own parameters, and these
in their place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from podium.competition.declaration import Competition
from podium.errors import CompetitionError
from podium.formatting import short

TUNED = "tuned"


@dataclass(frozen=True)
class Tuned:
    """The parameters that tuning found for a model, and what is to be said of them on the leaderboard."""

    params: Mapping[str, Any]
    note: str


def variant_name(model: str, variant: str) -> str:
    """Return the name of a variant of a model, or of a variant of it."""
    return f"{model}-{variant}" if "@" in model else f"{model}@{variant}"


def tuned_name(model: str) -> str:
    """Return the name of a model's tuned variant."""
    return variant_name(model, TUNED)


def tuned_path(root: Path, competition: Competition) -> Path:
    """Return where what tuning found for a competition, or for a variant of it, is kept."""
    variant = competition.name.removeprefix(competition.folder)
    return root / "competitions" / competition.folder / f"tuned{variant}.json"


def with_tuned(competition: Competition, root: Path) -> Competition:
    """Return the competition with the tuned variants on its roster. Raise CompetitionError for a bad file."""
    found = read_tuned(tuned_path(root, competition))
    if not found:
        return competition
    names = {model: tuned_name(model) for model in found}
    roster = {names[model]: tuned_params(competition, model, tuned) for model, tuned in found.items()}
    toy_params = competition.toy_params
    return replace(
        competition,
        roster={**competition.roster, **roster},
        toy_params={**toy_params, **{names[m]: toy_params[m] for m in found if m in toy_params}},
        notes={**competition.notes, **{names[model]: tuned.note for model, tuned in found.items()}},
    )


def tuned_params(competition: Competition, model: str, tuned: Tuned) -> dict[str, Any]:
    """Return the parameters of a model's tuned variant, as a roster states them."""
    return {**competition.roster.get(model, {}), **tuned.params}


def read_tuned(path: Path) -> dict[str, Tuned]:
    """Return what a file holds of each model; nothing where there is no file.

    Raises CompetitionError for one that is not as `write_tuned` leaves it.
    """
    if not path.exists():
        return {}
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CompetitionError(f"{path} must be readable JSON, got: {error}; mend or remove it") from error
    if not isinstance(value, dict) or not all(_is_tuned(facts) for facts in value.values()):
        raise CompetitionError(
            f'{path} must map models to {{"params": {{...}}, "note": "..."}}, got {short(value, most=80)}; '
            "mend or remove it"
        )
    return {model: Tuned(**facts) for model, facts in value.items()}


def write_tuned(path: Path, model: str, tuned: Tuned | None) -> None:
    """Put what tuning found for a model into a file, or with None take the model out of it. A file of no
    models is removed."""
    found = read_tuned(path)
    found.pop(model, None)
    if tuned is not None:
        found[model] = tuned
    if not found:
        path.unlink(missing_ok=True)
        return

    from podium.storage.store import Store  # listing competitions must not wait for numpy

    value = {name: {"params": dict(one.params), "note": one.note} for name, one in sorted(found.items())}
    Store(path.parent).write_json(path, value)


def _is_tuned(facts: object) -> bool:
    """Return whether a value is {"params": {...}, "note": "..."}, and nothing else."""
    if not isinstance(facts, dict) or facts.keys() != {"params", "note"}:
        return False
    return isinstance(facts["params"], dict) and isinstance(facts["note"], str)
