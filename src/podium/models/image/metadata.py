"""Facts of an image file that need no look at its pixels. What they predict is a warning of how the photos
were collected."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder

from podium.data.images import ImageFiles
from podium.data.task import Task
from podium.models.image.resize import image_pipeline, require_files
from podium.models.regressors import on_log_scale

FOREST = {"n_estimators": 200, "min_samples_leaf": 3}


def metadata(task: Task, **params: Any) -> BaseEstimator:
    """Return a random forest on width, height, bytes and suffix."""
    if task.kind == "regression":
        return _regressor(task, **params)
    return image_pipeline(task, *_facts(), RandomForestClassifier(**{**FOREST, **params}))


def _regressor(task: Task, log: bool = False, **params: Any) -> BaseEstimator:
    """Return a forest of shallow trees: deep ones fit the noise of the targets, and the warning would be too
    mild."""
    settings = {**FOREST, "max_depth": 4, "min_samples_leaf": 10, **params}
    return on_log_scale(log, image_pipeline(task, *_facts(), RandomForestRegressor(**settings)))


def _facts() -> tuple[FunctionTransformer, ColumnTransformer]:
    suffix = (OneHotEncoder(handle_unknown="ignore"), ["suffix"])
    return FunctionTransformer(_read), make_column_transformer(suffix, remainder="passthrough")


def _read(X: ImageFiles) -> pd.DataFrame:
    return require_files(X).metadata()
