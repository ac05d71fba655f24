"""Which images are copies of each other to whoever looks: resized, saved again, cut by a hair."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from podium.data.images import ImageFiles, Look
from podium.errors import DataError

CLOSE = 8  # so many of the 64 bits of a difference hash may differ, if the miniatures correlate like this:
ALIKE = 0.98
ALIKE_AT_ONCE = 0.8  # or like this where all bits agree
MINIATURE = Look(32, 32)
_BLOCK = 1 << 22  # pairs at a time


def lookalikes(*parts: ImageFiles) -> np.ndarray:
    """A number for each of the parts' images, one part after the other (n,): it is shared by those of close
    difference hashes and miniatures, and by whatever such pairs join. What cannot be decoded, or is blank, is
    like nothing else.

    The hash is that of N. Krawetz 2013, "Kind of Like That": whether each pixel of the 9x8 miniature is
    brighter than its left neighbour.
    """
    parts = tuple(_without_broken(part) for part in parts)
    seen = np.flatnonzero(np.concatenate([part.seen for part in parts]))
    looked = [part[part.seen] for part in parts]
    hashes = np.concatenate([_hashes(part) for part in looked])
    small = np.concatenate([np.asarray(part.pixels(MINIATURE)) for part in looked])
    left, right = seen[np.concatenate([*_pairs(hashes, small), np.empty((2, 0), dtype=int)], axis=1)]
    n = sum(map(len, parts))
    return connected_components(coo_array((np.ones(len(left)), (left, right)), (n, n)), directed=False)[1]


def _without_broken(files: ImageFiles) -> ImageFiles:
    try:
        files.pixels(MINIATURE)
    except DataError:
        return files.blanked(files.broken())
    return files


def _hashes(files: ImageFiles) -> np.ndarray:
    grey = np.asarray(files.pixels(Look(8, 9))).mean(axis=3)
    bits = (np.diff(grey, axis=2) > 0).reshape(len(files), 64)
    return np.packbits(bits, axis=1).view(np.uint64).ravel()


def _pairs(hashes: np.ndarray, small: np.ndarray) -> Iterator[np.ndarray]:
    """Rows (2, p) of images that are alike."""
    step = max(1, _BLOCK // max(1, len(hashes)))
    for start in range(0, len(hashes), step):
        differing = np.bitwise_count(hashes[start : start + step, None] ^ hashes)
        close = np.argwhere(differing <= CLOSE)
        close = close[close[:, 0] + start < close[:, 1]]
        least = np.where(differing[*close.T] == 0, ALIKE_AT_ONCE, ALIKE)
        pairs = close.T + np.array([[start], [0]])
        yield pairs[:, _likeness(small, pairs) >= least]


def _likeness(small: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """The correlation of the pixels of each pair (p,); of those of a single colour whether it is the same."""
    return np.concatenate(
        [
            np.maximum((_unit(small[a]) * _unit(small[b])).sum(axis=1), (small[a] == small[b]).all((1, 2, 3)))
            for a, b in np.array_split(pairs, pairs.shape[1] // 4096 + 1, axis=1)
        ]
    )


def _unit(images: np.ndarray) -> np.ndarray:
    flat = images.reshape(len(images), np.prod(images.shape[1:])).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    return flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1)
