"""Folds: made once, saved, and named by their content."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from podium.competition.declaration import FoldPlan
from podium.data.dataset import Dataset, conflicting, rows_of
from podium.errors import FoldError
from podium.formatting import sample
from podium.pipeline.time_blocks import ORDERS, hidden_by_time, time_blocks
from podium.storage.hashing import content_id
from podium.storage.store import Store

NEVER = -1  # the fold of rows that are in no validation part


@dataclass(frozen=True)
class Fold:
    """Row numbers to train on (n_train,) and to score on (n_valid,)."""

    train: np.ndarray
    valid: np.ndarray


@dataclass(frozen=True)
class Folds:
    """Which row is scored in which fold: `valid_fold` (n,), -1 for rows that are never scored.

    `untrained` (u,) names rows that no fold trains on; `hidden` (k, n), where given, says which rows a fold
    may not train on either.
    """

    valid_fold: np.ndarray
    untrained: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    hidden: np.ndarray | None = None

    @cached_property
    def id(self) -> str:
        more = [] if self.hidden is None else [self.hidden]
        return content_id(self.valid_fold, *([self.untrained] if len(self.untrained) else []), *more)

    @cached_property
    def scored(self) -> np.ndarray:
        """Return the rows (s,) that some fold scores."""
        return np.flatnonzero(self.valid_fold != NEVER)

    def __len__(self) -> int:
        return int(self.valid_fold.max()) + 1

    def __iter__(self) -> Iterator[Fold]:
        return (self[number] for number in range(len(self)))

    def __getitem__(self, number: int) -> Fold:
        scored = self.valid_fold == number
        usable = ~scored if self.hidden is None else ~scored & ~self.hidden[number]
        train = np.setdiff1d(np.flatnonzero(usable), self.untrained)
        return Fold(train, np.flatnonzero(scored))

    def among_scored(self) -> Folds:
        """Return the folds of the scored rows alone, for what is fitted on their predictions: each fold's
        blend knows all other scored rows."""
        if self.hidden is None and len(self.scored) == len(self.valid_fold):
            return self
        return Folds(self.valid_fold[self.scored], np.flatnonzero(np.isin(self.scored, self.untrained)))


def scored_rows(dataset: Dataset, folds: Folds) -> Dataset:
    """Return the rows that some fold scores: those that there are out-of-fold predictions of."""
    return dataset if len(folds.scored) == len(dataset.y) else rows_of(dataset, folds.scored)


def make_folds(dataset: Dataset, plan: FoldPlan) -> Folds:
    """Return the folds that a plan asks for: by a column, by time, or stratified by the task's strata and,
    where the data set has groups, by group.

    A class of one row, or one group, trains always and is never scored. Raises FoldError for a fold that
    would be empty, targets that are all the same, or a plan that the data set does not fit.
    """
    if len(np.unique(dataset.y, axis=0)) < 2:
        raise FoldError(
            f"the training data must have two or more different {dataset.task.noun}s, got "
            f"{dataset.labels[:1].tolist()[0]!r} in all {len(dataset.y)} rows; look at the target column"
        )
    untrained = np.flatnonzero(conflicting(dataset)) if plan.contradictions == "drop" else np.zeros(0, int)
    if plan.order:
        folds = _folds_of_time(dataset, plan, untrained)
    elif plan.column:
        (values,) = _column(dataset, plan)
        folds = Folds(_small(np.unique(values, return_inverse=True)[1]), untrained)
    else:
        folds = Folds(_stratified(dataset, plan), untrained)
    _require_rows_in_each(folds)
    return folds


def saved_folds(store: Store, dataset: Dataset, plan: FoldPlan) -> Folds:
    """Return the folds that the store has for these rows and this plan; make and save them if it has none."""
    path = store.root / "folds" / f"{content_id(dataset.id, _stated(plan), *_column(dataset, plan))}.npz"
    saved = store.read_arrays(path)
    if saved is not None:
        return Folds(saved["valid_fold"], saved["untrained"], saved.get("hidden"))
    folds = make_folds(dataset, plan)
    arrays = {"valid_fold": folds.valid_fold, "untrained": folds.untrained}
    if folds.hidden is not None:
        arrays["hidden"] = folds.hidden
    store.write_arrays(path, arrays)
    return folds


def _stated(plan: FoldPlan) -> dict[str, object]:
    """Return what the plan says, without later fields that it leaves as they are: earlier ids stay."""
    later = ("order", "gap", "column")
    return {name: value for name, value in asdict(plan).items() if name not in later or value}


def _column(dataset: Dataset, plan: FoldPlan) -> list[np.ndarray]:
    """Return the column that names the folds, which the id of a data set does not know; none where the plan
    names none."""
    if not plan.column:
        return []
    if dataset.about is None or plan.column not in dataset.about:
        known = [] if dataset.about is None else [str(name) for name in dataset.about]
        raise FoldError(
            f"FoldPlan(column={plan.column!r}) must name a column of Dataset.about, got {sample(known)}; "
            "load it"
        )
    values = dataset.about[plan.column]
    if values.isna().any():
        raise FoldError(
            f"column {plan.column!r} must name the fold of each row, got {values.isna().sum()} rows without "
            "one; fill it"
        )
    return [values.to_numpy()]


def _folds_of_time(dataset: Dataset, plan: FoldPlan, untrained: np.ndarray) -> Folds:
    if plan.order not in ORDERS:
        raise FoldError(f"FoldPlan(order) must be one of {ORDERS}, got {plan.order!r}; mend the declaration")
    if dataset.times is None:
        raise FoldError(f"FoldPlan(order={plan.order!r}) must be given Dataset.times, got none; load them")
    valid_fold = _small(time_blocks(dataset.times, plan))
    if plan.order == "blocks" and not plan.gap:  # a block hides no row but its own
        return Folds(valid_fold, untrained)
    return Folds(valid_fold, untrained, hidden_by_time(dataset.times, valid_fold, plan))


def _stratified(dataset: Dataset, plan: FoldPlan) -> np.ndarray:
    single, short = _rare(dataset, plan.n_splits)
    rows = np.flatnonzero(~single)
    units = rows if dataset.groups is None else np.unique(dataset.groups[rows])
    if len(units) < plan.n_splits:
        unit = "rows" if dataset.groups is None else "groups"
        raise FoldError(
            f"the training data must have at least {plan.n_splits} {unit} that can be scored, one for each "
            f"fold, got {len(units)}; add rows or plan fewer folds"
        )
    strata = dataset.task.strata(dataset.y, plan.n_splits)[rows]
    groups = None if dataset.groups is None else dataset.groups[rows]
    splitter = _splitter(plan, strata, groups)
    valid_fold = np.full(len(dataset.y), NEVER)
    with warnings.catch_warnings():
        if short:  # scikit-learn warns of a class of fewer rows than folds
            warnings.simplefilter("ignore", UserWarning)
        for number, (_, valid) in enumerate(splitter.split(np.zeros(len(rows)), strata, groups)):
            valid_fold[rows[valid]] = number
    return _small(valid_fold)


def _splitter(plan: FoldPlan, strata: np.ndarray, groups: np.ndarray | None) -> Any:
    """Return scikit-learn's splitter; a plain one where no stratum has a row for each fold, as when each row
    is a fold."""
    from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold

    largest = np.unique(strata, return_counts=True)[1].max()
    shuffled = {"shuffle": True, "random_state": plan.seed}
    if groups is None:
        kind = StratifiedKFold if largest >= plan.n_splits else KFold
        return kind(plan.n_splits, **shuffled)
    return (
        StratifiedGroupKFold(plan.n_splits, **shuffled)
        if largest >= plan.n_splits
        else GroupKFold(plan.n_splits)
    )


def _rare(dataset: Dataset, n_splits: int) -> tuple[np.ndarray, bool]:
    """Return which rows (n,) are alone in their class, or in the only group with it, and whether a class has
    fewer rows or groups than there are folds.

    Raises FoldError for a class without rows.
    """
    units = np.arange(len(dataset.y)) if dataset.groups is None else dataset.groups
    single = np.zeros(len(dataset.y), dtype=bool)
    short = False
    for subject, rows in dataset.task.strata_to_split(dataset.y):
        count = len(np.unique(units[rows]))
        if dataset.task.exclusive and not count:
            raise FoldError(f"{subject} must have at least one training row, got none; look at the classes")
        short = short or count < n_splits
        if dataset.task.exclusive and count == 1:
            single |= np.isin(units, units[rows])  # a group is not parted
    return single, short


def describe_never_scored(folds: Folds) -> list[str]:
    """Return a line of the rows that are never scored, if there are any."""
    rows = len(folds.valid_fold)
    never = rows - len(folds.scored)
    if not never:
        return []
    why = "alone in their class" if folds.hidden is None else "before the first scored block of time"
    return [f"{never:,} of {rows:,} training rows are trained on and never scored: {why}"]


def _require_rows_in_each(folds: Folds) -> None:
    for number, fold in enumerate(folds):
        if not len(fold.valid) or not len(fold.train):
            part = "scored" if not len(fold.valid) else "trained on"
            raise FoldError(
                f"each of the {len(folds)} folds must have rows to score and rows to train on, "
                f"got none {part} in fold {number + 1}; plan fewer folds"
            )


def _small(valid_fold: np.ndarray) -> np.ndarray:
    return valid_fold.astype(np.int8 if valid_fold.max() < 128 else np.int32)
