"""One network for a title and an image."""

from __future__ import annotations

import re
import zlib
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from keras import Input, Model, layers, ops
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.pipeline import Pipeline, make_pipeline

from podium.images import Beside, Look
from podium.models.keras_base import KerasClassifier
from podium.models.photos import require_files
from podium.parts import part

BUCKETS = 2**15  # of words and pairs of words
LENGTH = 40  # of them in a title; what is beyond is not read


def joint(side: int = 64, dropout: float = 0.3, **params: Any) -> Pipeline:
    """Where there is no image, it is told so, and decides by the title."""
    settings = {"epochs": 6, "learning_rate": 2e-3, **params}
    network = partial(joint_network, side=side, dropout=dropout)
    return make_pipeline(TitleBesideImage(side), KerasClassifier(network, **settings))


class TitleBesideImage(TransformerMixin, BaseEstimator):
    """Rows with the parts "text" and "images" as whether there is an image, the numbers of the title's words
    and pairs of words, zeros after them, and the image's pixels."""

    def __init__(self, side: int = 64):
        self.side = side

    def fit(self, X: Any, y: Any = None) -> TitleBesideImage:
        return self

    def transform(self, X: Any) -> Beside:
        files = require_files(X)
        words = np.stack([_numbers(text) for text in part(X, "text")["text"]])
        return Beside(np.column_stack([files.seen, words]), files.pixels(Look(self.side, self.side)))

    def __sklearn_is_fitted__(self) -> bool:
        return True


def _numbers(text: str) -> np.ndarray:
    """Of each word and pair of words a number from 1 (Weinberger et al. 2009, "Feature hashing")."""
    words = re.findall(r"\w+|[^\w\s]", text.lower())
    pairs = [f"{a} {b}" for a, b in pairwise(words)]
    mixed = [word for both in zip(words, [*pairs, ""], strict=False) for word in both if word][:LENGTH]
    numbers = np.zeros(LENGTH)
    numbers[: len(mixed)] = [1 + zlib.crc32(word.encode()) % BUCKETS for word in mixed]
    return numbers


def joint_network(shape: tuple[int, ...], n_classes: int, side: int, dropout: float) -> Model:
    """The words' mean (Joulin et al. 2017, "Bag of Tricks for Efficient Text Classification") and what
    four convolutions see, in one dense layer."""
    inputs = Input(shape)
    there, words = inputs[:, :1], ops.cast(inputs[:, 1 : 1 + LENGTH], "int32")
    image = layers.Reshape((side, side, 3))(inputs[:, 1 + LENGTH :])
    x = layers.Embedding(BUCKETS + 1, 64, mask_zero=True)(words)
    text = layers.GlobalAveragePooling1D()(layers.SpatialDropout1D(dropout)(x))
    x = layers.Rescaling(1 / 127.5, offset=-1)(image)
    for filters in (16, 32, 64, 64):
        x = layers.Conv2D(filters, 3, strides=2, padding="same", activation="relu")(x)
    seen = layers.GlobalAveragePooling2D()(x) * there
    x = layers.Dense(128, activation="relu")(layers.Concatenate()([text, seen, there]))
    return Model(inputs, layers.Dense(n_classes, activation="softmax")(layers.Dropout(dropout)(x)))
