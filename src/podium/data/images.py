"""Image files as rows of X: decoded when a model asks for a size, once, and read from disk after that."""

from __future__ import annotations

import copy
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from podium.data.dataset import Dataset
from podium.data.multimodal import Parts, part
from podium.errors import DataError, ModelError
from podium.formatting import did_you_mean, sample
from podium.storage.atomic import cache_folder, write_blocks
from podium.storage.hashing import content_id, file_sum

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


def find_classes(folder: Path) -> dict[str, list[Path]]:
    """The images of each folder in a folder, by name. Raises DataError if there are fewer than two such
    folders, or one is empty."""
    inside = sorted(folder.iterdir()) if folder.is_dir() else []
    names = [path.name for path in inside if path.is_dir() and not path.name.startswith(".")]
    if len(names) < 2:
        raise DataError(
            f"{folder} must hold a folder of images for each class, got {sample(names)}; "
            "download the data again"
        )
    return {name: find_images(folder / name) for name in names}


def find_by_stem(folder: Path) -> dict[str, Path]:
    """The images anywhere in a folder, by their names without suffix."""
    known = Image.registered_extensions()
    found = (path for path in sorted(folder.rglob("*")) if path.suffix.lower() in known)
    return {path.stem: path for path in found}


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
    them. Rows in `blank` are grey to whoever looks, and their files need not be there.
    """

    def __init__(self, paths: Sequence[Path], blank: Iterable[int] = ()):
        self.album = _Album(tuple(paths), frozenset(blank))
        self.rows = np.arange(len(paths))

    @classmethod
    def of_ids(cls, ids: Sequence[str], found: Mapping[str, Path]) -> ImageFiles:
        """The image of each id; blank where none was found."""
        there = {one: number for number, one in enumerate(dict.fromkeys(one for one in ids if one in found))}
        files = cls([*(found[one] for one in there), Path("none")], blank=[len(there)])
        return files._part(np.array([there.get(one, len(there)) for one in ids], dtype=np.int64))

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
    def seen(self) -> np.ndarray:
        """Which rows (n,) are not blank."""
        return ~np.isin(self.rows, list(self.album.blank))

    @property
    def content_id(self) -> str:
        return content_id(self.album.content_id, self.rows)

    def pixels(self, look: Look) -> Pixels:
        return Pixels(self.album.decoded(look), (look.height, look.width, 3), self.rows)

    def metadata(self) -> pd.DataFrame:
        """What can be known without looking: `width`, `height`, `bytes`, `suffix`, (n, 4)."""
        return pd.DataFrame([_metadata(path) for path in self.paths])

    def broken(self) -> dict[int, str]:
        """What is wrong with each row that cannot be decoded; nothing is with one that is blank."""
        rows = np.flatnonzero(self.seen).tolist()
        with ThreadPoolExecutor() as pool:
            found = pool.map(_complaint, [self.paths[row] for row in rows])
        return {row: complaint for row, complaint in zip(rows, found, strict=True) if complaint}

    def blanked(self, rows: Iterable[int]) -> ImageFiles:
        """With more rows blank."""
        blank = self.album.blank.union(self.rows[list(rows)].tolist())
        return ImageFiles(self.album.paths, blank)._part(self.rows)

    def kept_in(self, folder: Path) -> ImageFiles:
        """A sequence of its own: no other files are decoded with these, and what is decoded stays in
        the folder."""
        alone = ImageFiles(self.paths, np.flatnonzero(~self.seen).tolist())
        alone.album = replace(alone.album, folder=folder)
        return alone


def without_broken(dataset: Dataset) -> tuple[Dataset, list[str]]:
    """Training rows whose image cannot be decoded are left out; such test rows are grey to the models,
    because a submission needs them, and so are rows of which more is known. With what is wrong with each."""
    X, X_test = (part(rows, "images") for rows in (dataset.X, dataset.X_test))
    if not isinstance(X, ImageFiles):
        raise DataError("--skip-bad-images must be given for image files, got other data; leave it out")
    bad, bad_test = X.broken(), X_test.broken()
    complaints = [*bad.values(), *bad_test.values()]
    X, X_test = X.blanked(bad), X_test.blanked(bad_test)
    if isinstance(dataset.X, Parts):
        known, known_test = dataset.X.replaced(images=X), dataset.X_test.replaced(images=X_test)
        return replace(dataset, X=known, X_test=known_test), complaints
    good = np.setdiff1d(np.arange(len(X)), list(bad))
    rest = replace(
        dataset,
        X=X[good],
        y=dataset.y[good],
        X_test=X_test,
        groups=None if dataset.groups is None else dataset.groups[good],
        about=None if dataset.about is None else dataset.about.iloc[good],
    )
    return rest, complaints


@dataclass(frozen=True)
class _Album:
    """The files that several sequences share."""

    paths: tuple[Path, ...]
    blank: frozenset[int]
    folder: Path | None = None

    @cached_property
    def content_id(self) -> str:
        with ThreadPoolExecutor() as pool:
            there = [path for row, path in enumerate(self.paths) if row not in self.blank]
            return content_id(list(pool.map(_sum, there)), sorted(self.blank))

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


@dataclass(frozen=True)
class Beside:
    """Numbers (n, k) and beside them the pixels of images, as rows (n, k + height * width * 3) that are
    read when they are indexed."""

    numbers: np.ndarray
    pixels: Pixels

    @property
    def shape(self) -> tuple[int, ...]:
        return (len(self), self.numbers.shape[1] + int(np.prod(self.pixels.size)))

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, rows: Any) -> np.ndarray:
        flat = self.pixels[rows].reshape(len(self.numbers[rows]), -1)
        return np.concatenate([self.numbers[rows], flat], axis=1, dtype=np.float32)
