"""Linear models."""

from __future__ import annotations

from typing import Any

from sklearn.linear_model import LogisticRegression, RidgeClassifier, SGDClassifier
from sklearn.pipeline import Pipeline, make_pipeline

from podium.models.base import pixels, with_probabilities


def ridge(**params: Any) -> Pipeline:
    return make_pipeline(pixels(), with_probabilities(RidgeClassifier(**{"alpha": 10.0, **params})))


def sgd(**params: Any) -> Pipeline:
    """The seed's settings: a linear support vector machine, at most 1,500 epochs."""
    settings = {"max_iter": 1500, "tol": 1e-3, "n_jobs": -1, **params}
    return make_pipeline(pixels(), with_probabilities(SGDClassifier(**settings)))


def logistic_regression(**params: Any) -> Pipeline:
    return make_pipeline(pixels(), LogisticRegression(**{"C": 0.1, "max_iter": 200, **params}))
