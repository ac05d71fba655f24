"""Image files as rows of X: decoded when a model asks for a size, once, and read from disk after that."""

from __future__ import annotations

import copy
import struct
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from podium.content import content_id, file_sum
from podium.dataset import Dataset
from podium.disk import cache_folder, write_blocks
from podium.errors import DataError, ModelError, did_you_mean

_BLOCK = 512  # images held in memory while an album is decoded
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, Image.DecompressionBombError)


def find_images(folder: Path) -> list[Path]:
    """The files directly in a folder, by name; hidden ones are left out. Raises DataError if there are
    none."""
    inside = sorted(folder.iterdir()) if folder.is_dir() else []
    found = [path for path in inside if path.is_file() and not path.name.startswith(".")]
    if not found:
        held = "no files" if folder.is_dir() else "no folder"
        raise DataError(f"{folder} must hold images, got {held}; download the data again")
    return found


@dataclass(frozen=True)
class Look:
    """How a file becomes an array: `height` and `width` in pixels; with `keep_aspect` the image is
    fitted inside and the rest is grey, else it is stretched; `smoothing` names a filter of Pillow,
    SMOOTH for one, that is run over the result."""

    height: int
    width: int
    keep_aspect: bool = False
    smoothing: str | None = None

    def __post_init__(self) -> None:
        if self.smoothing is not None and self.smoothing not in FILTERS:
            raise ModelError(f"no filter {self.smoothing!r}; {did_you_mean(self.smoothing, FILTERS)}")

    def of(self, image: Image.Image) -> np.ndarray:
        """Pixels (height, width, 3) of 0..255."""
        size = (self.width, self.height)
        if self.keep_aspect:
            share = min(self.width / image.width, self.height / image.height)
            inside = (max(1, round(image.width * share)), max(1, round(image.height * share)))
            fitted = image.resize(inside, Image.Resampling.BILINEAR)
            image = Image.new("RGB", size, GREY)
            image.paste(fitted, ((size[0] - inside[0]) // 2, (size[1] - inside[1]) // 2))
        else:
            image = image.resize(size, Image.Resampling.BILINEAR)
        return np.asarray(image.filter(FILTERS[self.smoothing]) if self.smoothing else image)


FILTERS = {n: f for n, f in vars(ImageFilter).items() if n.isupper() and isinstance(f, type)}
GREY = (128, 128, 128)


class ImageFiles:
    """A sequence of n image files, to be indexed by integers (slices, arrays) into a shorter one.

    Its content id is that of the files' bytes: names and places do not count, and no model learns
    them. Rows in `blank` are grey to whoever looks.
    """

    def __init__(self, paths: Sequence[Path], blank: Iterable[int] = ()):
        self.album = _Album(tuple(paths), frozenset(blank))
        self.rows = np.arange(len(paths))

    def _part(self, rows: np.ndarray) -> ImageFiles:
        """Of the same album, so that its files are decoded once for all parts."""
        part = copy.copy(self)
        part.rows = rows
        return part

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, rows: Any) -> ImageFiles:
        return self._part(np.atleast_1d(self.rows[rows]))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ImageFiles) and self.content_id == other.content_id

    def __hash__(self) -> int:
        return hash(self.content_id)

    @property
    def whole(self) -> ImageFiles:
        """The sequence that this one is a part of."""
        return self._part(np.arange(len(self.album.paths)))

    @property
    def paths(self) -> list[Path]:
        return [self.album.paths[row] for row in self.rows]

    @property
    def content_id(self) -> str:
        return content_id(self.album.content_id, self.rows)

    def pixels(self, look: Look) -> Pixels:
        return Pixels(self.album.decoded(look), (look.height, look.width, 3), self.rows)

    def metadata(self) -> pd.DataFrame:
        """What can be known without looking: `width`, `height`, `bytes`, `suffix`, (n, 4)."""
        return pd.DataFrame([_metadata(path) for path in self.paths])

    def lookalikes(self) -> np.ndarray:
        """A number (n,) that images share if each pixel of their 9x8 miniatures is brighter than its
        left neighbour in the one where it is in the other (the difference hash of N. Krawetz 2013,
        "Kind of Like That"). What cannot be decoded is like nothing else."""
        try:
            return self._hashes()
        except DataError:
            broken = list(self.broken())
            hashes = self.blanked(broken)._hashes()
            hashes[broken] = np.arange(len(broken))
            return hashes

    def _hashes(self) -> np.ndarray:
        grey = np.asarray(self.pixels(Look(8, 9))).mean(axis=3)
        bits = (np.diff(grey, axis=2) > 0).reshape(len(self), 64)
        return np.packbits(bits, axis=1).view(np.uint64).ravel()

    def broken(self) -> dict[int, str]:
        """What is wrong with each row that cannot be decoded."""
        with ThreadPoolExecutor() as pool:
            found = pool.map(_complaint, self.paths)
        return {row: complaint for row, complaint in enumerate(found) if complaint}

    def blanked(self, rows: Iterable[int]) -> ImageFiles:
        return ImageFiles(self.paths, blank=rows)

    def kept_in(self, folder: Path) -> ImageFiles:
        """A sequence of its own: no other files are decoded with these, and what is decoded stays in
        the folder."""
        alone = ImageFiles(self.paths)
        alone.album = replace(alone.album, folder=folder)
        return alone


def without_broken(dataset: Dataset) -> tuple[Dataset, list[str]]:
    """Training rows whose image cannot be decoded are left out; such test rows are grey to the models,
    because a submission needs them. With what is wrong with each."""
    X, X_test = dataset.X, dataset.X_test
    if not isinstance(X, ImageFiles):
        raise DataError("--skip-bad-images must be given for image files, got other data; leave it out")
    bad, bad_test = X.broken(), X_test.broken()
    good = np.setdiff1d(np.arange(len(X)), list(bad))
    rest = replace(
        dataset,
        X=X.blanked(bad)[good],
        y=dataset.y[good],
        X_test=X_test.blanked(bad_test),
        groups=None if dataset.groups is None else dataset.groups[good],
        about=None if dataset.about is None else dataset.about.iloc[good],
    )
    return rest, [*bad.values(), *bad_test.values()]


@dataclass(frozen=True)
class _Album:
    """The files that several sequences share."""

    paths: tuple[Path, ...]
    blank: frozenset[int]
    folder: Path | None = None

    @cached_property
    def content_id(self) -> str:
        with ThreadPoolExecutor() as pool:
            return content_id(list(pool.map(_sum, self.paths)), sorted(self.blank))

    def decoded(self, look: Look) -> Path:
        """A NumPy file of pixels (all files, height, width, 3)."""
        folder = self.folder or cache_folder() / "images"
        path = folder / f"{content_id(self.content_id, str(look), Image.__version__)}.npy"
        if not path.exists():
            shape = (len(self.paths), look.height, look.width, 3)
            write_blocks(path, shape, np.dtype(np.uint8), self._blocks(look))
        return path

    def _blocks(self, look: Look) -> Iterator[np.ndarray]:
        def see(row: int) -> np.ndarray:
            if row in self.blank:
                return np.full((look.height, look.width, 3), GREY, dtype=np.uint8)
            return look.of(decode(self.paths[row]))

        with ThreadPoolExecutor() as pool:
            for start in range(0, len(self.paths), _BLOCK):
                yield np.stack(list(pool.map(see, range(start, min(start + _BLOCK, len(self.paths))))))


def _sum(path: Path) -> str:
    try:
        return file_sum(path)
    except OSError as error:
        raise DataError(f"{path} must be readable, got: {error.strerror}") from error


def _metadata(path: Path) -> dict[str, Any]:
    try:
        with Image.open(path) as image:
            width, height = image.size
    except _BROKEN:
        width, height = 0, 0
    return {"width": width, "height": height, "bytes": path.stat().st_size, "suffix": path.suffix.lower()}


def _complaint(path: Path) -> str | None:
    try:
        decode(path)
    except DataError as error:
        return str(error)
    return None


def decode(path: Path) -> Image.Image:
    """An RGB image: upright, on white where it is transparent, the first of several frames.

    Raises DataError if the file is no image, or not a whole one.
    """
    try:
        with Image.open(path) as image:
            image.load()
            return _rgb(ImageOps.exif_transpose(image))
    except _BROKEN as error:
        reason = "no image format known here" if isinstance(error, UnidentifiedImageError) else error
        raise DataError(
            f"{path} must be decoded as an image, got: {reason}; mend or remove it, or pass --skip-bad-images"
        ) from error


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), layer).convert("RGB")
    return image.convert("RGB")


@dataclass(frozen=True)
class Pixels:
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
        return np.load(self.path, mmap_mode="r")[self.rows[rows]]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self[:], dtype=dtype)
