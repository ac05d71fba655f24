"""The border of the system: what a model or a blend predicts for every row.

Whatever comes before (models) only makes these; whatever comes after (blends, statistics, submissions) only
reads them, so a blend is made of models or of blends alike.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

from podium.errors import BlendError
from podium.metrics import Scorer
from podium.pipeline.folds import Folds
from podium.storage.store import Store


@dataclass(frozen=True)
class Predictions:
    """Predictions of one model or blend, (s, c) out of fold for the scored rows and (m, c) for the test rows.

    The task names the c columns. Each row of `oof` comes from a fit that has not seen it; `test` is the mean
    over the folds' fits for a model, and for a blend its combination of the members' `test`. For blends
    `oof` is nested: combined by weights fitted on the other folds. Seconds are sums over folds.
    """

    name: str
    id: str
    data_id: str
    folds_id: str
    oof: np.ndarray
    test: np.ndarray
    score: float
    fold_scores: tuple[float, ...]
    fit_seconds: float
    predict_seconds: float
    is_blend: bool = False
    details: Mapping[str, Any] = field(default_factory=dict)


def fold_scores(scorer: Scorer, oof: np.ndarray, folds: Folds) -> tuple[float, ...]:
    """Return the score of each fold's rows."""
    return tuple(scorer.take(fold.valid).score(oof[fold.valid]) for fold in folds)


def require_same_folds(members: Sequence[Predictions]) -> None:
    """Raise BlendError unless all members are of the same rows in the same folds."""
    kinds = {(member.data_id, member.folds_id) for member in members}
    if len(kinds) != 1:
        listed = ", ".join(f"{p.name} (data {p.data_id}, folds {p.folds_id})" for p in members[:3])
        raise BlendError(
            f"a blend must have members of one data set and one set of folds, got {len(kinds)}: "
            f"{listed or 'no members'}; train them together"
        )


def save_predictions(store: Store, path: Path, predictions: Predictions) -> None:
    """Write predictions as one file, whole or not at all."""
    facts = {f.name: getattr(predictions, f.name) for f in fields(predictions)}
    arrays = {name: facts.pop(name) for name in ("oof", "test")}
    store.write_arrays(path, {**arrays, "facts": np.array(json.dumps(facts))})


def read_predictions(store: Store, path: Path) -> Predictions | None:
    """Return the predictions, or None where there is no readable file."""
    arrays = store.read_arrays(path)
    if arrays is None:
        return None
    facts: dict[str, Any] = json.loads(str(arrays["facts"]))
    facts["fold_scores"] = tuple(facts["fold_scores"])
    return Predictions(**facts, oof=arrays["oof"], test=arrays["test"])
