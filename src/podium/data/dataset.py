"""What a competition loads, checked once so that nothing after it has to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from podium.data.modalities import modality_of
from podium.data.modality import Modality
from podium.data.rows import joined, take
from podium.data.task import Task
from podium.errors import DataError
from podium.formatting import sample
from podium.storage.hashing import content_id


@dataclass(frozen=True)
class LabelledRows:
    """Rows X (n, ...) with their targets y (n,) or (n, t), and what each weighs in training (n,), where it is
    not the same."""

    X: Any
    y: np.ndarray
    weights: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.y)

    def take(self, rows: np.ndarray) -> LabelledRows:
        """Return these rows only."""
        weights = None if self.weights is None else self.weights[rows]
        return LabelledRows(take(self.X, rows), self.y[rows], weights)


@dataclass(frozen=True)
class Dataset:
    """The rows of one competition.

    `X` (n, ...) and `X_test` (m, ...) are whatever the models take, as long as they have a length and can be
    indexed by integer arrays; with m = 0 there is nothing to submit. `y` is what `task` says: class codes or
    numbers (n,), or (n, t) of several labels or numbers. `groups` (n,), where given, names rows that must not
    be parted between training and validation; `times` (n,), numbers or datetime64, say when a row was made.
    `weights` (n,), above zero, say what each row weighs in training; models that cannot weigh rows do without
    them. `extra` holds rows from elsewhere, such as the data that a competition's were generated from: every
    fold trains on all of them, and none is scored.
    The frames `about` (n, c) and `about_test` (m, c) hold whatever else the files say of the rows; no model
    is given them, the audit looks for leaks in them. `modality` says what kind of rows X holds; it need only
    be given for rows that do not tell themselves.
    """

    X: Any
    y: np.ndarray
    X_test: Any
    test_ids: np.ndarray
    task: Task
    groups: np.ndarray | None = None
    times: np.ndarray | None = None
    about: pd.DataFrame | None = None
    about_test: pd.DataFrame | None = None
    weights: np.ndarray | None = None
    extra: LabelledRows | None = None
    modality: Modality = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        if self.modality is None:
            object.__setattr__(self, "modality", modality_of(self.X))
        for name, rows, others, n in (
            ("y", self.y, "X", len(self.X)),
            ("test_ids", self.test_ids, "X_test", len(self.X_test)),
            ("groups", self.groups, "X", len(self.X)),
            ("times", self.times, "X", len(self.X)),
            ("weights", self.weights, "X", len(self.X)),
            ("about", self.about, "X", len(self.X)),
            ("about_test", self.about_test, "X_test", len(self.X_test)),
        ):
            if rows is not None and len(rows) != n:
                raise DataError(f"{name} must have the {n} rows of {others}, got {len(rows)}")
        if len(self.X) == 0:
            raise DataError("the training data must have at least one row, got none")
        ids, counts = np.unique(self.test_ids, return_counts=True)
        if (counts > 1).any():
            raise DataError(f"test ids must be unique, got repeated: {sample(ids[counts > 1].tolist())}")
        self.task.validate(self.y)
        _require_weights(self.weights)
        if self.extra is not None:
            _require_like(self, self.extra)

    @cached_property
    def id(self) -> str:
        """Return the id of all that a model is fitted on or asked about."""
        groups = np.zeros(0) if self.groups is None else self.groups
        times = [] if self.times is None else [self.times]
        parts = [self.X, self.y, self.X_test, self.test_ids, self.task.key, groups, *times]
        if self.weights is not None:
            parts += ["weights", self.weights]
        if self.extra is not None:
            parts += ["extra", self.extra.X, self.extra.y, self.extra.weights]
        return content_id(*parts)

    @cached_property
    def trainable(self) -> LabelledRows:
        """Return all rows that models may be fitted on: the n training rows, and then the extra ones."""
        own = LabelledRows(self.X, self.y, self.weights)
        if self.extra is None:
            return own
        X = joined(self.X, self.extra.X)
        y = np.concatenate([self.y, self.extra.y])
        return LabelledRows(X, y, _joined_weights(own, self.extra))

    def with_extra(self, rows: np.ndarray) -> np.ndarray:
        """Return the numbers of these training rows, and of all extra rows, among the trainable ones."""
        return np.concatenate([rows, np.arange(len(self.y), len(self.trainable))])

    @property
    def labels(self) -> np.ndarray:
        """Return the targets of the training rows (n,) as they stand in a submission."""
        return self.task.labels(self.y)


def _joined_weights(rows: LabelledRows, more: LabelledRows) -> np.ndarray | None:
    """Return the weights of both; a row without one weighs 1. None where no row has one."""
    if rows.weights is None and more.weights is None:
        return None
    parts = [np.ones(len(part)) if part.weights is None else part.weights for part in (rows, more)]
    return np.concatenate(parts)


def _require_weights(weights: np.ndarray | None) -> None:
    if weights is None:
        return
    bad = ~(np.isfinite(weights) & (weights > 0))
    if bad.any():
        raise DataError(
            f"weights must be finite numbers above zero, got {sample(np.asarray(weights)[bad].tolist())} in "
            f"{bad.sum()} rows; leave such rows out"
        )


def _require_like(dataset: Dataset, extra: LabelledRows) -> None:
    """Raise DataError unless the extra rows are of the kind of the training rows, with targets of their
    task."""
    n = len(extra.X)
    for name, values in (("y", extra.y), ("weights", extra.weights)):
        if values is not None and len(values) != n:
            raise DataError(f"{name} of the extra rows must have their {n} rows, got {len(values)}")
    joined(take(dataset.X, np.arange(1)), take(extra.X, np.arange(min(n, 1))))
    dataset.task.validate(extra.y)
    _require_weights(extra.weights)


def conflicting(dataset: Dataset) -> np.ndarray:
    """Return which rows (n,) are of a group that holds more than one target."""
    if dataset.groups is None:
        return np.zeros(len(dataset.y), dtype=bool)
    _, group = np.unique(dataset.groups, return_inverse=True)
    _, target = np.unique(dataset.y, axis=0, return_inverse=True)
    least = np.full(group.max() + 1, len(dataset.y))
    most = np.full(group.max() + 1, -1)
    np.minimum.at(least, group, target)
    np.maximum.at(most, group, target)
    return (least < most)[group]


def without_broken(dataset: Dataset) -> tuple[Dataset, list[str]]:
    """Return the data set without training rows that cannot be read, and what is wrong with each broken row.

    Broken test rows are blank to the models, because a submission needs them, and so are training rows of
    which more is known than their file. Raises DataError for rows that are no files.
    """
    modality = dataset.modality
    if not modality.has_files:
        raise DataError("--skip-bad-images must be given for image files, got other data; leave it out")
    bad = modality.broken(dataset.X)
    bad_test = modality.broken(dataset.X_test)
    extra, bad_extra = _without_broken_extra(dataset)
    complaints = [*bad.values(), *bad_test.values(), *bad_extra]
    if not complaints:
        return dataset, []
    readable = replace(
        dataset,
        X=modality.blank(dataset.X, list(bad)),
        X_test=modality.blank(dataset.X_test, list(bad_test)),
        extra=extra,
        modality=modality,
    )
    if not modality.drops_broken:
        return readable, complaints
    return rows_of(readable, np.setdiff1d(np.arange(len(dataset.X)), list(bad))), complaints


def _without_broken_extra(dataset: Dataset) -> tuple[LabelledRows | None, list[str]]:
    """Return the extra rows without those that cannot be read, and what is wrong with these."""
    extra = dataset.extra
    if extra is None:
        return None, []
    bad = dataset.modality.broken(extra.X)
    return extra.take(np.setdiff1d(np.arange(len(extra)), list(bad))), list(bad.values())


def rows_of(dataset: Dataset, rows: np.ndarray) -> Dataset:
    """Return the data set with these training rows only."""
    return replace(
        dataset,
        X=take(dataset.X, rows),
        y=dataset.y[rows],
        groups=None if dataset.groups is None else dataset.groups[rows],
        times=None if dataset.times is None else dataset.times[rows],
        weights=None if dataset.weights is None else dataset.weights[rows],
        about=None if dataset.about is None else dataset.about.iloc[rows],
    )
