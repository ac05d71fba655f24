"""Probabilities for classifiers that only give scores."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.calibration import CalibratedClassifierCV
from sklearn.utils import _safe_indexing, get_tags

SPLITS = 3


class Calibrated(CalibratedClassifierCV):
    """Temperature scaling on a classifier's own cross-validated scores.

    A class of fewer rows than splits has its rows repeated, so that each split has one: scores for it are
    then too sure of themselves, but there are too few rows to say by how much. Of a kernel (n, n) the
    columns are repeated with the rows.
    """

    def fit(
        self, X: Any, y: np.ndarray, sample_weight: np.ndarray | None = None, **params: Any
    ) -> Calibrated:
        """Fit on rows X (n, ...) and labels y (n,)."""
        repeated = _with_enough_of_each(np.asarray(y))
        is_kernel = get_tags(self.estimator).input_tags.pairwise
        self.columns_ = repeated if is_kernel and len(repeated) > len(y) else None
        if len(repeated) > len(y):
            X = self._with_columns(_safe_indexing(X, repeated))
            y = y[repeated]
            sample_weight = None if sample_weight is None else sample_weight[repeated]
        return super().fit(X, y, sample_weight=sample_weight, **params)

    def predict_proba(self, X: Any) -> np.ndarray:
        """Return the probability of each class (rows, c)."""
        return np.asarray(super().predict_proba(self._with_columns(X)))

    def _with_columns(self, X: Any) -> Any:
        """Return a kernel with the columns of the rows that it was fitted on; anything else as it is."""
        return X if self.columns_ is None else X[:, self.columns_]


def _with_enough_of_each(y: np.ndarray) -> np.ndarray:
    """Return row numbers: all rows, and those of small classes again until there are enough of them."""
    classes, counts = np.unique(y, return_counts=True)
    extra = [
        np.resize(np.flatnonzero(y == label), SPLITS - count)
        for label, count in zip(classes, counts, strict=True)
        if count < SPLITS
    ]
    return np.concatenate([np.arange(len(y)), *extra])


def with_probabilities(model: BaseEstimator) -> Calibrated:
    """Return the classifier with temperature scaling (Guo et al. 2017, "On Calibration of Modern Neural
    Networks"), fitted inside the training part of a fold."""
    return Calibrated(model, method="temperature", cv=SPLITS, ensemble=False)
