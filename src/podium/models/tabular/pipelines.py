"""Models on tables: what `columns` makes of the rows, and an estimator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.compose import make_column_transformer
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.gaussian_process import GaussianProcessClassifier, GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier, RidgeClassifierCV, RidgeCV
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import SVC, SVR
from xgboost import XGBClassifier, XGBRegressor

from podium.data.task import Task
from podium.models.calibration import with_probabilities
from podium.models.linear import ChosenLogisticRegression
from podium.models.regressors import on_log_scale, on_standard_scale
from podium.models.tabular.boosting import EarlyStopped
from podium.models.tabular.columns import (
    DATES,
    as_categories,
    as_texts,
    bounded_part,
    calendar,
    for_linear_models,
    for_trees,
)

ROUNDS = 3000  # of boosting, at most: fewer where more would be worse
XGBOOST = {
    "n_estimators": ROUNDS,
    "learning_rate": 0.05,
    "max_depth": 5,
    "subsample": 0.8,
    "colsample_bytree": 0.6,
    "min_child_weight": 2,
    "tree_method": "hist",
    "enable_categorical": True,
}
LIGHTGBM = {
    "n_estimators": ROUNDS,
    "learning_rate": 0.05,
    "num_leaves": 24,
    "min_child_samples": 10,
    "subsample": 0.8,
    "subsample_freq": 1,
    "colsample_bytree": 0.6,
    "reg_lambda": 1.0,
    "cat_smooth": 20,
    "verbose": -1,
    "n_jobs": 1,
    "deterministic": True,
    "force_row_wise": True,
}
CATBOOST = {
    "iterations": ROUNDS,
    "learning_rate": 0.08,
    "depth": 6,
    "l2_leaf_reg": 5,
    "random_strength": 1,
    "one_hot_max_size": 8,
    "max_ctr_complexity": 1,
    "thread_count": 1,
    "verbose": False,
    "allow_writing_files": False,  # else it leaves a folder where the program was started
}
FOREST = {"n_estimators": 300, "min_samples_leaf": 2}  # one thread: several add up in any order
ROWS_OF_A_TREE = 30_000  # drawn at most: more rows make a forest slow and large, and hardly better
BOOSTING = {"learning_rate": 0.06, "max_leaf_nodes": 15, "min_samples_leaf": 10}
SHRINKAGE = np.logspace(-2, 4, 13)  # alphas of ridge

# Where `podium tune` looks for better parameters: docs/add-a-model.md.
SPACES = {
    "logistic_regression": {"C": (0.001, 100.0, "log")},
    "ridge": {"alpha": (0.01, 10000.0, "log")},
    "random_forest": {
        "min_samples_leaf": (1, 30, "log"),
        "max_features": (0.1, 1.0),
    },
    "hist_gradient_boosting": {
        "learning_rate": (0.01, 0.3, "log"),
        "max_leaf_nodes": (4, 64, "log"),
        "min_samples_leaf": (2, 100, "log"),
        "l2_regularization": (0.001, 30.0, "log"),
        "max_features": (0.3, 1.0),
    },
    "extra_trees": {"min_samples_leaf": (1, 30, "log"), "max_features": (0.1, 1.0)},
    "knn": {"n_neighbors": (3, 100, "log")},
    "svm": {"C": (0.1, 100.0, "log")},
    "lightgbm": {
        "learning_rate": (0.01, 0.3, "log"),
        "num_leaves": (4, 128, "log"),
        "min_child_samples": (2, 100, "log"),
        "subsample": (0.5, 1.0),
        "colsample_bytree": (0.3, 1.0),
        "reg_lambda": (0.1, 30.0, "log"),
    },
    "catboost": {
        "learning_rate": (0.02, 0.3, "log"),
        "depth": (3, 9),
        "l2_leaf_reg": (1.0, 30.0, "log"),
    },
    "xgboost": {
        "learning_rate": (0.01, 0.3, "log"),
        "max_depth": (2, 9),
        "min_child_weight": (1, 30, "log"),
        "subsample": (0.5, 1.0),
        "colsample_bytree": (0.3, 1.0),
        "reg_lambda": (0.1, 30.0, "log"),
    },
}


def logistic_regression(task: Task, **params: Any) -> Pipeline:
    """Return logistic regression; without a `C` it is chosen in the fold."""
    model = LogisticRegression(**{"max_iter": 1000, **params}) if "C" in params else None
    return make_pipeline(for_linear_models(task), model or ChosenLogisticRegression(**params))


def ridge(task: Task, **params: Any) -> BaseEstimator:
    """Return ridge regression, or a classifier by it; without an `alpha` it is chosen in the fold."""
    is_given = "alpha" in params
    settings = params if is_given else {"alphas": SHRINKAGE, **params}
    if task.kind == "regression":
        return _numbers(Ridge if is_given else RidgeCV, settings, for_linear_models(task))
    classifier = RidgeClassifier(**settings) if is_given else RidgeClassifierCV(**settings)
    return make_pipeline(for_linear_models(task), with_probabilities(classifier))


def xgboost(task: Task, **params: Any) -> BaseEstimator:
    return _boosted(task, (XGBClassifier, XGBRegressor), {**XGBOOST, **params}, as_categories())


def lightgbm(task: Task, **params: Any) -> BaseEstimator:
    """Return LightGBM (Ke et al. 2017)."""
    from lightgbm import LGBMClassifier, LGBMRegressor

    return _boosted(task, (LGBMClassifier, LGBMRegressor), {**LIGHTGBM, **params}, as_categories())


def catboost(task: Task, **params: Any) -> BaseEstimator:
    """Return CatBoost (Prokhorenkova et al. 2018), which encodes categories by the rows before each."""
    from catboost import CatBoostClassifier, CatBoostRegressor

    settings = {**CATBOOST, "random_state": 0, **params}
    return _boosted(task, (CatBoostClassifier, CatBoostRegressor), settings, as_categories(), as_texts())


def _boosted(
    task: Task, kinds: tuple[Callable[..., Any], Callable[..., Any]], settings: dict[str, Any], *steps: Any
) -> BaseEstimator:
    """Return boosting of the first kind for classes, of the second for numbers."""
    settings = dict(settings)
    log = bool(settings.pop("log", False))
    kind = kinds[task.kind == "regression"]
    model = EarlyStopped(kind(**settings))
    return on_log_scale(log, make_pipeline(for_trees(task), *steps, model))


class _RowsOfATree:
    """A forest each of whose trees has at most `ROWS_OF_A_TREE` rows."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit on rows X (n, columns) and targets y (n,) or (n, t)."""
        self.max_samples = min(len(y), ROWS_OF_A_TREE)
        return super().fit(X, y, sample_weight=sample_weight)  # type: ignore[misc]


class ForestOfClasses(_RowsOfATree, RandomForestClassifier):
    pass


class ForestOfNumbers(_RowsOfATree, RandomForestRegressor):
    pass


class ExtraTreesOfClasses(_RowsOfATree, ExtraTreesClassifier):
    pass


class ExtraTreesOfNumbers(_RowsOfATree, ExtraTreesRegressor):
    pass


def random_forest(task: Task, **params: Any) -> BaseEstimator:
    settings = {**FOREST, **params}
    if task.kind == "regression":
        return _numbers(ForestOfNumbers, {"max_features": 1 / 3, **settings}, for_trees(task))
    return make_pipeline(for_trees(task), ForestOfClasses(**settings))


def extra_trees(task: Task, **params: Any) -> BaseEstimator:
    """Return extremely randomised trees (Geurts et al. 2006)."""
    settings = {**FOREST, "bootstrap": True, **params}
    if task.kind == "regression":
        return _numbers(ExtraTreesOfNumbers, {"max_features": 0.5, **settings}, for_trees(task))
    return make_pipeline(for_trees(task), ExtraTreesOfClasses(**settings))


def hist_gradient_boosting(task: Task, **params: Any) -> BaseEstimator:
    settings = {**BOOSTING, **params}
    if task.kind == "regression":
        return _numbers(HistGradientBoostingRegressor, settings, for_trees(task), as_categories())
    return make_pipeline(for_trees(task), as_categories(), BoostedTreesOfClasses(**settings))


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


def knn(task: Task, **params: Any) -> BaseEstimator:
    """Return the mean over the nearest rows, nearer ones weighing more."""
    settings = {"n_neighbors": 20, "weights": "distance", **params}
    if task.kind == "regression":
        return _numbers(KNeighborsRegressor, settings, for_linear_models(task))
    return make_pipeline(for_linear_models(task), KNeighborsClassifier(**settings))


def svm(task: Task, **params: Any) -> BaseEstimator:
    """Return a support vector machine with a Gaussian kernel, for thousands of rows: time grows with their
    square."""
    if task.kind == "regression":
        settings = {"C": 2.0, "epsilon": 0.05, **params}
        log = bool(settings.pop("log", False))
        model = on_standard_scale(make_pipeline(for_linear_models(task), SVR(**settings)))
        return on_log_scale(log, model)
    classifier = SVC(**{"C": 2.0, **params})
    return make_pipeline(for_linear_models(task), with_probabilities(classifier))


def gaussian_process(task: Task, **params: Any) -> BaseEstimator:
    """Return a Gaussian process (Rasmussen and Williams 2006), for hundreds of rows: time grows with their
    cube."""
    kernel = ConstantKernel() * RBF(length_scale=10.0, length_scale_bounds=(0.1, 1e4))
    if task.kind == "regression":
        settings = {"kernel": kernel + WhiteKernel(), "normalize_y": True, **params}
        return _numbers(GaussianProcessRegressor, settings, for_linear_models(task), dense())
    classifier = GaussianProcessClassifier(**{"kernel": kernel, **params})
    return make_pipeline(for_linear_models(task), dense(), classifier)


def dense() -> FunctionTransformer:
    """Return a step that makes sparse columns dense."""
    return FunctionTransformer(_dense, accept_sparse=True)


def _dense(X: Any) -> np.ndarray:
    return np.asarray(X.toarray() if hasattr(X, "toarray") else X)


def time(task: Task, log: bool = False, **params: Any) -> BaseEstimator:
    """Return the mean over a thousand shallow trees on nothing but dates."""
    settings = {"n_estimators": 1000, "max_depth": 4, "min_samples_leaf": 10, **params}
    dates = make_column_transformer((make_pipeline(calendar(), SimpleImputer()), DATES))
    times = FunctionTransformer(bounded_part, kw_args={"name": "times"})
    return on_log_scale(log, make_pipeline(times, dates, RandomForestRegressor(**settings)))


def _numbers(kind: Callable[..., BaseEstimator], settings: dict[str, Any], *steps: Any) -> BaseEstimator:
    """Return a regressor on the steps; the setting `log` has it learn logarithms."""
    settings = dict(settings)
    log = bool(settings.pop("log", False))
    return on_log_scale(log, make_pipeline(*steps, kind(**settings)))
