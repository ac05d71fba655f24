"""Files and folders are written whole or not at all."""

import errno
import os
import stat
import subprocess
import sys

import numpy as np
import pytest

from podium.errors import StoreError
from podium.storage.atomic import cache_folder, take_lock, whole, whole_folder, write_blocks


def broken_off(error):
    raise error


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_appears_at_the_end_of_the_block_and_may_be_read_by_others(tmp_path):
    path = tmp_path / "new" / "file"
    with whole(path) as file:
        file.write(b"content")
        assert not path.exists()
    assert path.read_bytes() == b"content"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert names(path.parent) == ["file"]


@pytest.mark.parametrize("error", [RuntimeError("fault"), KeyboardInterrupt()])
def test_the_old_file_stays_when_the_block_raises(tmp_path, error):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(type(error)), whole(path):
        broken_off(error)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


def test_a_disk_that_refuses_is_told_in_one_line(tmp_path, monkeypatch):
    def full(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "file"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError) as raised, whole(path) as file:
        file.write(b"new")
    assert str(raised.value) == (
        f"{path} must be writable, got: No space left on device; make room and run again: "
        "everything finished is kept"
    )
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


def test_a_place_that_cannot_hold_files_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="must be writable"), whole(tmp_path / "file" / "inside"):
        pass
    with pytest.raises(StoreError, match="must be writable"), whole_folder(tmp_path / "file" / "inside"):
        pass


def test_a_folder_appears_at_the_end_of_the_block_or_never(tmp_path):
    path = tmp_path / "results" / "model"
    with whole_folder(path) as unfinished:
        (unfinished / "a").write_text("a")
        assert not path.exists()
    assert names(path) == ["a"]
    with pytest.raises(RuntimeError), whole_folder(tmp_path / "results" / "other"):
        broken_off(RuntimeError("fault"))
    assert names(tmp_path / "results") == ["model"]


def test_blocks_of_rows_become_one_array(tmp_path):
    rows = np.arange(24, dtype=np.int64).reshape(6, 4)
    blocks = (rows[start : start + 4] for start in (0, 4))
    write_blocks(tmp_path / "rows.npy", rows.shape, np.dtype(np.float32), blocks)
    read = np.load(tmp_path / "rows.npy", mmap_mode="r")
    assert read.dtype == np.float32
    assert (read == rows).all()


def test_blocks_that_fail_leave_no_array(tmp_path):
    def blocks():
        yield np.zeros((1, 2))
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        write_blocks(tmp_path / "rows.npy", (2, 2), np.dtype(np.uint8), blocks())
    assert names(tmp_path) == []


def test_a_lock_is_one_process_s_alone_until_that_ends(tmp_path):
    code = (
        "import sys; from podium.storage.atomic import take_lock\n"
        "with open(sys.argv[1], 'a') as file: print(take_lock(file.fileno()))"
    )
    path = tmp_path / "lock"
    other = [sys.executable, "-c", code, str(path)]
    with open(path, "a") as file:
        assert take_lock(file.fileno())
        assert subprocess.run(other, capture_output=True, text=True, check=True).stdout == "False\n"
    assert subprocess.run(other, capture_output=True, text=True, check=True).stdout == "True\n"


def test_the_cache_lies_where_the_user_wants_it(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "podium"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "podium"
