"""AlexNet and ResNet18, which keras.applications lacks, with its networks' signature.

Both are torchvision's versions, which have the published numbers of parameters.
"""

from __future__ import annotations

from typing import Any

from keras import Input, Model, applications, layers

Shape = tuple[int, ...]


def preprocess_input(images: Any) -> Any:
    """Return images of 0..255 with about zero mean and unit variance over ImageNet in each colour."""
    return applications.imagenet_utils.preprocess_input(images, mode="torch")


def alexnet(
    include_top: bool = True, weights: str | None = None, input_shape: Shape = (224, 224, 3)
) -> Model:
    """Return AlexNet in one tower (Krizhevsky 2014, "One weird trick for parallelizing convolutional neural
    networks"), after Krizhevsky et al. 2012, "ImageNet classification with deep convolutional neural
    networks"."""
    _require_none(weights)
    inputs = Input(input_shape)
    x = layers.ZeroPadding2D(2)(inputs)
    x = layers.Conv2D(64, 11, strides=4, activation="relu", name="conv1")(x)
    x = layers.MaxPooling2D(3, 2)(x)
    x = layers.Conv2D(192, 5, padding="same", activation="relu", name="conv2")(x)
    x = layers.MaxPooling2D(3, 2)(x)
    for number, filters in ((3, 384), (4, 256), (5, 256)):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"conv{number}")(x)
    x = layers.MaxPooling2D(3, 2, name="pool5")(x)
    if include_top:
        x = layers.Flatten()(x)
        for number in (6, 7):
            x = layers.Dense(4096, activation="relu", name=f"fc{number}")(layers.Dropout(0.5)(x))
        x = layers.Dense(1000, activation="softmax", name="fc8")(x)
    return Model(inputs, x, name="alexnet")


def resnet18(
    include_top: bool = True, weights: str | None = None, input_shape: Shape = (224, 224, 3)
) -> Model:
    """Return the network of He et al. 2016, "Deep residual learning for image recognition"."""
    _require_none(weights)
    inputs = Input(input_shape)
    x = layers.ReLU()(_convolution(inputs, 64, 7, 2, "conv1"))
    x = layers.MaxPooling2D(3, 2)(layers.ZeroPadding2D(1)(x))
    for stage, filters in enumerate((64, 128, 256, 512), start=2):
        x = _block(x, filters, 1 if stage == 2 else 2, f"conv{stage}_1")
        x = _block(x, filters, 1, f"conv{stage}_2")
    if include_top:
        x = layers.GlobalAveragePooling2D()(x)
        x = layers.Dense(1000, activation="softmax", name="fc")(x)
    return Model(inputs, x, name="resnet18")


def _block(x: Any, filters: int, strides: int, name: str) -> Any:
    """Return two convolutions with a shortcut around them, which is projected where the shapes differ."""
    shortcut = x if strides == 1 else _convolution(x, filters, 1, strides, f"{name}_projection")
    x = layers.ReLU()(_convolution(x, filters, 3, strides, f"{name}_a"))
    x = _convolution(x, filters, 3, 1, f"{name}_b")
    return layers.ReLU(name=name)(layers.Add()([x, shortcut]))


def _convolution(x: Any, filters: int, kernel: int, strides: int, name: str) -> Any:
    if kernel > 1:
        x = layers.ZeroPadding2D(kernel // 2)(x)
    x = layers.Conv2D(filters, kernel, strides=strides, use_bias=False, name=name)(x)
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"{name}_norm")(x)


def _require_none(weights: str | None) -> None:
    if weights is not None:
        raise ValueError("keras.applications has none of this network")
