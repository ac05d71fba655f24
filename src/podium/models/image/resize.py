"""Photos at one size, and their augmentation while a network trains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.pipeline import Pipeline, make_pipeline

from podium.data.cached_pixels import CachedPixels
from podium.data.image_spec import ImageSpec
from podium.data.images import ImageFiles
from podium.data.multimodal import part
from podium.errors import ModelError

AUGMENTATION = {
    "rotation": 15.0,
    "height_shift": 0.08,
    "width_shift": 0.08,
    "zoom": 0.15,
    "shear": 0.1,
    "flip": True,
    "fill_mode": "nearest",
}


@dataclass(eq=False, repr=False)
class Resized(TransformerMixin, BaseEstimator):
    """Turns image files into pixels (n, height, width, 3) of 0..255, which are read from disk when they are
    indexed. The parameters are those of `podium.data.image_spec.ImageSpec`."""

    height: int = 64
    width: int = 64
    keep_aspect: bool = False
    smoothing: str | None = None

    def fit(self, X: ImageFiles, y: Any = None) -> Resized:
        return self

    def transform(self, X: ImageFiles) -> CachedPixels:
        return require_files(X).pixels(ImageSpec(self.height, self.width, self.keep_aspect, self.smoothing))

    def __sklearn_is_fitted__(self) -> bool:
        return True


def image_pipeline(*steps: Any) -> ImagePipeline:
    """Return an `ImagePipeline` of steps."""
    return ImagePipeline(make_pipeline(*steps).steps)


class ImagePipeline(Pipeline):
    """A pipeline that learns from the rows that have an image. For the others it predicts the share of each
    class in the training rows."""

    def fit(self, X: Any, y: Any, **arguments: Any) -> ImagePipeline:
        files = require_files(X)
        known = files.known
        y = np.asarray(y)
        self.labels_, counts = np.unique(y, return_counts=True)
        self.shares_ = counts / counts.sum()
        self.known_ = np.unique(y[known])
        if len(self.known_) > 1:
            arguments = {k: v[known] if k.endswith("sample_weight") else v for k, v in arguments.items()}
            super().fit(files[known], y[known], **arguments)
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        files = require_files(X)
        predicted = np.tile(self.shares_, (len(files), 1))
        rows = np.flatnonzero(files.known)
        if len(rows) and len(self.known_) > 1:
            predicted[rows] = 0
            predicted[np.ix_(rows, np.isin(self.classes_, self.known_))] = super().predict_proba(files[rows])
        return predicted

    def predict(self, X: Any) -> np.ndarray:
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    @property
    def classes_(self) -> np.ndarray:
        return self.labels_


def require_files(X: Any) -> ImageFiles:
    """Return the image files of X. Raise ModelError if it has none."""
    X = part(X, "images")
    if not isinstance(X, ImageFiles):
        raise ModelError(f"this model must be given image files, got {type(X).__name__}; choose another")
    return X
