"""Tables: numbers, categories and dates as columns of a frame, and the models on them.

X is a frame as `podium.data.csv_files.read_features` gives it, or has one as its part "table": columns of
floats, of text, of timestamps, with cells missing anywhere. What is to be learnt of the columns is learnt in
the fold.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler
from xgboost import XGBClassifier, XGBRegressor

from podium.data.multimodal import part
from podium.data.task import Task
from podium.models.calibration import with_probabilities
from podium.models.regressors import on_log_scale

Columns = Callable[[pd.DataFrame], list[str]]

LARGEST_NUMBER = 1e38
RARE_CATEGORY_ROWS = 5  # a category of fewer rows is one of "the others"
MOST_CATEGORIES = 200  # categories of a column; histograms of gradient boosting have room for 255

XGBOOST = {
    "n_estimators": 300,
    "learning_rate": 0.05,
    "max_depth": 5,
    "subsample": 0.8,
    "colsample_bytree": 0.6,
    "min_child_weight": 2,
    "tree_method": "hist",
    "enable_categorical": True,
}
FOREST = {"n_estimators": 300, "min_samples_leaf": 2}  # one thread: several add up in any order
BOOSTING = {"learning_rate": 0.06, "max_leaf_nodes": 15, "min_samples_leaf": 10}

# Where `podium tune` looks for better parameters: docs/add-a-model.md.
SPACES = {
    "logistic_regression": {"C": (0.001, 100.0, "log")},
    "ridge": {"alpha": (0.01, 10000.0, "log")},
    "random_forest": {
        "min_samples_leaf": (1, 30, "log"),
        "max_features": (0.1, 1.0),
        "max_samples": (0.3, 1.0),
    },
    "hist_gradient_boosting": {
        "learning_rate": (0.01, 0.3, "log"),
        "max_leaf_nodes": (4, 64, "log"),
        "min_samples_leaf": (2, 100, "log"),
        "l2_regularization": (0.001, 30.0, "log"),
        "max_features": (0.3, 1.0),
    },
    "xgboost": {
        "n_estimators": (100, 800, "log"),
        "learning_rate": (0.01, 0.3, "log"),
        "max_depth": (2, 9),
        "min_child_weight": (1, 30, "log"),
        "subsample": (0.5, 1.0),
        "colsample_bytree": (0.3, 1.0),
        "reg_lambda": (0.1, 30.0, "log"),
    },
}


def logistic_regression(task: Task, **params: Any) -> Pipeline:
    return make_pipeline(for_linear_models(), LogisticRegression(**{"C": 0.3, "max_iter": 1000, **params}))


def ridge(task: Task, **params: Any) -> BaseEstimator:
    settings = {"alpha": 10.0, **params}
    if task.kind == "regression":
        return _numbers(Ridge, settings, for_linear_models())
    return make_pipeline(for_linear_models(), with_probabilities(RidgeClassifier(**settings)))


def xgboost(task: Task, **params: Any) -> BaseEstimator:
    settings = {**XGBOOST, **params}
    if task.kind == "regression":
        return _numbers(XGBRegressor, settings, for_trees(), as_categories())
    return make_pipeline(for_trees(), as_categories(), XGBClassifier(**settings))


def random_forest(task: Task, **params: Any) -> BaseEstimator:
    settings = {**FOREST, **params}
    if task.kind == "regression":
        return _numbers(RandomForestRegressor, {"max_features": 1 / 3, **settings}, for_trees())
    return make_pipeline(for_trees(), RandomForestClassifier(**settings))


def hist_gradient_boosting(task: Task, **params: Any) -> BaseEstimator:
    settings = {**BOOSTING, **params}
    if task.kind == "regression":
        return _numbers(HistGradientBoostingRegressor, settings, for_trees(), as_categories())
    return make_pipeline(for_trees(), as_categories(), BoostedTreesOfClasses(**settings))


class BoostedTreesOfClasses(HistGradientBoostingClassifier):
    """Boosting that does not end early where a class has one row: ending early would need a row of each class
    to validate on, and it ends early by itself from 10,001 rows on."""

    early_stopping: bool | str

    def fit(self, X: Any, y: np.ndarray, sample_weight: np.ndarray | None = None) -> BoostedTreesOfClasses:
        """Fit on rows X (n, ...) and classes y (n,)."""
        asked = self.early_stopping
        _, counts = np.unique(y, return_counts=True)
        try:
            self.early_stopping = asked if counts.min() > 1 else False
            super().fit(X, y, sample_weight=sample_weight)
        finally:
            self.early_stopping = asked
        return self


def time(task: Task, log: bool = False, **params: Any) -> BaseEstimator:
    """Return the mean over a thousand shallow trees on nothing but dates."""
    settings = {"n_estimators": 1000, "max_depth": 4, "min_samples_leaf": 10, **params}
    dates = make_column_transformer((make_pipeline(calendar(), SimpleImputer()), DATES))
    return on_log_scale(log, make_pipeline(_part("times"), dates, RandomForestRegressor(**settings)))


def _numbers(kind: Callable[..., BaseEstimator], settings: dict[str, Any], *steps: Any) -> BaseEstimator:
    """Return a regressor on the steps; the setting `log` has it learn logarithms."""
    settings = dict(settings)
    log = settings.pop("log", False)
    return on_log_scale(log, make_pipeline(_part("table"), *steps, kind(**settings)))


def _part(name: str) -> FunctionTransformer:
    return FunctionTransformer(_bounded_part, kw_args={"name": name})


def _bounded_part(X: Any, name: str) -> pd.DataFrame:
    """Return the part of that name, its numbers such as floats of 32 bits hold: trees know no others."""
    frame = part(X, name)
    numbers = frame.select_dtypes("number")
    if not (numbers.abs() > LARGEST_NUMBER).to_numpy().any():
        return frame
    return frame.assign(**numbers.clip(-LARGEST_NUMBER, LARGEST_NUMBER))


def _columns(**kind: Any) -> Columns:
    """Return a selector of the columns of a kind that are not empty in the training rows."""
    return partial(_not_empty, make_column_selector(**kind))


def _not_empty(select: Columns, frame: pd.DataFrame) -> list[str]:
    return [column for column in select(frame) if frame[column].notna().any()]


NUMBERS = _columns(dtype_include="number")
DATES = _columns(dtype_include="datetime")
CATEGORIES = _columns(dtype_exclude=["number", "datetime"])


def for_linear_models() -> Pipeline:
    """Return steps to columns of one scale: gaps are filled with the median and marked, and each category has
    a column."""
    filled = SimpleImputer(strategy="median", add_indicator=True)
    columns = make_column_transformer(
        (make_pipeline(filled, StandardScaler()), NUMBERS),
        (make_pipeline(calendar(), filled, StandardScaler()), DATES),
        (
            OneHotEncoder(
                handle_unknown="infrequent_if_exist",
                min_frequency=RARE_CATEGORY_ROWS,
                max_categories=MOST_CATEGORIES,
                dtype=np.float32,
            ),
            CATEGORIES,
        ),
    )
    return make_pipeline(_part("table"), columns)


def for_trees() -> Pipeline:
    """Return steps to a frame of floats: gaps stay gaps, categories become numbers from 0, unknown ones
    gaps."""
    codes = OrdinalEncoder(
        handle_unknown="use_encoded_value",
        unknown_value=np.nan,
        encoded_missing_value=np.nan,
        min_frequency=RARE_CATEGORY_ROWS,
        max_categories=MOST_CATEGORIES,
    )
    columns = make_column_transformer(("passthrough", NUMBERS), (calendar(), DATES), (codes, CATEGORIES))
    return make_pipeline(_part("table"), columns.set_output(transform="pandas"))


def calendar() -> FunctionTransformer:
    return FunctionTransformer(_calendar)


def _calendar(dates: pd.DataFrame) -> pd.DataFrame:
    """Return the days since 1970, year, month, weekday and hour of each date."""
    parts: dict[str, pd.Series] = {}
    for column in dates:
        time = dates[column].dt
        days = (dates[column] - pd.Timestamp(0)) / pd.Timedelta(days=1)
        named = {
            "days": days,
            "year": time.year,
            "month": time.month,
            "weekday": time.day_of_week,
            "hour": time.hour,
        }
        parts |= {f"{column} {name}": values.astype(np.float64) for name, values in named.items()}
    return pd.DataFrame(parts, index=dates.index)


def as_categories() -> FunctionTransformer:
    """Return a step that makes the categories, which `for_trees` numbered, categories of pandas: gradient
    boosting then splits them by set, not by order."""
    return FunctionTransformer(_as_categories)


def _as_categories(frame: pd.DataFrame) -> pd.DataFrame:
    # One dtype whatever the rows, lest the codes of a part of the rows mean something else.
    kind = pd.CategoricalDtype(list(range(MOST_CATEGORIES + 1)))
    typed = frame.astype({c: kind for c in frame.columns if c.startswith("ordinalencoder__")})
    return typed.set_axis([str(i) for i in range(typed.shape[1])], axis=1)  # XGBoost refuses [, ] and <
