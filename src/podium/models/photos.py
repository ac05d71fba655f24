"""Photos at one size, and what is done to them while a network trains."""

from __future__ import annotations

from typing import Any

from sklearn.base import BaseEstimator, TransformerMixin

from podium.errors import ModelError
from podium.images import ImageFiles, Look, Pixels
from podium.parts import part

AUGMENTATION = {
    "rotation": 15.0,
    "height_shift": 0.08,
    "width_shift": 0.08,
    "zoom": 0.15,
    "shear": 0.1,
    "flip": True,
    "fill_mode": "nearest",
}


class Resized(TransformerMixin, BaseEstimator):
    """Image files as pixels (n, height, width, 3) of 0..255, read from disk when they are indexed; the
    parameters are those of `podium.images.Look`."""

    def __init__(
        self, height: int = 64, width: int = 64, keep_aspect: bool = False, smoothing: str | None = None
    ):
        self.height = height
        self.width = width
        self.keep_aspect = keep_aspect
        self.smoothing = smoothing

    def fit(self, X: ImageFiles, y: Any = None) -> Resized:
        return self

    def transform(self, X: ImageFiles) -> Pixels:
        return require_files(X).pixels(Look(self.height, self.width, self.keep_aspect, self.smoothing))

    def __sklearn_is_fitted__(self) -> bool:
        return True


def require_files(X: Any) -> ImageFiles:
    X = part(X, "images")
    if not isinstance(X, ImageFiles):
        raise ModelError(f"this model must be given image files, got {type(X).__name__}; choose another")
    return X
