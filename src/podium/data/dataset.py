"""What a competition loads, checked once so that nothing after it has to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from podium.data.modalities import modality_of
from podium.data.modality import Modality
from podium.data.rows import take
from podium.data.task import Task
from podium.errors import DataError
from podium.formatting import sample
from podium.storage.hashing import content_id


@dataclass(frozen=True)
class Dataset:
    """The rows of one competition.

    `X` (n, ...) and `X_test` (m, ...) are whatever the models take, as long as they have a length and can be
    indexed by integer arrays; with m = 0 there is nothing to submit. `y` is what `task` says: class codes or
    numbers (n,), or (n, t) of several labels or numbers. `groups` (n,), where given, names rows that must not
    be parted between training and validation; `times` (n,), numbers or datetime64, say when a row was made.
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
    modality: Modality = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        if self.modality is None:
            object.__setattr__(self, "modality", modality_of(self.X))
        for name, rows, others, n in (
            ("y", self.y, "X", len(self.X)),
            ("test_ids", self.test_ids, "X_test", len(self.X_test)),
            ("groups", self.groups, "X", len(self.X)),
            ("times", self.times, "X", len(self.X)),
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

    @cached_property
    def id(self) -> str:
        """Return the id of all that a model is fitted on or asked about."""
        groups = np.zeros(0) if self.groups is None else self.groups
        times = [] if self.times is None else [self.times]
        return content_id(self.X, self.y, self.X_test, self.test_ids, self.task.key, groups, *times)

    @property
    def labels(self) -> np.ndarray:
        """Return the targets of the training rows (n,) as they stand in a submission."""
        return self.task.labels(self.y)


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
    complaints = [*bad.values(), *bad_test.values()]
    if not complaints:
        return dataset, []
    readable = replace(
        dataset,
        X=modality.blank(dataset.X, list(bad)),
        X_test=modality.blank(dataset.X_test, list(bad_test)),
        modality=modality,
    )
    if not modality.drops_broken:
        return readable, complaints
    return rows_of(readable, np.setdiff1d(np.arange(len(dataset.X)), list(bad))), complaints


def rows_of(dataset: Dataset, rows: np.ndarray) -> Dataset:
    """Return the data set with these training rows only."""
    return replace(
        dataset,
        X=take(dataset.X, rows),
        y=dataset.y[rows],
        groups=None if dataset.groups is None else dataset.groups[rows],
        times=None if dataset.times is None else dataset.times[rows],
        about=None if dataset.about is None else dataset.about.iloc[rows],
    )
