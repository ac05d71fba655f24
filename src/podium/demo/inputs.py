"""How a row looks to a person, and what a person can give for one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PIL import Image

from podium.data.modality import FILE, TEXT, Modality
from podium.data.uploads import shrink

DRAWING = "drawing"


@dataclass(frozen=True)
class View:
    """A row for a person's eyes; without a text "", without a picture None."""

    text: str = ""
    picture: Image.Image | None = None


def inputs_of(modality: Modality) -> list[str]:
    """Return what a person can give for a row besides the examples: `TEXT`, `FILE` or `DRAWING`."""
    if modality.is_drawn:
        return [DRAWING]
    return [kind for kind in (TEXT, FILE) if kind in modality.asks]


def view_row(modality: Modality, X: Any, row: int) -> View:
    """Return how a row looks. Raise DataError if its picture cannot be made."""
    picture = modality.preview(X, row)
    return View(modality.excerpt(X, row), shrink(picture) if picture else None)
