"""Pages: one self-contained HTML file each, which needs no network and opens from the disk."""

from __future__ import annotations

import io
from base64 import b64encode
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from PIL import Image

MOST_PIXELS = 160  # of an image's longer side on a page


def render(template: str, **values: Any) -> bytes:
    """One of templates/, with every text in it escaped; only `Markup` is taken as it is."""
    room = Environment(
        loader=PackageLoader("podium.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return room.get_template(template).render(**values).encode()


def picture(pixels: np.ndarray | Image.Image, alt: str) -> Markup:
    """An `img` that holds its data; of an array (height, width, channels) of 0..255, or a Pillow image."""
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(_plane(pixels))
    image = image.convert("RGB") if image.mode not in ("L", "RGB") else image
    image.thumbnail((MOST_PIXELS, MOST_PIXELS))
    buffer, form = io.BytesIO(), "PNG" if image.mode == "L" else "JPEG"
    image.save(buffer, form, **({"quality": 75} if form == "JPEG" else {"optimize": True}))
    data = b64encode(buffer.getvalue()).decode()
    return Markup('<img alt="{}" src="data:image/{};base64,{}">').format(alt, form.lower(), data)


def _plane(pixels: np.ndarray) -> np.ndarray:
    whole = np.asarray(pixels, dtype=np.uint8)
    return whole[:, :, 0] if whole.ndim == 3 and whole.shape[2] == 1 else whole
