"""Trees."""

from __future__ import annotations

from typing import Any

from sklearn.pipeline import Pipeline, make_pipeline
from xgboost import XGBClassifier

from podium.models.base import pixels


def xgboost(**params: Any) -> Pipeline:
    settings = {
        "n_estimators": 150,
        "learning_rate": 0.2,
        "max_depth": 6,
        "subsample": 0.8,
        "colsample_bytree": 0.4,
        "max_bin": 64,
        "tree_method": "hist",
        **params,
    }
    return make_pipeline(pixels(), XGBClassifier(**settings))
