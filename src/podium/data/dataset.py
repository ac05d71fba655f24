"""What a competition loads, checked once so that nothing after it has to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from podium.errors import DataError
from podium.formatting import sample
from podium.storage.hashing import content_id


@dataclass(frozen=True)
class Dataset:
    """The rows of one competition.

    `X` (n, ...) and `X_test` (m, ...) are whatever the models take, as long as they have a length
    and can be indexed by integer arrays; with m = 0 there is nothing to submit. `y` (n,) holds codes into
    `classes` (k,), which holds the labels as they stand in a submission; without classes y holds the
    numbers to predict. `class_names` (k,) says what people call the classes, where a label says nothing.
    `groups` (n,), where given, names rows that must not be parted between training and validation. The
    frames `about` (n, c) and `about_test` (m, c) hold whatever else the files say of the rows; no model
    is given them, the audit looks for leaks in them.
    """

    X: Any
    y: np.ndarray
    X_test: Any
    test_ids: np.ndarray
    classes: np.ndarray | None = None
    groups: np.ndarray | None = None
    about: pd.DataFrame | None = None
    about_test: pd.DataFrame | None = None
    class_names: Sequence[str] | None = None

    def __post_init__(self) -> None:
        for name, rows, others, n in (
            ("y", self.y, "X", len(self.X)),
            ("test_ids", self.test_ids, "X_test", len(self.X_test)),
            ("groups", self.groups, "X", len(self.X)),
            ("about", self.about, "X", len(self.X)),
            ("about_test", self.about_test, "X_test", len(self.X_test)),
            ("class_names", self.class_names, "classes", self.width),
        ):
            if rows is not None and len(rows) != n:
                raise DataError(f"{name} must have the {n} rows of {others}, got {len(rows)}")
        if len(self.X) == 0:
            raise DataError("the training data must have at least one row, got none")
        ids, counts = np.unique(self.test_ids, return_counts=True)
        if (counts > 1).any():
            raise DataError(f"test ids must be unique, got repeated: {sample(ids[counts > 1].tolist())}")
        if self.classes is None and not np.isfinite(self.y).all():
            raise DataError(
                f"y must hold finite numbers where there are no classes, got {(~np.isfinite(self.y)).sum()} "
                "that are not; mend the file"
            )

    @cached_property
    def id(self) -> str:
        groups = np.zeros(0) if self.groups is None else self.groups
        return content_id(self.X, self.y, self.X_test, self.test_ids, self.classes, groups)

    @property
    def is_regression(self) -> bool:
        return self.classes is None

    @property
    def width(self) -> int:
        """Columns of a prediction: the probability of each class, or a number."""
        return 1 if self.classes is None else len(self.classes)

    @property
    def targets(self) -> np.ndarray:
        """What is to be said of the training rows (n,), as it stands in a submission."""
        return self.y if self.classes is None else self.classes[self.y]

    def answers(self, predictions: np.ndarray) -> np.ndarray:
        """What predictions (rows, width) come to (rows,): the most probable label, or the number."""
        return predictions[:, 0] if self.classes is None else self.classes[predictions.argmax(axis=1)]

    def called(self, predictions: np.ndarray) -> np.ndarray:
        """The same, by the names of the classes where they have any."""
        if self.class_names is None:
            return self.answers(predictions)
        return np.array(self.class_names)[predictions.argmax(axis=1)]


def contradictory(dataset: Dataset) -> np.ndarray:
    """Which rows (n,) are of a group that holds more than one label, or number."""
    if dataset.groups is None:
        return np.zeros(len(dataset.y), dtype=bool)
    _, group = np.unique(dataset.groups, return_inverse=True)
    least, most = (np.full(group.max() + 1, bound) for bound in (np.inf, -np.inf))
    np.minimum.at(least, group, dataset.y)
    np.maximum.at(most, group, dataset.y)
    return (least < most)[group]


def linked(*keys: pd.Series) -> np.ndarray:
    """A number (n,) that rows share if a chain of equal values in any of the keys (n,) leads from one to
    the other. Empty and missing values link nothing."""
    rows, values, many = [], [], 0
    for key in keys:
        codes, found = pd.factorize(key.where(key != ""))
        rows.append(np.flatnonzero(codes >= 0))
        values.append(codes[codes >= 0] + many)
        many += len(found)
    n, row, value = len(keys[0]), np.concatenate(rows), np.concatenate(values)
    graph = coo_matrix((np.ones(len(row)), (row, n + value)), shape=(n + many, n + many))
    return np.asarray(connected_components(graph, directed=False)[1][:n])


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
