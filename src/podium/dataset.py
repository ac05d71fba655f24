"""What a competition loads, checked once so that nothing after it has to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from podium.content import content_id
from podium.errors import DataError, sample


@dataclass(frozen=True)
class Dataset:
    """The rows of one competition.

    `X` (n, ...) and `X_test` (m, ...) are whatever the models take, as long as they have a length
    and can be indexed by integer arrays. `y` (n,) holds codes into `classes` (k,), which holds the
    labels as they stand in a submission. `groups` (n,), where given, names rows that must not be
    parted between training and validation.
    """

    X: Any
    y: np.ndarray
    X_test: Any
    test_ids: np.ndarray
    classes: np.ndarray
    groups: np.ndarray | None = None

    def __post_init__(self) -> None:
        for name, rows, others, n in (
            ("y", self.y, "X", len(self.X)),
            ("test_ids", self.test_ids, "X_test", len(self.X_test)),
            ("groups", self.groups, "X", len(self.X)),
        ):
            if rows is not None and len(rows) != n:
                raise DataError(f"{name} must have the {n} rows of {others}, got {len(rows)}")
        for name, rows in (("training", self.X), ("test", self.X_test)):
            if len(rows) == 0:
                raise DataError(f"the {name} data must have at least one row, got none")
        ids, counts = np.unique(self.test_ids, return_counts=True)
        if (counts > 1).any():
            raise DataError(f"test ids must be unique, got repeated: {sample(ids[counts > 1].tolist())}")

    @cached_property
    def id(self) -> str:
        groups = np.zeros(0) if self.groups is None else self.groups
        return content_id(self.X, self.y, self.X_test, self.test_ids, self.classes, groups)


def contradictory(dataset: Dataset) -> np.ndarray:
    """Which rows (n,) are of a group that holds more than one label."""
    if dataset.groups is None:
        return np.zeros(len(dataset.y), dtype=bool)
    _, group = np.unique(dataset.groups, return_inverse=True)
    labels = np.zeros((group.max() + 1, len(dataset.classes)), dtype=bool)
    labels[group, dataset.y] = True
    return (labels.sum(axis=1) > 1)[group]


def take(X: Any, rows: np.ndarray) -> Any:
    """Rows of X by number; a frame is told from what is indexed by row itself."""
    return X.iloc[rows] if hasattr(X, "iloc") else X[rows]


def encode(labels: Sequence[Any] | np.ndarray, classes: Sequence[Any], what: str) -> np.ndarray:
    """Codes (n,) of `labels` (n,) into `classes`; raises DataError naming the labels outside them."""
    labels = np.asarray(labels)
    codes = {label: code for code, label in enumerate(classes)}
    strange = [label for label in np.unique(labels).tolist() if label not in codes]
    if strange:
        raise DataError(
            f"{what} must be one of {sample(classes, most=10)}, "
            f"got {sample(strange)} in {np.isin(labels, strange).sum()} rows; mend the file"
        )
    return np.array([codes[label] for label in labels.tolist()], dtype=np.int64)
