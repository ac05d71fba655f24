"""Several targets by a model that predicts one: a copy of the model for each."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, clone


class EachTarget(BaseEstimator):
    """An estimator of y (n, t) by t copies of `model`, an estimator of numbers or of two classes.

    Where y holds labels, `predict_proba` gives the probability of each (rows, t). A label that all rows have,
    or none, has one class only, which many models refuse: it is predicted as it is.
    """

    def __init__(self, model: Any) -> None:
        self.model = model

    def fit(self, X: Any, y: np.ndarray, **arguments: Any) -> EachTarget:
        """Fit a copy for each column of y (n, t); each is given the arguments."""
        self.models_ = [self._fitted(X, column, arguments) for column in np.asarray(y).T]
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Return the numbers (rows, t), or the classes."""
        return np.column_stack([_predicted(model, "predict", X) for model in self.models_])

    def predict_proba(self, X: Any) -> np.ndarray:
        """Return the probability of each label (rows, t)."""
        return np.column_stack([_predicted(model, "predict_proba", X) for model in self.models_])

    def _fitted(self, X: Any, y: np.ndarray, arguments: dict[str, Any]) -> Any:
        return float(y[0]) if (y == y[0]).all() else clone(self.model).fit(X, y, **arguments)


def _predicted(model: Any, method: str, X: Any) -> np.ndarray:
    if isinstance(model, float):
        return np.full(len(X), model)
    values = np.asarray(getattr(model, method)(X))
    return values[:, -1] if method == "predict_proba" else values
