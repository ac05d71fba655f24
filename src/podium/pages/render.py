"""Pages: one self-contained HTML file each, which needs no network and opens from the disk."""

from __future__ import annotations

import io
from base64 import b64encode
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from PIL import Image

MOST_PIXELS = 160  # of an image's longer side on a page


def render(template: str, **values: Any) -> bytes:
    """Return a template filled in. Every text in it is escaped; only `Markup` is taken as it is."""
    environment = Environment(
        loader=PackageLoader("podium.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(**values).encode()


def picture(image: Image.Image, alt: str) -> Markup:
    """Return an `img` element that holds its data: a PNG of a grey image, else a JPEG."""
    small = image.copy() if image.mode in ("L", "RGB") else image.convert("RGB")
    small.thumbnail((MOST_PIXELS, MOST_PIXELS))
    buffer = io.BytesIO()
    if small.mode == "L":
        kind = "png"
        small.save(buffer, "PNG", optimize=True)
    else:
        kind = "jpeg"
        small.save(buffer, "JPEG", quality=75)
    data = b64encode(buffer.getvalue()).decode()
    return Markup('<img alt="{}" src="data:image/{};base64,{}">').format(alt, kind, data)
