"""The image networks of the Fakeddit report, as factories that the roster names."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from keras import Input, Model, layers
from sklearn.pipeline import Pipeline

from podium.data.task import Task
from podium.models.image.resize import Resized, image_pipeline
from podium.models.keras.estimator import KerasEstimator

Shape = tuple[int, ...]
SCHEDULE = {
    "epochs": 10,
    "batch_size": 128,
    "optimizer": "rmsprop",
    "learning_rate": 1e-3,
    "weight_decay": 0.0,
}


def profesor(task: Task, side: int = 64, **params: Any) -> Pipeline:
    """The baseline of the course: three convolutions with pooling, and a dense layer."""
    return _pipeline(task, profesor_network, side, params)


def propuesto(task: Task, side: int = 64, **params: Any) -> Pipeline:
    """The first network that the report proposes."""
    return _pipeline(task, propuesto_network, side, params)


def propuesto_mejorado(task: Task, side: int = 64, **params: Any) -> Pipeline:
    """`propuesto` with sigmoid and relu exchanged in the dense layers."""
    return _pipeline(task, partial(propuesto_network, exchanged=True), side, params)


def final(task: Task, side: int = 64, **params: Any) -> Pipeline:
    """`propuesto_mejorado` with batch normalisation, and with dropout in the last layers."""
    network = partial(propuesto_network, exchanged=True, normalised=True, dropout=0.5)
    return _pipeline(task, network, side, params)


def _pipeline(task: Task, network: Callable[..., Model], side: int, params: dict[str, Any]) -> Pipeline:
    estimator = KerasEstimator.for_task(task, network, **{**SCHEDULE, **params})
    return image_pipeline(task, Resized(side, side), estimator)


def profesor_network(shape: Shape, n_outputs: int, activation: str) -> Model:
    """Return the network for images of `shape` (height, width, 3) with values from 0 to 255."""
    inputs = Input(shape)
    x = layers.Rescaling(1 / 255)(inputs)
    for filters in (32, 64, 128):
        x = layers.MaxPooling2D()(layers.Conv2D(filters, 3, activation="relu")(x))
    x = layers.Dense(128, activation="relu")(layers.Flatten()(x))
    return Model(inputs, layers.Dense(n_outputs, activation=activation)(x))


def propuesto_network(
    shape: Shape,
    n_outputs: int,
    activation: str,
    exchanged: bool = False,
    normalised: bool = False,
    dropout: float = 0.0,
) -> Model:
    """Return a network of four convolutions (64, 32, 16 and 8 filters), each with pooling, and three dense
    layers (1024, 256 and 128 units).

    The dense layers use relu, relu and sigmoid; if `exchanged`, sigmoid, sigmoid and relu. `normalised` adds
    batch normalisation, `dropout` is the rate after the last two dense layers.
    """
    inputs = Input(shape)
    x = layers.Rescaling(1 / 255)(inputs)
    for filters in (64, 32, 16, 8):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
        x = layers.BatchNormalization()(x) if normalised else x
        x = layers.MaxPooling2D()(x)
    x = layers.Flatten()(x)
    first, last = ("sigmoid", "relu") if exchanged else ("relu", "sigmoid")
    for width, inner in ((1024, first), (256, first), (128, last)):
        x = layers.Dense(width, activation=inner)(x)
        x = layers.BatchNormalization()(x) if normalised else x
        x = layers.Dropout(dropout if width < 1024 else 0.0)(x)
    return Model(inputs, layers.Dense(n_outputs, activation=activation)(x))
