"""What the models share: the constant, pixels as columns, probabilities from scores."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.calibration import CalibratedClassifierCV
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.preprocessing import FunctionTransformer

from podium.data.images import ImageFiles, Look
from podium.data.multimodal import part
from podium.models.regressors import learning

SMALL = Look(32, 32)


def constant(**params: Any) -> DummyClassifier:
    """The class shares of the training rows, whatever the row."""
    return DummyClassifier(**{"strategy": "prior", **params})


def same_number(log: bool = False, **params: Any) -> BaseEstimator:
    """The mean of the training rows (or by `strategy` their median), whatever the row."""
    return learning(log, DummyRegressor(**params))


def pixels() -> FunctionTransformer:
    """Images (n, h, w, c) of 0..255 as columns (n, h * w * c) of 0..1; files as small images."""
    return FunctionTransformer(_flatten)


def _flatten(images: Any) -> np.ndarray:
    images = part(images, "images")
    if isinstance(images, ImageFiles):
        images = images.pixels(SMALL)
    return np.asarray(images, dtype=np.float32).reshape(len(images), -1) / 255


def with_probabilities(model: BaseEstimator) -> CalibratedClassifierCV:
    """Probabilities for a classifier that only gives scores: temperature scaling (Guo et al. 2017,
    "On Calibration of Modern Neural Networks") on its own cross-validated scores, so inside the
    training part of a fold."""
    return CalibratedClassifierCV(model, method="temperature", cv=3, ensemble=False)
