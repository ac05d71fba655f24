"""Regressors on features that something else makes, by name; and numbers learnt as logarithms."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import Ridge, SGDRegressor
from sklearn.neighbors import KNeighborsRegressor
from sklearn.preprocessing import StandardScaler
from xgboost import XGBRegressor

from podium.errors import ModelError
from podium.formatting import did_you_mean

XGBOOST = {
    "n_estimators": 200,
    "learning_rate": 0.03,
    "max_depth": 3,
    "subsample": 0.7,
    "colsample_bytree": 0.2,
    "min_child_weight": 10,
    "max_bin": 32,
    "tree_method": "hist",
}
ESTIMATORS: dict[str, Callable[..., BaseEstimator]] = {
    "ridge": Ridge,
    # The rate of the first steps must be below one over the squared length of a row.
    "sgd": partial(SGDRegressor, max_iter=1500, learning_rate="adaptive"),
    "xgboost": partial(XGBRegressor, **XGBOOST),
    "knn": partial(KNeighborsRegressor, n_neighbors=50),
}


def make_regressor(name: str, **params: Any) -> BaseEstimator:
    """Return the regressor of that name. Raise ModelError for a name that is none."""
    if name not in ESTIMATORS:
        raise ModelError(f"no regressor {name!r}; {did_you_mean(name, ESTIMATORS)}")
    return ESTIMATORS[name](**params)


def on_standard_scale(model: BaseEstimator) -> BaseEstimator:
    """Return a model that learns standardised targets: small steps would not get to a far mean."""
    return TransformedTargetRegressor(model, transformer=StandardScaler())


def on_log_scale(log: bool, model: BaseEstimator) -> BaseEstimator:
    """Return the model; with `log` one that learns log(1 + y), for targets whose error is judged as a
    share."""
    return TransformedTargetRegressor(model, func=np.log1p, inverse_func=np.expm1) if log else model
