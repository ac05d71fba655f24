"""Files and folders written whole or not at all, locks, and where to keep what can be made again."""

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
    """Where this user's programs keep what can be made again."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "podium"


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """A file to write to: under a temporary name, synced and renamed into place at the end of the block.

    Raises StoreError when the disk refuses; what stood at `path` is still there then, as it is when the
    block raises.
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
    """A folder to fill: under a temporary name, renamed into place at the end of the block.

    Raises StoreError when the disk refuses; nothing is left then, nor when the block raises.
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
    return StoreError(
        f"{path} must be writable, got: {error.strerror}; "
        "make room and run again: everything finished is kept"
    )


def take_lock(handle: int) -> bool:
    """Whether the open file is now this process's alone; its end frees it, however it ends."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def write_blocks(path: Path, shape: tuple[int, ...], dtype: np.dtype, blocks: Iterable[np.ndarray]) -> None:
    """One array as a NumPy file, from blocks of its rows: it need not fit into memory."""
    with whole(path) as file:
        header = {"descr": dtype.str, "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)
        for block in blocks:
            file.write(np.ascontiguousarray(block, dtype).tobytes())
