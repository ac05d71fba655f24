"""What can be said of a photo without looking at it: a warning of how the photos were collected."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder

from podium.images import ImageFiles
from podium.models.photos import of_photos, require_files


def metadata(**params: Any) -> Pipeline:
    """A random forest on width, height, bytes and suffix."""
    return of_photos(
        FunctionTransformer(_facts),
        make_column_transformer(
            (OneHotEncoder(handle_unknown="ignore"), ["suffix"]), remainder="passthrough"
        ),
        RandomForestClassifier(**{"n_estimators": 200, "min_samples_leaf": 3, **params}),
    )


def _facts(X: ImageFiles) -> pd.DataFrame:
    return require_files(X).metadata()
