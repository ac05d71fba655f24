"""Folds: made once, saved, and named by their content."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import cached_property

import numpy as np

from podium.competition.declaration import FoldPlan
from podium.data.dataset import Dataset, conflicting
from podium.errors import FoldError
from podium.storage.hashing import content_id
from podium.storage.store import Store


@dataclass(frozen=True)
class Fold:
    """Row numbers to train on (n_train,) and to score on (n_valid,)."""

    train: np.ndarray
    valid: np.ndarray


@dataclass(frozen=True)
class Folds:
    """Which row is scored in which fold: `valid_fold` (n,). `untrained` (u,) names rows that no fold trains
    on."""

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
    """Return folds that are stratified by the task's strata, and by group where the data set has groups.

    Raises FoldError if a class (of numbers, all of them) has fewer rows, or groups, than there are folds.
    """
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    _require_enough(dataset, plan.n_splits)
    splitter_type = StratifiedKFold if dataset.groups is None else StratifiedGroupKFold
    splitter = splitter_type(plan.n_splits, shuffle=True, random_state=plan.seed)
    strata = dataset.task.strata(dataset.y, plan.n_splits)
    valid_fold = np.full(len(dataset.y), -1, dtype=np.int8)
    rows = np.zeros(len(dataset.y))
    for number, (_, valid) in enumerate(splitter.split(rows, strata, dataset.groups)):
        valid_fold[valid] = number
    if plan.contradictions == "drop":
        return Folds(valid_fold, np.flatnonzero(conflicting(dataset)))
    return Folds(valid_fold)


def saved_folds(store: Store, dataset: Dataset, plan: FoldPlan) -> Folds:
    """Return the folds that the store has for these rows and this plan; make and save them if it has none."""
    path = store.root / "folds" / f"{content_id(dataset.id, asdict(plan))}.npz"
    saved = store.read_arrays(path)
    if saved is not None:
        return Folds(saved["valid_fold"], saved["untrained"])
    folds = make_folds(dataset, plan)
    store.write_arrays(path, {"valid_fold": folds.valid_fold, "untrained": folds.untrained})
    return folds


def _require_enough(dataset: Dataset, n_splits: int) -> None:
    unit = "rows" if dataset.groups is None else "groups"
    units = np.arange(len(dataset.y)) if dataset.groups is None else dataset.groups
    for subject, rows in dataset.task.strata_to_split(dataset.y):
        count = len(np.unique(units[rows]))
        if count < n_splits:
            raise FoldError(
                f"{subject} must have at least {n_splits} {unit}, one for each fold, got {count}; "
                "add rows, merge classes or plan fewer folds"
            )
