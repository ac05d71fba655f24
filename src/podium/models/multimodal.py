"""One network for texts and an image."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import partial
from itertools import pairwise, zip_longest
from typing import Any

import numpy as np
import pandas as pd
from keras import Input, Model, layers, ops
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils.validation import check_is_fitted

from podium.data.cached_pixels import NumbersWithPixels
from podium.data.image_spec import ImageSpec
from podium.data.multimodal import part
from podium.data.task import Task
from podium.models.image.resize import require_files
from podium.models.keras.estimator import KerasEstimator

MOST_WORDS = 20_000  # words and pairs of words that have numbers
LENGTH = 40  # of them in a title; what is beyond is not read


def joint(task: Task, side: int = 64, dropout: float = 0.5, **params: Any) -> Pipeline:
    """Return one network for texts and image; a table beside them is not read. A row without an image is
    marked, and its texts decide."""
    settings = {"epochs": 4, "learning_rate": 5e-3, **params}
    network = partial(joint_network, side=side, dropout=dropout)
    return make_pipeline(TitleWithImage(side), KerasEstimator.for_task(task, network, **settings))


@dataclass(eq=False, repr=False)
class TitleWithImage(TransformerMixin, BaseEstimator):
    """Turns rows with the parts "text" and "images" into numbers and pixels.

    The columns of texts are read as one title. The numbers are: whether there is an image, then the numbers
    of the title's words and pairs of words, padded with zeros. Words have a number if at least `least` titles
    of the training rows have them.
    """

    side: int = 64
    least: int = 3

    def fit(self, X: Any, y: Any = None) -> TitleWithImage:
        titles = Counter(word for text in _titles(X) for word in dict.fromkeys(_words(text)))
        kept = [word for word, count in titles.most_common(MOST_WORDS) if count >= self.least]
        self.numbers_ = {word: number for number, word in enumerate(kept, start=1)}
        return self

    def transform(self, X: Any) -> NumbersWithPixels:
        check_is_fitted(self)
        files = require_files(X)
        words = np.stack([self._numbers(text) for text in _titles(X)])
        return NumbersWithPixels(
            np.column_stack([files.known, words]), files.pixels(ImageSpec(self.side, self.side))
        )

    def _numbers(self, text: str) -> np.ndarray:
        known = [self.numbers_[word] for word in _words(text) if word in self.numbers_][:LENGTH]
        return np.pad(np.array(known, dtype=np.float32), (0, LENGTH - len(known)))


def _titles(X: Any) -> pd.Series:
    """Return the texts of each row (n,), one after the other."""
    texts: pd.DataFrame = part(X, "text")
    return texts.agg(" ".join, axis=1)


def _words(text: str) -> list[str]:
    """Return the words and punctuation marks of a text, each followed by its pair with the next one."""
    words = re.findall(r"\w+|[^\w\s]", text.lower())
    return [part for pair in zip_longest(words, map(" ".join, pairwise(words))) for part in pair if part]


def joint_network(
    shape: tuple[int, ...], n_outputs: int, activation: str, side: int, dropout: float
) -> Model:
    """Return a network that joins the mean of the words' embeddings (Joulin et al. 2017, "Bag of Tricks for
    Efficient Text Classification") and the output of four convolutions in a dense layer."""
    inputs = Input(shape)
    has_image = inputs[:, :1]
    words = ops.cast(inputs[:, 1 : 1 + LENGTH], "int32")
    known = ops.cast(words > 0, "float32")[:, :, None]
    image = layers.Reshape((side, side, 3))(inputs[:, 1 + LENGTH :])
    words = layers.Dropout(dropout, noise_shape=(None, LENGTH, 1))(
        layers.Embedding(MOST_WORDS + 1, 64)(words)
    )
    text = ops.sum(words * known, axis=1) / ops.maximum(ops.sum(known, axis=1), 1)  # some have none
    x = layers.Rescaling(1 / 127.5, offset=-1)(image)
    for filters in (16, 32, 64, 64):
        x = layers.Conv2D(filters, 3, strides=2, padding="same", activation="relu")(x)
    pooled = layers.GlobalAveragePooling2D()(x) * has_image
    x = layers.Dense(128, activation="relu")(layers.Concatenate()([text, pooled, has_image]))
    return Model(inputs, layers.Dense(n_outputs, activation=activation)(layers.Dropout(dropout)(x)))
