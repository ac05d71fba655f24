"""Networks for images as two reports describe them: those on Fakeddit, and those on the quintuplets."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from keras import Input, Model, layers, regularizers
from sklearn.pipeline import Pipeline

from podium.models.image.backbones import load_body, preprocessing
from podium.models.image.resize import Resized, of_photos
from podium.models.keras.classifier import KerasClassifier

Shape = tuple[int, ...]
FAKEDDIT = {
    "epochs": 10,
    "batch_size": 128,
    "optimizer": "rmsprop",
    "learning_rate": 1e-3,
    "weight_decay": 0.0,
}
EARLY = {"validation_fraction": 0.1, "patience": 7, "batch_size": 32, "weight_decay": 0.0}


def profesor(side: int = 64, **params: Any) -> Pipeline:
    """The baseline of the course: convolutions and pools, a dense head."""
    return _pipeline(profesor_network, (side, side), FAKEDDIT, params)


def propuesto(side: int = 64, **params: Any) -> Pipeline:
    return _pipeline(propuesto_network, (side, side), FAKEDDIT, params)


def propuesto_mejorado(side: int = 64, **params: Any) -> Pipeline:
    """`propuesto` with relu for sigmoid in the dense layers, and sigmoid for relu."""
    return _pipeline(partial(propuesto_network, swapped=True), (side, side), FAKEDDIT, params)


def final(side: int = 64, **params: Any) -> Pipeline:
    """`propuesto_mejorado` with batch normalisation, and dropout in the last layers."""
    network = partial(propuesto_network, swapped=True, normalised=True, dropout=0.5)
    return _pipeline(network, (side, side), FAKEDDIT, params)


def cnn_small(height: int = 300, width: int = 150, **params: Any) -> Pipeline:
    settings = {**EARLY, "epochs": 50, "learning_rate": 1e-3}
    return _pipeline(small_network, (height, width), settings, params)


def cnn_small_reg(height: int = 300, width: int = 150, **params: Any) -> Pipeline:
    """More filters and dense layers, and dropout and L2 against learning by heart."""
    network = partial(small_network, filters=15, dense=3, dropout=0.2, l2=1e-3)
    return _pipeline(network, (height, width), {**EARLY, "epochs": 50, "learning_rate": 1e-3}, params)


def efficientnetb0(
    height: int = 300,
    width: int = 150,
    weights: str | None = "imagenet",
    cut: str | None = None,
    **params: Any,
) -> Pipeline:
    """The whole body is trained."""
    network = partial(efficientnet_network, weights=weights, cut=cut)
    settings = {**EARLY, "epochs": 12, "learning_rate": 1e-3}
    return _pipeline(network, (height, width), settings, params)


def _pipeline(
    network: Callable[..., Model], size: tuple[int, int], settings: dict[str, Any], params: dict[str, Any]
) -> Pipeline:
    return of_photos(Resized(*size), KerasClassifier(network, **{**settings, **params}))


def profesor_network(shape: Shape, n_classes: int) -> Model:
    inputs = Input(shape)
    x = layers.Rescaling(1 / 255)(inputs)
    for filters in (32, 64, 128):
        x = layers.MaxPooling2D()(layers.Conv2D(filters, 3, activation="relu")(x))
    x = layers.Dense(128, activation="relu")(layers.Flatten()(x))
    return Model(inputs, layers.Dense(n_classes, activation="softmax")(x))


def propuesto_network(
    shape: Shape, n_classes: int, swapped: bool = False, normalised: bool = False, dropout: float = 0.0
) -> Model:
    """Convolutions of 64, 32, 16 and 8 filters, each with a pool; dense layers of 1024, 256 and 128."""
    inputs = Input(shape)
    x = layers.Rescaling(1 / 255)(inputs)
    for filters in (64, 32, 16, 8):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
        x = layers.BatchNormalization()(x) if normalised else x
        x = layers.MaxPooling2D()(x)
    x = layers.Flatten()(x)
    relu, sigmoid = ("sigmoid", "relu") if swapped else ("relu", "sigmoid")
    for width, activation in ((1024, relu), (256, relu), (128, sigmoid)):
        x = layers.Dense(width, activation=activation)(x)
        x = layers.BatchNormalization()(x) if normalised else x
        x = layers.Dropout(dropout if width < 1024 else 0.0)(x)
    return Model(inputs, layers.Dense(n_classes, activation="softmax")(x))


def small_network(
    shape: Shape, n_classes: int, filters: int = 10, dense: int = 1, dropout: float = 0.0, l2: float = 0.0
) -> Model:
    inputs = Input(shape)
    x = layers.Rescaling(1 / 255)(inputs)
    for strides in (3, 1):
        x = layers.Conv2D(filters, 3, strides=strides, padding="same", activation="relu")(x)
        x = layers.Dropout(dropout)(layers.MaxPooling2D()(x))
    x = layers.Flatten()(x)
    for _ in range(dense):
        x = layers.Dense(50, activation="relu", kernel_regularizer=regularizers.L2(l2))(x)
    return Model(inputs, layers.Dense(n_classes, activation="softmax")(x))


def efficientnet_network(shape: Shape, n_classes: int, weights: str | None, cut: str | None) -> Model:
    inputs = Input(shape)
    x = preprocessing("efficientnetb0")(inputs)
    x = load_body("efficientnetb0", weights, cut, shape)(x)
    x = layers.Dropout(0.2)(layers.GlobalAveragePooling2D()(x))
    x = layers.Dropout(0.2)(layers.Dense(128, activation="relu")(x))
    return Model(inputs, layers.Dense(n_classes, activation="softmax")(x))
