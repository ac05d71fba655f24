"""Networks for photos that start from random weights: a small LeNet and a small VGG, with the report's batch
normalisation and L2. Its dropout of .25 and .5 is for long training; in few epochs a tenth gives more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from keras import Input, Model, layers, regularizers
from sklearn.pipeline import Pipeline

from podium.data.task import Task
from podium.models.image.augment import RandomAffine
from podium.models.image.resize import AUGMENTATION, Resized, image_pipeline
from podium.models.keras.estimator import KerasEstimator

SCHEDULE = {
    "epochs": 20,
    "batch_size": 16,
    "learning_rate": 2e-3,
    "validation_fraction": 0.1,
    "patience": 8,
    "views": "mirror",
}


def scratch_lenet(task: Task, side: int = 54, **params: Any) -> Pipeline:
    """Return a network after LeCun et al. 1998, "Gradient-based learning applied to document recognition"."""
    return _pipeline(task, lenet_network, side, **params)


def scratch_vgg(task: Task, side: int = 64, **params: Any) -> Pipeline:
    """Return a network after configuration A of Simonyan and Zisserman 2015, "Very deep convolutional
    networks"."""
    return _pipeline(task, vgg_network, side, **params)


def _pipeline(
    task: Task,
    network: Callable[..., Model],
    side: int,
    keep_aspect: bool = False,
    smoothing: str | None = None,
    augmentation: Mapping[str, Any] = AUGMENTATION,
    l2: float = 1e-4,
    dropout: float = 0.1,
    **params: Any,
) -> Pipeline:
    made = partial(network, augmentation=augmentation, l2=l2, dropout=dropout)
    estimator = KerasEstimator.for_task(task, made, **{**SCHEDULE, **params})
    return image_pipeline(task, Resized(side, side, keep_aspect, smoothing), estimator)


def lenet_network(
    shape: tuple[int, ...],
    n_outputs: int,
    activation: str,
    augmentation: Mapping[str, Any],
    l2: float,
    dropout: float,
) -> Model:
    inputs = Input(shape)
    x = _augmented(inputs, augmentation)
    for filters in (20, 50):
        x = layers.MaxPooling2D()(_convolution(x, filters, 5, l2))
        x = layers.Dropout(dropout)(x)
    return Model(inputs, _head(layers.Flatten()(x), n_outputs, activation, l2, 2 * dropout))


def vgg_network(
    shape: tuple[int, ...],
    n_outputs: int,
    activation: str,
    augmentation: Mapping[str, Any],
    l2: float,
    dropout: float,
) -> Model:
    inputs = Input(shape)
    x = _augmented(inputs, augmentation)
    for filters, convolutions in ((16, 1), (32, 1), (64, 2), (128, 2)):
        for _ in range(convolutions):
            x = _convolution(x, filters, 3, l2)
        x = layers.Dropout(dropout)(layers.MaxPooling2D()(x))
    return Model(inputs, _head(layers.GlobalAveragePooling2D()(x), n_outputs, activation, l2, 2 * dropout))


def _augmented(inputs: Any, augmentation: Mapping[str, Any]) -> Any:
    return RandomAffine(**augmentation)(layers.Rescaling(1 / 127.5, offset=-1)(inputs))


def _convolution(x: Any, filters: int, kernel: int, l2: float) -> Any:
    decay = regularizers.L2(l2)
    x = layers.Conv2D(filters, kernel, padding="same", use_bias=False, kernel_regularizer=decay)(x)
    return layers.Activation("relu")(_normalised(x))


def _head(x: Any, n_outputs: int, activation: str, l2: float, dropout: float) -> Any:
    x = layers.Dense(128, use_bias=False, kernel_regularizer=regularizers.L2(l2))(x)
    x = layers.Activation("relu")(_normalised(x))
    return layers.Dense(n_outputs, activation=activation)(layers.Dropout(dropout)(x))


def _normalised(x: Any) -> Any:
    """Return x normalised by statistics of the last tens of batches: a few hundred photos give no more in an
    epoch."""
    return layers.BatchNormalization(momentum=0.9)(x)
