"""Boosted trees whose number of rounds is learnt in the fold, of XGBoost, LightGBM or CatBoost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, clone
from sklearn.utils import _safe_indexing

HELD_OUT = 0.15  # of the training rows, to see after how many rounds the model gets worse
MOST_HELD_OUT = 20_000  # rows
PATIENCE = 30  # rounds without a better one
MOST_TREES = 6_000  # each round has a tree for each class, and many classes would take hours
REFIT = 1.1  # times the rounds for all rows: more rows bear more rounds


@dataclass(eq=False, repr=False)
class EarlyStopped(BaseEstimator):
    """Fits `model` on a part of the rows until the rest of them are predicted no better, then on all rows
    for as many rounds, and a tenth more.

    `model` is an estimator of XGBoost, LightGBM or CatBoost; its own number of rounds is the most that there
    may be, and of many classes fewer, so that there are at most `MOST_TREES` trees.
    """

    model: Any
    random_state: int | None = None

    def fit(self, X: Any, y: np.ndarray, sample_weight: np.ndarray | None = None) -> Self:
        """Fit on rows X (n, columns) and targets y (n,)."""
        y = np.asarray(y)
        library = LIBRARIES[type(self.model).__module__.partition(".")[0]]
        stopped = self._rounds(library, X, y, sample_weight)
        self.model_ = clone(self.model).set_params(**{library.rounds: stopped})
        library.fit(self.model_, X, y, sample_weight, {})
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Return the numbers (rows,), or the classes."""
        return np.asarray(self.model_.predict(X)).reshape(len(X))

    def predict_proba(self, X: Any) -> np.ndarray:
        """Return the probability of each class (rows, c)."""
        return np.asarray(self.model_.predict_proba(X))

    @property
    def classes_(self) -> np.ndarray:
        return np.asarray(self.model_.classes_)

    def _rounds(self, library: Library, X: Any, y: np.ndarray, sample_weight: np.ndarray | None) -> int:
        """Return how many rounds the model is fitted for on all rows."""
        model = clone(self.model)
        most = self._most_rounds(library, y)
        model.set_params(**{library.rounds: most})
        fitted, held_out = self._split(y)
        if not len(held_out):
            return most
        weights = None if sample_weight is None else sample_weight[fitted]
        seen = (_safe_indexing(X, held_out), y[held_out])
        stopped = library.stopping(model, seen)
        library.fit(model, _safe_indexing(X, fitted), y[fitted], weights, stopped)
        return min(most, max(1, round(REFIT * library.best(model))))

    def _most_rounds(self, library: Library, y: np.ndarray) -> int:
        most = int(self.model.get_params()[library.rounds])
        trees = len(np.unique(y)) if hasattr(self.model, "predict_proba") else 1
        return max(1, min(most, MOST_TREES // max(1, trees)))

    def _split(self, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows that are fitted on and those that are held out: none where they are too few.

        A row is held out only if another row of its class is fitted on.
        """
        order = np.random.default_rng(self.random_state).permutation(len(y))
        asked = min(MOST_HELD_OUT, int(HELD_OUT * len(y)))
        held_out = order[:asked]
        if hasattr(self.model, "predict_proba"):
            held_out = held_out[np.isin(y[held_out], y[order[asked:]])]
        return np.sort(np.setdiff1d(order, held_out)), np.sort(held_out)


@dataclass(frozen=True)
class Library:
    """How a library says what the others call otherwise: the parameter that counts `rounds`; `stopping`
    gives a model and held-out rows, returns the arguments of `fit` that stop it; `best` returns how many
    rounds were best."""

    rounds: str
    stopping: Callable[[Any, tuple[Any, np.ndarray]], dict[str, Any]]
    best: Callable[[Any], int]
    arguments: Callable[[Any], dict[str, Any]] = lambda X: {}

    def fit(self, model: Any, X: Any, y: np.ndarray, weights: Any, more: dict[str, Any]) -> None:
        """Fit the model on rows X (n, columns) that have `weights` (n,) or None, with `more` arguments."""
        model.fit(X, y, sample_weight=weights, **more, **self.arguments(X))


def _stop_xgboost(model: Any, seen: tuple[Any, np.ndarray]) -> dict[str, Any]:
    model.set_params(early_stopping_rounds=PATIENCE)
    return {"eval_set": [seen], "verbose": False}


def _stop_lightgbm(model: Any, seen: tuple[Any, np.ndarray]) -> dict[str, Any]:
    from lightgbm import early_stopping

    X, y = seen
    return {"eval_X": X, "eval_y": y, "callbacks": [early_stopping(PATIENCE, verbose=False)]}


def _stop_catboost(model: Any, seen: tuple[Any, np.ndarray]) -> dict[str, Any]:
    return {"eval_set": seen, "early_stopping_rounds": PATIENCE}


def _categories(X: pd.DataFrame) -> dict[str, Any]:
    """Return the argument by which CatBoost knows the columns that `as_texts` made."""
    return {"cat_features": [column for column in X if X[column].dtype == object]}


LIBRARIES = {
    "xgboost": Library("n_estimators", _stop_xgboost, lambda model: model.best_iteration + 1),
    "lightgbm": Library("n_estimators", _stop_lightgbm, lambda model: model.best_iteration_),
    "catboost": Library(
        "iterations", _stop_catboost, lambda model: model.get_best_iteration() + 1, _categories
    ),
}
