"""Photos at one size, and their augmentation while a network trains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.pipeline import Pipeline, make_pipeline

from podium.data.cached_pixels import CachedPixels
from podium.data.image_spec import ImageSpec
from podium.data.images import ImageFiles
from podium.data.multimodal import part
from podium.data.task import Task
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


class ImagePipeline(Pipeline):
    """A pipeline that learns from the rows that have an image, for numbers: for the others it predicts their
    mean over the training rows."""

    def fit(self, X: Any, y: Any, **arguments: Any) -> ImagePipeline:
        files = require_files(X)
        known = files.known
        y = np.asarray(y)
        self.without_image_ = self._without_image(y)
        self.known_ = np.unique(y[known])
        if self._can_learn():
            arguments = {k: v[known] if k.endswith("sample_weight") else v for k, v in arguments.items()}
            super().fit(files[known], y[known], **arguments)
        return self

    def _without_image(self, y: np.ndarray) -> np.ndarray:
        """Return what is predicted for a row without an image."""
        return np.asarray(y.mean(axis=0))

    def _can_learn(self) -> bool:
        return len(self.known_) > 0

    def predict(self, X: Any) -> np.ndarray:
        return self._filled(X, super().predict)

    def _filled(self, X: Any, predict: Callable[[Any], np.ndarray]) -> np.ndarray:
        """Return the predictions of the rows that have an image, and what stands for the others."""
        files = require_files(X)
        predicted = np.tile(self.without_image_, (len(files), *[1] * self.without_image_.ndim))
        rows = np.flatnonzero(files.known)
        if len(rows) and self._can_learn():
            predicted[rows] = predict(files[rows])
        return predicted


class LabelImagePipeline(ImagePipeline):
    """The same for several labels: rows without an image get the share of each label."""

    def predict_proba(self, X: Any) -> np.ndarray:
        return self._filled(X, self._of_images)

    def _of_images(self, files: ImageFiles) -> np.ndarray:
        return np.asarray(super().predict_proba(files))

    def predict(self, X: Any) -> np.ndarray:
        return (self.predict_proba(X) >= 0.5).astype(np.int64)


class ClassImagePipeline(ImagePipeline):
    """The same for one of several classes: rows without an image get the share of each class."""

    def _without_image(self, y: np.ndarray) -> np.ndarray:
        self.labels_, counts = np.unique(y, return_counts=True)
        return np.asarray(counts / counts.sum())

    def _can_learn(self) -> bool:
        return len(self.known_) > 1

    def predict_proba(self, X: Any) -> np.ndarray:
        return self._filled(X, self._of_all_classes)

    def _of_all_classes(self, files: ImageFiles) -> np.ndarray:
        """Return probabilities (rows, c) with zeros for the classes of which no row has an image."""
        predicted = np.zeros((len(files), len(self.labels_)))
        predicted[:, np.isin(self.labels_, self.known_)] = super().predict_proba(files)
        return predicted

    def predict(self, X: Any) -> np.ndarray:
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    @property
    def classes_(self) -> np.ndarray:
        return self.labels_


_PIPELINES: dict[str, type[ImagePipeline]] = {
    "classification": ClassImagePipeline,
    "multilabel": LabelImagePipeline,
    "regression": ImagePipeline,
}


def image_pipeline(task: Task, *steps: Any) -> ImagePipeline:
    """Return an `ImagePipeline` of steps for a task."""
    return _PIPELINES[task.kind](make_pipeline(*steps).steps)


def require_files(X: Any) -> ImageFiles:
    """Return the image files of X. Raise ModelError if it has none."""
    X = part(X, "images")
    if not isinstance(X, ImageFiles):
        raise ModelError(f"this model must be given image files, got {type(X).__name__}; choose another")
    return X
