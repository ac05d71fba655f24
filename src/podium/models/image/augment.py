"""Random changes to images while a network trains."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="podium")
class RandomAffine(keras.layers.Layer):
    """Rotates, zooms, shears, shifts and mirrors each image by its own random amounts, in one
    resampling.

    `rotation` in degrees, `height_shift` and `width_shift` as a share of the side, `zoom` and `shear`
    as a share; each is drawn evenly from minus to plus the given value. With `flip` half of the
    images are mirrored left to right. `fill_mode` says what is in the space from outside: "constant"
    (black), "nearest", "reflect" or "wrap". Keras has a layer for each of these, but five resamplings
    cost five times as much and blur five times.
    """

    def __init__(
        self,
        rotation: float = 0.0,
        height_shift: float = 0.0,
        width_shift: float = 0.0,
        zoom: float = 0.0,
        shear: float = 0.0,
        flip: bool = False,
        fill_mode: str = "constant",
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.rotation = rotation
        self.height_shift = height_shift
        self.width_shift = width_shift
        self.zoom = zoom
        self.shear = shear
        self.flip = flip
        self.fill_mode = fill_mode
        self.seeds = keras.random.SeedGenerator()

    def call(self, images: Any, training: bool = False) -> Any:
        if not training:
            return images
        return ops.image.affine_transform(
            images, self._transforms(images), interpolation="bilinear", fill_mode=self.fill_mode
        )

    def _transforms(self, images: Any) -> Any:
        """Return a row (a0, a1, a2, b0, b1, b2, 0, 0) for each image: the output pixel (x, y) is read from
        (a0 x + a1 y + a2, b0 x + b1 y + b2). Without shifts the centre of the image stays."""
        n = ops.shape(images)[0]
        height = images.shape[1]
        width = images.shape[2]
        u = keras.random.uniform((7, n), -1.0, 1.0, seed=self.seeds)
        angle = u[0] * self.rotation * 3.141592653589793 / 180
        shear = u[1] * self.shear
        scale_x = 1 + u[2] * self.zoom
        scale_y = 1 + u[3] * self.zoom
        if self.flip:
            scale_x = scale_x * ops.sign(u[6])
        a0 = ops.cos(angle) * scale_x
        a1 = (shear - ops.sin(angle)) * scale_y
        b0 = ops.sin(angle) * scale_x
        b1 = ops.cos(angle) * scale_y
        x = (width - 1) / 2
        y = (height - 1) / 2
        a2 = x - a0 * x - a1 * y + u[4] * self.width_shift * width
        b2 = y - b0 * x - b1 * y + u[5] * self.height_shift * height
        zero = ops.zeros_like(a0)
        return ops.stack([a0, a1, a2, b0, b1, b2, zero, zero], axis=1)

    def compute_output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        own = ("rotation", "height_shift", "width_shift", "zoom", "shear", "flip", "fill_mode")
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}
