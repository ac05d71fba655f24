"""Rows that are there more than once: byte for byte, or the same to whoever looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

CLOSE_BITS = (
    8  # so many of the 64 bits of a difference hash may differ, if the miniatures correlate like this:
)
SIMILAR = 0.98
SIMILAR_WITH_EQUAL_BITS = 0.8  # or like this where all bits agree
_BLOCK = 1 << 22  # pairs at a time


@dataclass(frozen=True)
class Copies:
    """Copies among n training rows and m test rows after them.

    Rows with one number in `exact` (n + m,) are the same byte for byte, those with one number in `near` (n +
    m,) to whoever looks. `noun` says what they are, in the plural; `excerpt` names a row in a line.
    """

    exact: np.ndarray
    near: np.ndarray
    noun: str
    excerpt: Callable[[int], str]

    @property
    def exactly(self) -> str:
        """Return how exact copies are called."""
        return "byte for byte" if self.noun == "images" else "verbatim"


def similar_images(small: np.ndarray, miniatures: np.ndarray) -> np.ndarray:
    """Return a number (n,) for each image that similar images share, and whatever chains of such pairs join.

    `small` (n, 8, 9, 3) gives the difference hash of N. Krawetz 2013, "Kind of Like That": whether each
    pixel is brighter than its left neighbour. Images of close hashes are compared by their `miniatures` (n,
    h, w, 3).
    """
    hashes = _hashes(small)
    pairs = np.concatenate([*_pairs(hashes, miniatures), np.empty((2, 0), dtype=int)], axis=1)
    n = len(hashes)
    graph = coo_array((np.ones(pairs.shape[1]), tuple(pairs)), (n, n))
    return np.asarray(connected_components(graph, directed=False)[1])


def _hashes(small: np.ndarray) -> np.ndarray:
    grey = small.mean(axis=3)
    bits = (np.diff(grey, axis=2) > 0).reshape(len(small), 64)
    return np.packbits(bits, axis=1).view(np.uint64).ravel()


def _pairs(hashes: np.ndarray, miniatures: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the rows (2, p) of similar images."""
    step = max(1, _BLOCK // max(1, len(hashes)))
    for start in range(0, len(hashes), step):
        differing = np.bitwise_count(hashes[start : start + step, None] ^ hashes)
        close = np.argwhere(differing <= CLOSE_BITS)
        close = close[close[:, 0] + start < close[:, 1]]
        least = np.where(differing[*close.T] == 0, SIMILAR_WITH_EQUAL_BITS, SIMILAR)
        pairs = close.T + np.array([[start], [0]])
        yield pairs[:, _similarity(miniatures, pairs) >= least]


def _similarity(miniatures: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Return the correlation of the pixels of each pair (p,); of single-coloured ones whether they are
    equal."""
    found = []
    for left, right in np.array_split(pairs, pairs.shape[1] // 4096 + 1, axis=1):
        correlation = (_unit(miniatures[left]) * _unit(miniatures[right])).sum(axis=1)
        equal = (miniatures[left] == miniatures[right]).all((1, 2, 3))
        found.append(np.maximum(correlation, equal))
    return np.concatenate(found)


def _unit(images: np.ndarray) -> np.ndarray:
    flat = images.reshape(len(images), np.prod(images.shape[1:])).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    return flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1)
