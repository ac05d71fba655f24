"""What a person can give for a row, and how a row looks to a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PIL import Image

from podium.data.modality import FILE, TEXT, Modality
from podium.data.uploads import shrink

DRAWING = "drawing"


@dataclass(frozen=True)
class Preview:
    """How a row looks: `text` is "" and `picture` None where it has none."""

    text: str = ""
    picture: Image.Image | None = None


def inputs_of(modality: Modality) -> list[str]:
    """Return what a person can give for a row: `TEXT`, `FILE`, both, `DRAWING`, or nothing."""
    if modality.is_drawn:
        return [DRAWING]
    return [kind for kind in (TEXT, FILE) if kind in modality.asks]


def preview_row(modality: Modality, X: Any, row: int) -> Preview:
    """Return how a row of X looks. Raise DataError if its picture cannot be made."""
    picture = modality.preview(X, row)
    return Preview(modality.excerpt(X, row), shrink(picture) if picture else None)
