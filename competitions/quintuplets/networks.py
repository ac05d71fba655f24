"""The image networks of the quintuplets report, as factories that the roster names."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from keras import Input, Model, layers, regularizers
from sklearn.pipeline import Pipeline

from podium.data.task import Task
from podium.models.image.backbones import load_body, preprocessing
from podium.models.image.resize import Resized, image_pipeline
from podium.models.keras.estimator import KerasEstimator

Shape = tuple[int, ...]
SCHEDULE = {
    "validation_fraction": 0.1,
    "patience": 7,
    "batch_size": 32,
    "weight_decay": 0.0,
    "learning_rate": 1e-3,
}


def cnn_small(task: Task, height: int = 300, width: int = 150, **params: Any) -> Pipeline:
    """Two convolutions of 10 filters and one dense layer."""
    return _pipeline(task, small_network, (height, width), {"epochs": 50, **params})


def cnn_small_reg(task: Task, height: int = 300, width: int = 150, **params: Any) -> Pipeline:
    """`cnn_small` with more filters and dense layers, and with dropout and L2 against overfitting."""
    network = partial(small_network, filters=15, dense=3, dropout=0.2, l2=1e-3)
    return _pipeline(task, network, (height, width), {"epochs": 50, **params})


def efficientnetb0(
    task: Task,
    height: int = 300,
    width: int = 150,
    weights: str | None = "imagenet",
    cut: str | None = None,
    **params: Any,
) -> Pipeline:
    """EfficientNetB0 with a dense layer on top; every layer is trained."""
    network = partial(efficientnet_network, weights=weights, cut=cut)
    return _pipeline(task, network, (height, width), {"epochs": 12, **params})


def _pipeline(
    task: Task, network: Callable[..., Model], size: tuple[int, int], params: dict[str, Any]
) -> Pipeline:
    estimator = KerasEstimator.for_task(task, network, **{**SCHEDULE, **params})
    return image_pipeline(task, Resized(*size), estimator)


def small_network(
    shape: Shape,
    n_outputs: int,
    activation: str,
    filters: int = 10,
    dense: int = 1,
    dropout: float = 0.0,
    l2: float = 0.0,
) -> Model:
    """Return a network of two convolutions and `dense` layers of 50 units, for images of `shape` (height,
    width, 3) with values from 0 to 255. `l2` is the weight penalty of the dense layers."""
    inputs = Input(shape)
    x = layers.Rescaling(1 / 255)(inputs)
    for strides in (3, 1):
        x = layers.Conv2D(filters, 3, strides=strides, padding="same", activation="relu")(x)
        x = layers.Dropout(dropout)(layers.MaxPooling2D()(x))
    x = layers.Flatten()(x)
    for _ in range(dense):
        x = layers.Dense(50, activation="relu", kernel_regularizer=regularizers.L2(l2))(x)
    return Model(inputs, layers.Dense(n_outputs, activation=activation)(x))


def efficientnet_network(
    shape: Shape, n_outputs: int, activation: str, weights: str | None, cut: str | None
) -> Model:
    """Return EfficientNetB0 up to the layer `cut` (all of it if None), a dense layer of 128 units and the
    outputs."""
    inputs = Input(shape)
    x = preprocessing("efficientnetb0")(inputs)
    x = load_body("efficientnetb0", weights, cut, shape)(x)
    x = layers.Dropout(0.2)(layers.GlobalAveragePooling2D()(x))
    x = layers.Dropout(0.2)(layers.Dense(128, activation="relu")(x))
    return Model(inputs, layers.Dense(n_outputs, activation=activation)(x))
