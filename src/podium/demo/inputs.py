"""What a person may ask about, how it looks, and what is wrong with an upload."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from podium.data.dataset import take
from podium.data.images import ImageFiles, decode
from podium.data.multimodal import Parts
from podium.errors import DataError
from podium.pages.render import MOST_PIXELS
from podium.pipeline.predict import takes

MOST_MEGAPIXELS = 40
DRAWING = "drawing"


@dataclass(frozen=True)
class Seen:
    """A row of X for a person's eyes; without a text "", without a picture None."""

    text: str = ""
    picture: Image.Image | None = None


def inputs_of(X: Any) -> list[str]:
    """What a person can give for a row of X, beside the samples: what is asked of an array is drawn."""
    kinds = takes(X)
    return [DRAWING] if kinds and isinstance(X, np.ndarray) else kinds


def looks(X: Any, row: int) -> Seen:
    one = take(X, np.array([row]))
    if isinstance(one, Parts):
        both = [looks(one.named[name], 0) for name in ("text", "images") if name in one.named]
        return Seen("".join(s.text for s in both), next((s.picture for s in both if s.picture), None))
    if isinstance(one, ImageFiles):
        return Seen(picture=small(decode(one.paths[0])) if one.seen[0] else None)
    if isinstance(one, np.ndarray) and one.ndim == 4:
        pixels = one[0].astype(np.uint8)
        return Seen(picture=Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels))
    if "text" in one:
        return Seen(str(one["text"].iloc[0]))
    return Seen(", ".join(f"{name} {value}" for name, value in one.iloc[0].dropna().items()))


def small(image: Image.Image) -> Image.Image:
    image.thumbnail((MOST_PIXELS, MOST_PIXELS))
    return image


def open_upload(path: Path) -> tuple[Image.Image, str]:
    """A small copy to show, and a remark or "". Raises DataError for what is no image, or too large a one:
    its header is read first, so that a few bytes cannot fill the memory."""
    name = path.name
    if path.stat().st_size == 0:
        raise DataError(f"{name!r} must be an image, got an empty file of 0 bytes; choose another")
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(path) as image:
            width, height, moves = *image.size, getattr(image, "is_animated", False)
    except Image.DecompressionBombError:
        raise DataError(f"{name!r} must have at most {MOST_MEGAPIXELS} megapixels, got far more") from None
    except Exception:  # Pillow's plugins raise whatever they like
        raise DataError(f"{name!r} must be an image, got another file; choose a JPEG or PNG") from None
    if width * height > MOST_MEGAPIXELS * 1e6:
        raise DataError(
            f"{name!r} must have at most {MOST_MEGAPIXELS} megapixels, got {width * height / 1e6:.0f} "
            f"({width}x{height}); make it smaller"
        )
    try:
        shown = small(decode(path))
    except DataError:
        raise DataError(f"{name!r} must be a whole image, got a broken one; choose another") from None
    return shown, "It is animated: only its first frame is looked at." if moves else ""
