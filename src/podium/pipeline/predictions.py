"""The border of the system: what a model or a blend says of every row.

Whatever comes before (models) only makes these; whatever comes after (blends, statistics,
submissions) only reads them, so a blend is made of models or of blends alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from podium.errors import BlendError
from podium.metrics.metrics import Metric
from podium.pipeline.folds import Folds


@dataclass(frozen=True)
class Predictions:
    """`oof` (n, k) and `test` (m, k) are class probabilities, or numbers with k = 1. Each row of `oof`
    comes from a fit that has not seen it; `test` is the mean over the folds' fits for a model, and for
    a blend its combination of the members' `test`. For blends `oof` is nested: combined by weights
    fitted on the other folds. Seconds are sums over folds."""

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


def fold_scores(metric: Metric, y: np.ndarray, oof: np.ndarray, folds: Folds) -> tuple[float, ...]:
    return tuple(metric.score(y[fold.valid], oof[fold.valid]) for fold in folds)


def require_same_folds(members: Sequence[Predictions]) -> None:
    """Raises BlendError unless all members speak of the same rows in the same folds."""
    kinds = {(p.data_id, p.folds_id) for p in members}
    if len(kinds) != 1:
        listed = ", ".join(f"{p.name} (data {p.data_id}, folds {p.folds_id})" for p in members[:5])
        raise BlendError(
            f"a blend must have members of one data set and one set of folds, got {len(kinds)}: "
            f"{listed or 'no members'}; train them together"
        )
