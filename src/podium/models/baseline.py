"""The baseline that every other model must beat: it predicts the same for every row."""

from __future__ import annotations

from typing import Any

from sklearn.base import BaseEstimator
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.pipeline import make_pipeline

from podium.data.task import Task
from podium.models.regressors import on_log_scale


def constant(task: Task, **params: Any) -> BaseEstimator:
    """Return the class shares of the training rows, or their mean (by `strategy` their median), for every
    row."""
    if task.kind == "regression":
        return _constant_number(**params)
    return DummyClassifier(**{"strategy": "prior", **params})


def _constant_number(log: bool = False, **params: Any) -> BaseEstimator:
    return on_log_scale(log, make_pipeline(DummyRegressor(**params)))
