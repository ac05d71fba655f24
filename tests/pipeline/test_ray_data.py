"""What is sent to other machines arrives whole, without the disk of the machine that sent it."""

import shutil

import numpy as np
import pandas as pd
import pytest

from podium.data.image_spec import ImageSpec
from podium.data.images import ImageFiles
from podium.data.multimodal import MultimodalRows
from podium.errors import DataError
from podium.pipeline.ray_data import pack, unpack
from support.makers import smooth_photo


@pytest.fixture
def store():
    """An object store: what was put into it by number."""
    return []


@pytest.fixture
def put(store):
    def put(thing):
        store.append(thing)
        return len(store) - 1

    return put


@pytest.fixture
def folder(tmp_path):
    for number, name in enumerate(("a/one.png", "a/two.jpg", "b/one.png")):
        path = tmp_path / "here" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        smooth_photo(number).save(path)
    return tmp_path / "here"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def seen(files):
    return np.asarray(files.pixels(ImageSpec(8, 8)))


def test_image_files_are_read_where_they_are_not(folder, cache, store, put):
    files = ImageFiles(
        [folder / "a/one.png", folder / "a/two.jpg", folder / "b/one.png", folder / "none"], [3]
    )
    rows = MultimodalRows({"images": files[[2, 0, 3, 1]], "table": pd.DataFrame({"n": [1.0, 2.0, 3.0, 4.0]})})
    pixels, facts = seen(rows.parts["images"]), rows.parts["images"].metadata()
    packed = pack((rows, files[:2]), put)
    shutil.rmtree(folder)
    shutil.rmtree(cache)
    rows_there, first_two = unpack(packed, store.__getitem__)
    there = rows_there.parts["images"]
    assert there.content_id == rows.parts["images"].content_id
    assert (seen(there) == pixels).all()
    assert there.metadata().equals(facts)
    assert [path.name for path in there.paths] == ["one.png", "one.png", "none", "two.jpg"]
    assert rows_there.parts["table"].equals(rows.parts["table"])
    assert first_two.cache is there.cache  # so that its files are decoded once for both


def test_files_are_written_once_for_all_processes_of_a_machine(folder, store, put):
    packed = pack(ImageFiles([folder / "a/one.png"]), put)
    first = unpack(packed, store.__getitem__)
    store.clear()
    assert unpack(packed, store.__getitem__).paths == first.paths


def test_large_arrays_are_apart_from_the_rest_and_are_not_copied(put):
    numbers = np.arange(100_000.0).reshape(100, 1000)
    packed = pack({"X": numbers, "F": np.asfortranarray(numbers), "none": numbers[:0]}, put)
    assert len(packed.pickled) < 1000
    there = unpack(packed, None)
    assert all((there[name] == numbers).all() for name in ("X", "F"))
    assert there["none"].shape == (0, 1000)
    assert np.shares_memory(there["X"], packed.arrays[0])


def test_a_file_that_is_not_there_is_an_error_before_anything_is_sent(folder, store, put):
    with pytest.raises(DataError, match="must be readable"):
        pack(ImageFiles([folder / "a/one.png", folder / "gone.png"]), put)
    assert not store
