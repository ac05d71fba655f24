"""From an image file to pixels of one size. A fitted network depends on this code, so its id does too."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from podium.errors import DataError, ModelError
from podium.formatting import did_you_mean

GREY = (128, 128, 128)
FILTERS = {
    name: kind for name, kind in vars(ImageFilter).items() if name.isupper() and isinstance(kind, type)
}
BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, Image.DecompressionBombError)


@dataclass(frozen=True)
class ImageSpec:
    """How a file becomes an array: `height` and `width` in pixels.

    With `keep_aspect` the image is fitted inside and the rest is grey, else it is stretched. `smoothing`
    names a filter of Pillow, such as SMOOTH, that is run over the result.
    """

    height: int
    width: int
    keep_aspect: bool = False
    smoothing: str | None = None

    def __post_init__(self) -> None:
        if self.smoothing is not None and self.smoothing not in FILTERS:
            raise ModelError(f"no filter {self.smoothing!r}; {did_you_mean(self.smoothing, FILTERS)}")

    def pixels(self, image: Image.Image) -> np.ndarray:
        """Return the pixels (height, width, 3) of 0..255."""
        resized = self._fitted(image) if self.keep_aspect else self._stretched(image)
        if self.smoothing:
            resized = resized.filter(FILTERS[self.smoothing])
        return np.asarray(resized)

    def blank(self) -> np.ndarray:
        """Return the grey pixels (height, width, 3) that stand for a missing image."""
        return np.full((self.height, self.width, 3), GREY, dtype=np.uint8)

    def _stretched(self, image: Image.Image) -> Image.Image:
        return image.resize((self.width, self.height), Image.Resampling.BILINEAR)

    def _fitted(self, image: Image.Image) -> Image.Image:
        share = min(self.width / image.width, self.height / image.height)
        width = max(1, round(image.width * share))
        height = max(1, round(image.height * share))
        whole = Image.new("RGB", (self.width, self.height), GREY)
        inside = image.resize((width, height), Image.Resampling.BILINEAR)
        whole.paste(inside, ((self.width - width) // 2, (self.height - height) // 2))
        return whole


def decode(path: Path) -> Image.Image:
    """Return an RGB image: upright, on white where it is transparent, the first of several frames.

    Raises DataError if the file is no image, or not a whole one.
    """
    try:
        with Image.open(path) as image:
            image.load()
            return _rgb(ImageOps.exif_transpose(image))
    except BROKEN as error:
        reason = "no image format known here" if isinstance(error, UnidentifiedImageError) else error
        raise DataError(
            f"{path} must be decoded as an image, got: {reason}; mend or remove it, or pass --skip-bad-images"
        ) from error


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), layer).convert("RGB")
    return image.convert("RGB")
