"""Rows of which several things are known, and images that some rows lack."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from podium.data.dataset import without_broken
from podium.data.images import ImageFiles, find_by_stem, find_classes, lookalikes
from podium.data.multimodal import MultimodalRows, part
from podium.data.rows import linked
from podium.errors import DataError, ModelError
from podium.storage.hashing import content_id
from support.makers import make_dataset


@pytest.fixture
def files(tmp_path):
    """Images of two of the ids a, b, c, d."""
    for name, grey in (("b", 10), ("d", 200)):
        noise = np.random.default_rng(grey).integers(0, 50, (20, 30, 3)) + grey
        Image.fromarray(noise.astype(np.uint8)).save(tmp_path / f"{name}.png")
    return ImageFiles.of_ids(["a", "b", "c", "d"], find_by_stem(tmp_path))


def test_rows_of_parts_are_taken_together():
    X = MultimodalRows({"text": pd.DataFrame({"text": list("abcd")}), "table": pd.DataFrame({"n": range(4)})})
    some = X[np.array([3, 1])]
    assert len(X) == 4
    assert part(some, "text")["text"].tolist() == ["d", "b"]
    assert part(some, "table")["n"].tolist() == [3, 1]
    assert part(X[2], "table")["n"].tolist() == [2]
    assert X.content_id != some.content_id == X[[3, 1]].content_id
    assert content_id(X) == content_id(MultimodalRows(dict(X.parts)))


def test_a_part_that_is_not_there_is_named_and_other_rows_are_their_own_part():
    frame = pd.DataFrame({"n": [1]})
    assert part(frame, "table") is frame
    with pytest.raises(ModelError, match=r"must be given the part 'images', got rows with \['table'\]"):
        part(MultimodalRows({"table": frame}), "images")


def test_rows_without_an_image_are_blank_and_like_nothing_else(files):
    assert files.known.tolist() == [False, True, False, True]
    assert files[[0, 3]].known.tolist() == [False, True]
    assert len(files.whole) == 3  # one grey image stands for all that are missing
    assert len(set(lookalikes(files))) == 4
    assert files.broken() == {}


def test_the_id_of_images_follows_which_rows_have_one(files, tmp_path):
    found = find_by_stem(tmp_path)
    assert ImageFiles.of_ids(list("abcd"), found) == files
    assert ImageFiles.of_ids(list("bacd"), found) != files
    assert ImageFiles.of_ids(list("abcd"), {"b": found["b"]}) != files


def test_a_broken_image_of_a_row_that_is_more_than_that_is_blank(files, tmp_path):
    (tmp_path / "b.png").write_text("no image")
    broken = ImageFiles.of_ids(["a", "b", "c", "d"], find_by_stem(tmp_path))
    X = MultimodalRows({"text": pd.DataFrame({"text": list("abcd")}), "images": broken})
    rest, complaints = without_broken(make_dataset([0, 1, 0, 1], X=X, X_test=X[:3]))
    assert len(rest.X) == 4
    assert part(rest.X, "images").known.tolist() == [False, False, False, True]
    assert len(complaints) == 2
    assert all("b.png must be decoded" in line for line in complaints)


def test_folders_are_classes_whatever_they_are_called(tmp_path):
    for name in ("b c", "あ", "Я"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.png").touch()
    assert list(find_classes(tmp_path)) == ["b c", "Я", "あ"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="empty must hold images"):
        find_classes(tmp_path)
    with pytest.raises(DataError, match="a folder of images for each class, got \\[\\]"):
        find_classes(tmp_path / "gone")


def test_rows_are_linked_by_a_chain_of_equal_values():
    first = pd.Series(["a", "a", "b", "", None, ""])
    second = pd.Series(["1", "2", "2", "3", "4", "3"])
    groups = linked(first, second)
    assert groups[0] == groups[1] == groups[2]
    assert groups[3] == groups[5]
    assert len(set(groups)) == 3
    assert len(set(linked(pd.Series(["", ""])))) == 2
