"""Folds: made once, saved, and named by their content."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from podium.competition.declaration import FoldPlan
from podium.data.dataset import Dataset, contradictory
from podium.errors import FoldError
from podium.storage.hashing import content_id


@dataclass(frozen=True)
class Fold:
    """Row numbers to train on (n_train,) and to score on (n_valid,)."""

    train: np.ndarray
    valid: np.ndarray


@dataclass(frozen=True)
class Folds:
    """`valid_fold` (n,) says for each row in which fold it is scored, `untrained` (u,) names the rows
    that no fold trains on."""

    valid_fold: np.ndarray
    untrained: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    @cached_property
    def id(self) -> str:
        return content_id(self.valid_fold, *([self.untrained] if len(self.untrained) else []))

    def __len__(self) -> int:
        return int(self.valid_fold.max()) + 1

    def __iter__(self) -> Iterator[Fold]:
        for number in range(len(self)):
            scored = self.valid_fold == number
            train = np.setdiff1d(np.flatnonzero(~scored), self.untrained)
            yield Fold(train, np.flatnonzero(scored))


def make_folds(dataset: Dataset, plan: FoldPlan) -> Folds:
    """Stratified by class or by the quantiles of the numbers, and by group where the dataset has groups.

    Raises FoldError if a class (of numbers, all) has fewer rows (or groups) than there are folds.
    """
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    _require_enough(dataset, plan.n_splits)
    splitter_type = StratifiedKFold if dataset.groups is None else StratifiedGroupKFold
    splitter = splitter_type(plan.n_splits, shuffle=True, random_state=plan.seed)
    valid_fold = np.full(len(dataset.y), -1, dtype=np.int8)
    rows = np.zeros(len(dataset.y))
    for number, (_, valid) in enumerate(splitter.split(rows, strata(dataset, plan.n_splits), dataset.groups)):
        valid_fold[valid] = number
    if plan.contradictions == "drop":
        return Folds(valid_fold, np.flatnonzero(contradictory(dataset)))
    return Folds(valid_fold)


def strata(dataset: Dataset, least: int) -> np.ndarray:
    """Of each row (n,) its class, or which of at most ten equal parts of the sorted numbers it is in,
    each of at least `least` rows."""
    n = len(dataset.y)
    if not dataset.is_regression:
        return dataset.y
    ranks = dataset.y.argsort(kind="stable").argsort(kind="stable")
    return ranks * max(1, min(10, n // least)) // n


def _require_enough(dataset: Dataset, n_splits: int) -> None:
    units = np.arange(len(dataset.y)) if dataset.groups is None else dataset.groups
    classes = [] if dataset.classes is None else dataset.classes.tolist()
    parts = [(f"class {label!r}", dataset.y == code) for code, label in enumerate(classes)]
    for subject, rows in parts or [("the training data", np.ones(len(units), dtype=bool))]:
        count = len(np.unique(units[rows]))
        if count < n_splits:
            raise FoldError(
                f"{subject} must have at least {n_splits} "
                f"{'rows' if dataset.groups is None else 'groups'}, one for each fold, got {count}; "
                "add rows, merge classes or plan fewer folds"
            )
