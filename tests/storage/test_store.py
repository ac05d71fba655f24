"""A folder of results: what is written comes back, what is broken is made again, one run works at a time."""

import os
import subprocess
import sys

import numpy as np
import pytest

from podium.errors import StoreError
from podium.storage.store import Store


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "submissions" / "pets")


def test_values_and_arrays_come_back(store):
    value = {"name": "Köln", "scores": [0.5, None]}
    store.write_json(store.root / "audits" / "a.json", value)
    assert store.read_json(store.root / "audits" / "a.json") == value
    assert "Köln" in (store.root / "audits" / "a.json").read_text()
    arrays = {"valid": np.eye(3, dtype=np.float32), "names": np.array(["a", "b"])}
    store.write_arrays(store.root / "fold-0.npz", arrays)
    read = store.read_arrays(store.root / "fold-0.npz")
    assert list(read) == list(arrays)
    assert all(
        (read[name] == arrays[name]).all() and read[name].dtype == arrays[name].dtype for name in arrays
    )


@pytest.mark.parametrize("content", [None, b"", b"{", b"PK\x03\x04 cut short", b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_as_good_as_none(store, content):
    path = store.root / "file"
    if content is not None:
        store.write(path, content)
    assert store.read_json(path) is None
    assert store.read_arrays(path) is None


def test_no_object_is_read_from_arrays(store):
    path = store.root / "file.npz"
    path.parent.mkdir(parents=True)
    np.savez(path, odd=np.array([object()], dtype=object))
    assert store.read_arrays(path) is None


def test_another_run_is_refused_with_the_owner_s_number_and_may_come_later(store):
    code = (
        "import sys; from pathlib import Path; from podium.storage.store import Store\n"
        "with Store(Path(sys.argv[1])).lock(): print('held')"
    )
    other = [sys.executable, "-c", code, str(store.root)]
    with store.lock():
        ran = subprocess.run(other, capture_output=True, text=True)
        assert f"got another (process {os.getpid()}); wait for it or end it" in ran.stderr
        assert "StoreError" in ran.stderr
    assert subprocess.run(other, capture_output=True, text=True).stdout == "held\n"


def test_a_place_where_no_folder_can_be_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="must be a writable folder"), Store(tmp_path / "file").lock():
        pass
