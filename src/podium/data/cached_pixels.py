"""Decoded images that stay on disk and are read row by row, so that they need not fit into memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class CachedPixels:
    """Rows of a NumPy file on disk: an array (n, height, width, 3) that is read when it is indexed."""

    path: Path
    size: tuple[int, int, int]
    rows: np.ndarray

    @property
    def shape(self) -> tuple[int, ...]:
        return (len(self.rows), *self.size)

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, rows: Any) -> np.ndarray:
        # Mapped anew each time: what stays mapped counts as memory, up to the whole file.
        return np.asarray(np.load(self.path, mmap_mode="r")[self.rows[rows]])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self[:], dtype=dtype)


@dataclass(frozen=True)
class NumbersWithPixels:
    """Numbers (n, k) with the pixels of images behind them, as rows (n, k + height * width * 3) that are
    read when they are indexed."""

    numbers: np.ndarray
    pixels: CachedPixels

    @property
    def shape(self) -> tuple[int, ...]:
        return (len(self), self.numbers.shape[1] + int(np.prod(self.pixels.size)))

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, rows: Any) -> np.ndarray:
        flat = self.pixels[rows].reshape(len(self.numbers[rows]), -1)
        return np.concatenate([self.numbers[rows], flat], axis=1, dtype=np.float32)
