"""A data set on its way to other machines: its arrays apart from the rest, and its image files as bytes."""

from __future__ import annotations

import fcntl
import io
import os
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from podium.data.images import ImageCache
from podium.storage.atomic import cache_folder, whole_folder
from podium.storage.hashing import content_id

BLOCK = 256  # files held in memory while they are put into the object store
SENT = "sent"  # the folder below the cache folder in which a node keeps image files

Put = Callable[[Any], Any]  # puts an object into the object store, and returns what stands for it
Get = Callable[[Any], Any]


@dataclass(frozen=True)
class PackedFiles:
    """The files of an `ImageCache`: their names below a folder, and what stands for blocks of their bytes."""

    content_id: str
    names: tuple[str, ...]
    blank: frozenset[int]
    blocks: tuple[Any, ...]


@dataclass(frozen=True)
class Packed:
    """A pickled object without its arrays and its image files. The arrays (bytes,) can be shared by all
    processes of a machine; whoever unpacks them cannot write to them."""

    pickled: bytes
    arrays: Sequence[np.ndarray]
    files: Sequence[PackedFiles]


def pack(whole: Any, put: Put) -> Packed:
    """Return an object as it can be sent. Raise DataError where an image file cannot be read."""
    stream = io.BytesIO()
    buffers: list[pickle.PickleBuffer] = []
    pickler = _Pickler(stream, buffers.append)
    pickler.dump(whole)
    arrays = [np.asarray(buffer.raw()) for buffer in buffers]
    return Packed(stream.getvalue(), arrays, [_packed_files(cache, put) for cache in pickler.caches])


def unpack(packed: Packed, get: Get) -> Any:
    """Return the object. Its image files are written to the cache folder, once for all processes of a
    machine."""
    caches = [_unpacked_files(files, get) for files in packed.files]
    return _Unpickler(io.BytesIO(packed.pickled), packed.arrays, caches).load()


class _Pickler(pickle.Pickler):
    """Leaves out arrays and image caches, which are sent in other ways."""

    def __init__(self, stream: io.BytesIO, keep: Callable[[pickle.PickleBuffer], None]):
        super().__init__(stream, protocol=5, buffer_callback=keep)
        self.caches: list[ImageCache] = []

    def persistent_id(self, obj: Any) -> int | None:
        if not isinstance(obj, ImageCache):
            return None
        for number, known in enumerate(self.caches):
            if known is obj:
                return number
        self.caches.append(obj)
        return len(self.caches) - 1


class _Unpickler(pickle.Unpickler):
    """Puts the arrays and the image caches back."""

    def __init__(self, stream: io.BytesIO, arrays: Sequence[np.ndarray], caches: Sequence[ImageCache]):
        super().__init__(stream, buffers=arrays)
        self.caches = caches

    def persistent_load(self, pid: int) -> ImageCache:
        return self.caches[pid]


def _packed_files(cache: ImageCache, put: Put) -> PackedFiles:
    """Return the files of a cache. A blank row has no file: its name alone is sent."""
    sums = cache.content_id  # raises where a file cannot be read
    paths = _known_paths(cache)
    top = os.path.commonpath([path.absolute().parent for path in paths]) if paths else ""
    names = [
        path.name if row in cache.blank else str(path.absolute().relative_to(top))
        for row, path in enumerate(cache.paths)
    ]
    blocks = [
        put([path.read_bytes() for path in paths[start : start + BLOCK]])
        for start in range(0, len(paths), BLOCK)
    ]
    return PackedFiles(sums, tuple(names), cache.blank, tuple(blocks))


def _known_paths(cache: ImageCache) -> list[Path]:
    """Return each file that is not blank, once."""
    return list(dict.fromkeys(path for row, path in enumerate(cache.paths) if row not in cache.blank))


def _unpacked_files(files: PackedFiles, get: Get) -> ImageCache:
    """Return a cache of the same files in a folder of this machine."""
    folder = cache_folder() / SENT / content_id(files.content_id, list(files.names))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the other processes of this machine wait for the first
        if not folder.exists():
            _write_files(files, folder, get)
    cache = ImageCache(tuple(folder / name for name in files.names), files.blank)
    vars(cache)["content_id"] = files.content_id  # of the same bytes: each process need not read them all
    return cache


def _write_files(files: PackedFiles, folder: Path, get: Get) -> None:
    known = dict.fromkeys(name for row, name in enumerate(files.names) if row not in files.blank)
    names = iter(known)
    with whole_folder(folder) as unfinished:
        for block in files.blocks:
            for content in get(block):
                path = unfinished / next(names)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
