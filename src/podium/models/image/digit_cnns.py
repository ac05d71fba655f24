"""Networks for small images: the digit report's, and a wider one with four convolutions."""

from __future__ import annotations

from typing import Any

from keras import Input, Model, layers

from podium.data.task import Task
from podium.models.image.augment import RandomAffine
from podium.models.keras.estimator import KerasEstimator

Shape = tuple[int, ...]
# Far above Adam's usual rate, with a strong decay: batch normalisation bears it, and few epochs reach
# further (measured by tests/bench_recipe.py).
BOLD = {"learning_rate": 1.6e-2, "weight_decay": 0.05, "views": "shifts"}
AUGMENTATION: dict[str, Any] = {
    "rotation": 12.0,
    "height_shift": 0.08,
    "width_shift": 0.08,
    "zoom": 0.1,
    "shear": 0.1,
}


def mlp(task: Task, **params: Any) -> KerasEstimator:
    """Return the network of the report's first submission. The report trained it on the mean absolute error
    (`loss="mae"`); cross-entropy scores better."""
    return KerasEstimator.for_task(task, mlp_network, **{"epochs": 12, "learning_rate": 1e-3, **params})


def cnn(task: Task, **params: Any) -> KerasEstimator:
    """Return the report's network, with augmentation and the schedule of `KerasEstimator`."""
    return KerasEstimator.for_task(task, cnn_network, **{"epochs": 6, **BOLD, **params})


def cnn4(task: Task, **params: Any) -> KerasEstimator:
    """Return a network of four convolutions. The first has stride 2, which leaves a quarter of the pixels."""
    return KerasEstimator.for_task(task, cnn4_network, **{"epochs": 14, **BOLD, **params})


def cnn6(task: Task, **params: Any) -> KerasEstimator:
    """Return a network of six convolutions, two of them strided instead of pooling, the first ones at full
    size."""
    return KerasEstimator.for_task(task, cnn6_network, **{"epochs": 10, **BOLD, **params})


def mlp_network(shape: Shape, n_outputs: int, activation: str) -> Model:
    inputs = Input(shape)
    x = layers.Flatten()(layers.Rescaling(1 / 255)(inputs))
    x = layers.Dense(512)(x)
    x = layers.Dense(128, activation="sigmoid")(x)
    x = layers.Dense(64, activation="relu")(x)
    return Model(inputs, layers.Dense(n_outputs, activation=activation)(x))


def cnn_network(shape: Shape, n_outputs: int, activation: str) -> Model:
    inputs = Input(shape)
    x = _augmented(inputs)
    for filters, kernel in ((32, 5), (32, 3), (64, 3)):
        x = layers.MaxPooling2D()(_convolution(x, filters, kernel))
        x = layers.Dropout(0.1)(x)
    x = layers.Dense(256, activation="relu")(layers.Flatten()(x))
    x = layers.Dropout(0.1)(x)
    return Model(inputs, layers.Dense(n_outputs, activation=activation)(x))


def cnn4_network(shape: Shape, n_outputs: int, activation: str) -> Model:
    inputs = Input(shape)
    x = _convolution(_augmented(inputs), 32, 5, strides=2, padding="valid")
    x = layers.MaxPooling2D()(_convolution(x, 64, 3))
    x = _convolution(_convolution(x, 128, 3), 128, 3)
    x = layers.Dropout(0.3)(layers.GlobalMaxPooling2D()(x))
    return Model(inputs, layers.Dense(n_outputs, activation=activation)(x))


def cnn6_network(shape: Shape, n_outputs: int, activation: str) -> Model:
    inputs = Input(shape)
    x = _augmented(inputs)
    for filters in (32, 64):
        x = _convolution(x, filters, 3, padding="valid")
        x = _convolution(x, filters, 3, padding="valid")
        x = layers.Dropout(0.25)(_convolution(x, filters, 5, strides=2))
    x = layers.Dense(128, use_bias=False)(layers.Flatten()(x))
    return Model(inputs, layers.Dense(n_outputs, activation=activation)(_normalised(x)))


def _augmented(inputs: Any) -> Any:
    return RandomAffine(**AUGMENTATION)(layers.Rescaling(1 / 255)(inputs))


def _convolution(x: Any, filters: int, kernel: int, strides: int = 1, padding: str = "same") -> Any:
    x = layers.Conv2D(filters, kernel, strides=strides, padding=padding, use_bias=False)(x)
    return _normalised(x)


def _normalised(x: Any) -> Any:
    # With a few thousand steps, the usual momentum of .99 leaves the averages behind the weights.
    return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
