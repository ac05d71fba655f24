"""Classical models on pixels as columns."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression, RidgeClassifier, SGDClassifier
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer
from xgboost import XGBClassifier

from podium.data.image_spec import ImageSpec
from podium.data.images import ImageFiles
from podium.data.multimodal import part
from podium.data.task import Task
from podium.models.calibration import with_probabilities
from podium.models.regressors import make_regressor, on_log_scale, on_standard_scale

SMALL = ImageSpec(32, 32)
XGBOOST = {
    "n_estimators": 150,
    "learning_rate": 0.2,
    "max_depth": 6,
    "subsample": 0.8,
    "colsample_bytree": 0.4,
    "max_bin": 64,
    "tree_method": "hist",
}

# Where `podium tune` looks for better parameters: docs/add-a-model.md.
SPACES = {
    "gaussian_nb": {"var_smoothing": (0.0001, 1.0, "log")},
    "multinomial_nb": {"alpha": (0.001, 10.0, "log")},
    "ridge": {"alpha": (0.01, 10000.0, "log")},
    "logistic_regression": {"C": (0.001, 10.0, "log")},
    "xgboost": {
        "n_estimators": (50, 500, "log"),
        "learning_rate": (0.03, 0.5, "log"),
        "max_depth": (3, 9),
        "subsample": (0.5, 1.0),
        "colsample_bytree": (0.1, 1.0),
    },
}


def gaussian_nb(task: Task, **params: Any) -> Pipeline:
    """Return naive Bayes with variances smoothed by a tenth of the largest: a pixel that is always blank has
    none."""
    return make_pipeline(pixels(), GaussianNB(**{"var_smoothing": 0.1, **params}))


def multinomial_nb(task: Task, **params: Any) -> Pipeline:
    return make_pipeline(pixels(), MultinomialNB(**params))


def ridge(task: Task, **params: Any) -> BaseEstimator:
    if task.kind == "regression":
        return _numbers("ridge", **{"alpha": 10.0, **params})
    return make_pipeline(pixels(), with_probabilities(RidgeClassifier(**{"alpha": 10.0, **params})))


def sgd(task: Task, **params: Any) -> BaseEstimator:
    """Return the report's linear support vector machine, trained for at most 1,500 epochs; for numbers a
    linear regression."""
    if task.kind == "regression":
        return _sgd_regressor(**params)
    settings = {"max_iter": 1500, "tol": 1e-3, "n_jobs": -1, **params}
    return make_pipeline(pixels(), with_probabilities(SGDClassifier(**settings)))


def logistic_regression(task: Task, **params: Any) -> Pipeline:
    return make_pipeline(pixels(), LogisticRegression(**{"C": 0.1, "max_iter": 200, **params}))


def xgboost(task: Task, **params: Any) -> BaseEstimator:
    if task.kind == "regression":
        return _numbers("xgboost", **{**XGBOOST, **params})
    return make_pipeline(pixels(), XGBClassifier(**{**XGBOOST, **params}))


def _sgd_regressor(log: bool = False, **params: Any) -> BaseEstimator:
    regressor = make_regressor("sgd", **{"eta0": 1e-4, **params})
    return on_log_scale(log, on_standard_scale(make_pipeline(pixels(), regressor)))


def _numbers(name: str, log: bool = False, **params: Any) -> BaseEstimator:
    """Return the regressor of that name on pixels."""
    return on_log_scale(log, make_pipeline(pixels(), make_regressor(name, **params)))


def pixels() -> FunctionTransformer:
    """Return a step from images (n, ...) of 0..255 to columns (n, p) of 0..1; files become small images."""
    return FunctionTransformer(_flatten)


def _flatten(images: object) -> np.ndarray:
    images = part(images, "images")
    if isinstance(images, ImageFiles):
        images = images.pixels(SMALL)
    flat = np.asarray(images, dtype=np.float32)
    return flat.reshape(len(flat), -1) / 255
