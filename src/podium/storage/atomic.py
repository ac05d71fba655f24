"""Files and folders that are written whole or not at all, locks, and the cache folder."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np

from podium.errors import StoreError


def cache_folder() -> Path:
    """Return the folder for what can be made again and may be removed."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "podium"


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """Open a file to write to. It has a temporary name, and is synced and renamed to `path` at the end of the
    block.

    Raises StoreError when the disk refuses. Then, and when the block raises, the old file stays as it was.
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".unfinished-", dir=path.parent)
        with open(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        if not isinstance(error, OSError):
            raise
        raise cannot_write(path, error) from error


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Make a folder to fill. It has a temporary name, and is renamed to `path` at the end of the block.

    Raises StoreError when the disk refuses. Then, and when the block raises, nothing is left.
    """
    unfinished = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=path.parent))
        yield unfinished
        os.replace(unfinished, path)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        if unfinished:
            shutil.rmtree(unfinished, ignore_errors=True)


def cannot_write(path: Path, error: OSError) -> StoreError:
    """Return the error that says that the disk refuses a file."""
    return StoreError(
        f"{path} must be writable, got: {error.strerror}; "
        "make room and run again: everything finished is kept"
    )


def take_lock(handle: int) -> bool:
    """Lock an open file, and return whether this process holds it now. The end of the process frees it."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def write_blocks(path: Path, shape: tuple[int, ...], dtype: np.dtype, blocks: Iterable[np.ndarray]) -> None:
    """Write one array as a NumPy file from blocks of its rows, so that it need not fit into memory.

    Raises StoreError when the disk refuses.
    """
    with whole(path) as file:
        header = {"descr": dtype.str, "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)
        for block in blocks:
            file.write(np.ascontiguousarray(block, dtype).tobytes())
