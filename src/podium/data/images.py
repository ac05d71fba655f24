"""Rows that are image files: decoded when a model asks for a size, once, and read from disk after that."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import PIL
from PIL import Image

from podium.data.cached_pixels import CachedPixels
from podium.data.folders import visible_files, visible_folders
from podium.data.image_names import find_named
from podium.data.image_spec import BROKEN, ImageSpec, decode
from podium.data.modality import FILE, Modality, Question
from podium.data.near_duplicates import Copies, similar_images
from podium.data.uploads import open_upload
from podium.errors import DataError
from podium.formatting import sample
from podium.storage.atomic import cache_folder, write_blocks
from podium.storage.hashing import content_id, file_sum

MINIATURE = ImageSpec(32, 32)
HASHED = ImageSpec(8, 9)  # of which a difference hash is made
PIXELS = 3 * 64 * 64  # numbers that a model makes of an image, about
_BLOCK = 512  # images held in memory while a cache is filled


def find_images(folder: Path) -> list[Path]:
    """Return the files directly in a folder, by name, without those that systems leave behind.

    Raises DataError if there are none.
    """
    found = visible_files(folder) if folder.is_dir() else []
    if not found:
        held = "no files" if folder.is_dir() else "no folder"
        raise DataError(f"{folder} must hold images, got {held}; download the data again")
    return found


def find_classes(folder: Path) -> dict[str, list[Path]]:
    """Return the images of each folder in a folder, by name.

    Raises DataError if there are fewer than two such folders, or one is empty.
    """
    names = [path.name for path in visible_folders(folder)] if folder.is_dir() else []
    if len(names) < 2:
        raise DataError(
            f"{folder} must hold a folder of images for each class, got {sample(names)}; "
            "download the data again"
        )
    return {name: find_images(folder / name) for name in names}


def find_by_stem(folder: Path) -> dict[str, Path]:
    """Return the images anywhere in a folder, by their names without suffix."""
    known = Image.registered_extensions()
    found = (path for path in sorted(folder.rglob("*")) if path.suffix.lower() in known)
    return {path.stem: path for path in found}


class Images(Modality):
    """`ImageFiles`: each row is one file, or blank."""

    name: ClassVar[str] = "image"
    feeds: ClassVar[frozenset[str]] = frozenset({"image"})
    asks: ClassVar[Mapping[str, str]] = {FILE: "an image"}
    has_files: ClassVar[bool] = True

    def width(self, X: ImageFiles) -> int:
        return PIXELS

    def describe(self, X: ImageFiles, row: int) -> str:
        return _with_folder(X[row].paths[0])

    def preview(self, X: ImageFiles, row: int) -> Image.Image | None:
        one = X[row]
        return decode(one.paths[0]) if one.known[0] else None

    def file_facts(self, X: ImageFiles) -> pd.DataFrame | None:
        """A blank row has no facts; rows that are all blank have none at all, nor has X without rows."""
        rows = np.flatnonzero(X.known)
        if not len(rows):
            return None
        files = X[rows]
        facts = files.metadata()
        size = facts["width"].astype(str) + "x" + facts["height"].astype(str)
        facts["size"] = size.astype(object)
        facts["aspect"] = facts["width"] / np.maximum(facts["height"], 1)
        facts["name"] = pd.Series([path.stem for path in files.paths], dtype=object)
        facts["suffix"] = facts["suffix"].astype(object)
        return facts.set_axis(rows).reindex(np.arange(len(X)))

    def file_names(self, X: ImageFiles) -> list[str]:
        return [_with_folder(path) for path in X.paths]

    def has_order(self, X: ImageFiles) -> bool:
        """A loader made up the order of images in several folders."""
        return len({path.parent for path in X.paths}) <= 1

    def content_vectors(self, X: ImageFiles, rows: np.ndarray) -> np.ndarray | None:
        files = X[rows]
        if not files.known.all():
            return None
        small = np.asarray(files.pixels(MINIATURE), dtype=np.float32)
        return small.reshape(len(rows), 8, 4, 8, 4, 3).mean(axis=(2, 4)).reshape(len(rows), -1)

    def near_copies(self, X: ImageFiles, X_test: ImageFiles) -> Iterator[Copies]:
        """A blank row is a copy of nothing."""
        paths = [*X.paths, *X_test.paths]
        rows = np.flatnonzero(np.concatenate([X.known, X_test.known]))
        exact = len(rows) + np.arange(len(paths))
        exact[rows] = _file_codes([paths[row] for row in rows])
        yield Copies(exact, lookalikes(X, X_test), "images", lambda row: _with_folder(paths[row]))

    def broken(self, X: ImageFiles) -> dict[int, str]:
        return X.broken()

    def blank(self, X: ImageFiles, rows: Sequence[int]) -> ImageFiles:
        return X.blanked(rows)

    def can_read_questions(self, X: Any) -> bool:
        return True

    def read_questions(self, questions: Sequence[Question], X: Any) -> ImageFiles:
        return ImageFiles.of_questions(questions)

    def check_file(self, path: Path) -> tuple[Image.Image | None, str]:
        return open_upload(path)

    def isolate(self, X: ImageFiles, folder: Path) -> ImageFiles:
        return X.cached_in(folder)


class ImageFiles:
    """A sequence of n image files, to be indexed by integers (slices, arrays) into a shorter one.

    Its content id is that of the files' bytes: names and places do not count, and no model learns them. Rows
    in `blank` are grey to whoever looks, and their files need not be there.
    """

    modality: ClassVar[Modality] = Images()

    def __init__(self, paths: Sequence[Path], blank: Iterable[int] = ()):
        self.cache = ImageCache(tuple(paths), frozenset(blank))
        self.rows = np.arange(len(paths))

    @classmethod
    def of_ids(cls, ids: Sequence[str], found: Mapping[str, Path]) -> ImageFiles:
        """Return the image of each id; blank where none was found."""
        there = [one for one in dict.fromkeys(ids) if one in found]
        files = cls([*(found[one] for one in there), Path("none")], blank=[len(there)])
        numbers = {one: number for number, one in enumerate(there)}
        return files._part(np.array([numbers.get(one, len(there)) for one in ids], dtype=np.int64))

    @classmethod
    def named(cls, names: Iterable[str], folder: Path) -> ImageFiles:
        """Return the image below the folder that each name means, with a suffix or without; blank where there
        is none.

        Raises DataError where a name means two files, or where more than a tenth of the names have none.
        """
        ids = list(names)
        return cls.of_ids(ids, find_named(ids, folder))

    @classmethod
    def of_questions(cls, questions: Sequence[Question]) -> ImageFiles:
        """Return the image of each question; blank where it has none."""
        blank = [row for row, question in enumerate(questions) if FILE not in question.given]
        return cls([Path(question.file) for question in questions], blank)

    def _part(self, rows: np.ndarray) -> ImageFiles:
        """Return rows of the same cache, so that its files are decoded once for all parts."""
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
        """Return the sequence that this one is a part of."""
        return self._part(np.arange(len(self.cache.paths)))

    @property
    def paths(self) -> list[Path]:
        return [self.cache.paths[row] for row in self.rows]

    @property
    def known(self) -> np.ndarray:
        """Return which rows (n,) are not blank."""
        return ~np.isin(self.rows, list(self.cache.blank))

    @property
    def content_id(self) -> str:
        return content_id(self.cache.content_id, self.rows)

    def pixels(self, spec: ImageSpec) -> CachedPixels:
        """Return the decoded rows (n, height, width, 3). Raise DataError if one cannot be decoded."""
        return CachedPixels(self.cache.decoded(spec), (spec.height, spec.width, 3), self.rows)

    def metadata(self) -> pd.DataFrame:
        """Return what can be known without looking: `width`, `height`, `bytes`, `suffix` (n, 4)."""
        return pd.DataFrame([_metadata(path) for path in self.paths])

    def broken(self) -> dict[int, str]:
        """Return what is wrong with each row that cannot be decoded; nothing is with one that is blank.

        If all files can be decoded, their miniatures are kept, so that the next call need not decode them.
        """
        if self._has_miniatures():
            return {}
        rows = np.flatnonzero(self.known).tolist()
        with ThreadPoolExecutor() as pool:
            found = list(pool.map(_complaint, [self.paths[row] for row in rows]))
        return {row: complaint for row, complaint in zip(rows, found, strict=True) if complaint}

    def _has_miniatures(self) -> bool:
        try:
            self.pixels(MINIATURE)
        except DataError:
            return False
        return True

    def joined(self, more: ImageFiles) -> ImageFiles:
        """Return these images and after them `more`, of one cache."""
        blank = np.flatnonzero(~np.concatenate([self.known, more.known]))
        return ImageFiles([*self.paths, *more.paths], blank.tolist())

    def blanked(self, rows: Iterable[int]) -> ImageFiles:
        """Return the sequence with more rows blank."""
        blank = self.cache.blank.union(self.rows[list(rows)].tolist())
        return ImageFiles(self.cache.paths, blank)._part(self.rows)

    def cached_in(self, folder: Path) -> ImageFiles:
        """Return a sequence of its own: no other files are decoded with these, and what is decoded stays in
        the folder."""
        alone = ImageFiles(self.paths, np.flatnonzero(~self.known).tolist())
        alone.cache = replace(alone.cache, folder=folder)
        return alone


@dataclass(frozen=True)
class ImageCache:
    """The files that several sequences share, decoded once for each `ImageSpec`."""

    paths: tuple[Path, ...]
    blank: frozenset[int]
    folder: Path | None = None

    @cached_property
    def content_id(self) -> str:
        there = [path for row, path in enumerate(self.paths) if row not in self.blank]
        with ThreadPoolExecutor() as pool:
            sums = list(pool.map(_sum, there))
        return content_id(sums, sorted(self.blank))

    def decoded(self, spec: ImageSpec) -> Path:
        """Return a NumPy file of the pixels (all files, height, width, 3)."""
        folder = self.folder or cache_folder() / "images"
        path = folder / f"{content_id(self.content_id, str(spec), PIL.__version__)}.npy"
        if not path.exists():
            shape = (len(self.paths), spec.height, spec.width, 3)
            write_blocks(path, shape, np.dtype(np.uint8), self._blocks(spec))
        return path

    def _blocks(self, spec: ImageSpec) -> Iterator[np.ndarray]:
        def read(row: int) -> np.ndarray:
            return spec.blank() if row in self.blank else spec.pixels(decode(self.paths[row]))

        with ThreadPoolExecutor() as pool:
            for start in range(0, len(self.paths), _BLOCK):
                rows = range(start, min(start + _BLOCK, len(self.paths)))
                yield np.stack(list(pool.map(read, rows)))


def lookalikes(*parts: ImageFiles) -> np.ndarray:
    """Return a number for each of the parts' images, one part after the other (n,), that near copies share:
    images resized, saved again, cut by a hair. What cannot be decoded, or is blank, is a copy of nothing."""
    readable = [_without_broken(one) for one in parts]
    known = np.flatnonzero(np.concatenate([part.known for part in readable]))
    shown = [part[part.known] for part in readable]
    small = np.concatenate([np.asarray(part.pixels(HASHED)) for part in shown])
    miniatures = np.concatenate([np.asarray(part.pixels(MINIATURE)) for part in shown])
    sets = similar_images(small, miniatures)
    first_rows = known[np.unique(sets, return_index=True)[1]]
    firsts = np.arange(sum(map(len, parts)))
    firsts[known] = first_rows[sets]
    return pd.factorize(firsts)[0].astype(np.int32)


def _without_broken(files: ImageFiles) -> ImageFiles:
    broken = files.broken()
    return files.blanked(broken) if broken else files


def _with_folder(path: Path) -> str:
    return "/".join(path.parts[-2:])


def _file_codes(paths: Sequence[Path]) -> np.ndarray:
    with ThreadPoolExecutor() as pool:
        sums = list(pool.map(file_sum, paths))
    return pd.factorize(np.array(sums, dtype=object))[0]


def _sum(path: Path) -> str:
    try:
        return file_sum(path)
    except OSError as error:
        raise DataError(f"{path} must be readable, got: {error.strerror}") from error


def _metadata(path: Path) -> dict[str, Any]:
    try:
        with Image.open(path) as image:
            width, height = image.size
    except BROKEN:
        width = height = 0
    size = path.stat().st_size if path.exists() else 0  # a blank row has no file
    return {"width": width, "height": height, "bytes": size, "suffix": path.suffix.lower()}


def _complaint(path: Path) -> str | None:
    try:
        decode(path)
    except DataError as error:
        return str(error)
    return None
