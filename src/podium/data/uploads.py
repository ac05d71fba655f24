"""An image that a person uploads, checked before it is decoded."""

from __future__ import annotations

import warnings
from pathlib import Path

from PIL import Image

from podium.data.image_spec import decode
from podium.errors import DataError

MOST_MEGAPIXELS = 40
PREVIEW_PIXELS = 160  # of an image's longer side on a page


def open_upload(path: Path) -> tuple[Image.Image, str]:
    """Return a small copy to show, and a remark or "".

    Raises DataError for what is no image, or too large a one: its header is read first, so that a few bytes
    cannot fill the memory.
    """
    name = path.name
    if path.stat().st_size == 0:
        raise DataError(f"{name!r} must be an image, got an empty file of 0 bytes; choose another")
    width, height, is_animated = _read_header(path)
    if width * height > MOST_MEGAPIXELS * 1e6:
        raise DataError(
            f"{name!r} must have at most {MOST_MEGAPIXELS} megapixels, got {width * height / 1e6:.0f} "
            f"({width}x{height}); make it smaller"
        )
    try:
        small = shrink(decode(path))
    except DataError:
        raise DataError(f"{name!r} must be a whole image, got a broken one; choose another") from None
    return small, "It is animated: only its first frame is used." if is_animated else ""


def shrink(image: Image.Image) -> Image.Image:
    """Return the image, in place, no larger than a page shows it."""
    image.thumbnail((PREVIEW_PIXELS, PREVIEW_PIXELS))
    return image


def _read_header(path: Path) -> tuple[int, int, bool]:
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(path) as image:
            return *image.size, getattr(image, "is_animated", False)
    except Image.DecompressionBombError:
        raise DataError(
            f"{path.name!r} must have at most {MOST_MEGAPIXELS} megapixels, got far more"
        ) from None
    except Exception:  # Pillow's plugins raise whatever they like
        raise DataError(f"{path.name!r} must be an image, got another file; choose a JPEG or PNG") from None
