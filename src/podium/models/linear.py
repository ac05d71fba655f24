"""Logistic regression that chooses its regularisation in the fold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.utils import _safe_indexing

STRENGTHS = (0.01, 0.1, 1.0, 10.0, 100.0, 1000.0)  # C, from strong regularisation to weak
HELD_OUT = 0.2  # of the training rows, to choose by
MOST_ROWS = 10_000  # to choose by


@dataclass(eq=False, repr=False)
class ChosenLogisticRegression(ClassifierMixin, BaseEstimator):
    """Logistic regression with the regularisation of the smallest log loss on held-out training rows.

    Strengths are tried from strong to weak, each from the weights of the one before, until one is worse.
    """

    max_iter: int = 1000
    random_state: int | None = None

    def fit(self, X: Any, y: np.ndarray, sample_weight: np.ndarray | None = None) -> Self:
        """Fit on rows X (n, columns) and classes y (n,)."""
        y = np.asarray(y)
        self.C_ = self._choose(X, y, sample_weight)
        self.model_ = LogisticRegression(C=self.C_, max_iter=self.max_iter)
        self.model_.fit(X, y, sample_weight=sample_weight)
        self.classes_ = self.model_.classes_
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        """Return the probability of each class (rows, c)."""
        return np.asarray(self.model_.predict_proba(X))

    def predict(self, X: Any) -> np.ndarray:
        """Return the classes (rows,)."""
        return np.asarray(self.model_.predict(X))

    def _choose(self, X: Any, y: np.ndarray, sample_weight: np.ndarray | None) -> float:
        order = np.random.default_rng(self.random_state).permutation(len(y))[:MOST_ROWS]
        n = int(HELD_OUT * len(order))
        fitted = order[n:]
        known = np.unique(y[fitted])
        held_out = order[:n][np.isin(y[order[:n]], known)]
        if len(known) < 2 or not len(held_out):
            return 1.0
        weights = None if sample_weight is None else sample_weight[fitted]
        model = LogisticRegression(max_iter=self.max_iter, warm_start=True)
        losses: list[float] = []
        for strength in STRENGTHS:
            model.set_params(C=strength)
            model.fit(_safe_indexing(X, fitted), y[fitted], sample_weight=weights)
            losses.append(_log_loss(model, _safe_indexing(X, held_out), y[held_out]))
            if losses[-1] > min(losses):
                break
        return STRENGTHS[int(np.argmin(losses))]


def _log_loss(model: LogisticRegression, X: Any, y: np.ndarray) -> float:
    logs = model.predict_log_proba(X)
    return float(-logs[np.arange(len(y)), np.searchsorted(model.classes_, y)].mean())
