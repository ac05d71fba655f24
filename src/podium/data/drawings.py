"""Drawn figures, read as small grey images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from podium.data.image_spec import decode
from podium.errors import DataError

_LEAST_CONTRAST = 32  # of 255: what stands out from its ground by less is not drawn
_LEAST_INK = 0.1  # of the darkest ink: below are paper and shadows


def read_drawing(path: Path, side: int, box: int = 20) -> np.ndarray:
    """Return a figure as MNIST has its digits (LeCun, Cortes, Burges, yann.lecun.com/exdb/mnist).

    The pixels (side, side, 1) are 0..255, light on dark. The figure fills a box of `box` pixels, and its
    centre of mass lies in the middle. Raises DataError if the file is no image, or nothing is drawn in it.
    """
    ink = _ink(np.asarray(decode(path).convert("L"), dtype=np.float32))
    if ink is None:
        raise DataError(f"{path.name!r} must hold a drawn figure, got an empty ground; draw something")
    rows = np.flatnonzero(ink.any(axis=1))
    columns = np.flatnonzero(ink.any(axis=0))
    figure = Image.fromarray(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    share = box / max(figure.size)
    size = (max(1, round(figure.width * share)), max(1, round(figure.height * share)))
    small = np.asarray(figure.resize(size, Image.Resampling.BILINEAR))
    return _centred(small, side)[:, :, None]


def _ink(grey: np.ndarray) -> np.ndarray | None:
    """Return how far pixels (height, width) stand out from their ground, as 0..255; None if none does.

    The ground is the median grey of the border.
    """
    ground = np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]]))
    ink = ground - grey if ground > 127 else grey - ground
    if ink.max() < _LEAST_CONTRAST:
        return None
    return (np.where(ink < _LEAST_INK * ink.max(), 0, ink) * (255 / ink.max())).astype(np.uint8)


def _centred(figure: np.ndarray, side: int) -> np.ndarray:
    """Return the figure on a dark ground (side, side).

    Its centre of mass lies at pixel side / 2, counted from 0: 14 in Kaggle's MNIST, as measured there.
    """
    weights = figure.sum(dtype=np.float64)
    corner = []
    for axis, length in enumerate(figure.shape):
        mass = figure.sum(axis=1 - axis) @ np.arange(length) / weights
        corner.append(int(np.clip(round(side / 2 - mass), 0, side - length)))
    whole = np.zeros((side, side), dtype=np.uint8)
    whole[corner[0] : corner[0] + figure.shape[0], corner[1] : corner[1] + figure.shape[1]] = figure
    return whole
