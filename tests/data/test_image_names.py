"""Images found by the names that a table gives them."""

import unicodedata

import pytest

from podium.data.image_names import find_named, images_below
from podium.errors import DataError


def touch(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("a", "a.jpg"),
        ("a.jpg", "a.jpg"),
        ("a.jpg", "a.JPG"),
        ("a.1", "a.1.png"),
        ("a", "deep/er/a.tif"),
        ("b/a", "b/a.png"),
        (unicodedata.normalize("NFC", "é"), unicodedata.normalize("NFD", "é") + ".png"),
    ],
)
def test_a_name_means_a_file(tmp_path, name, file):
    touch(tmp_path, file, "c/x.png", "__MACOSX/" + file, "._" + file.replace("/", "-"))
    assert find_named([name], tmp_path) == {name: tmp_path / file}


def test_folders_in_names_tell_files_of_one_name_apart(tmp_path):
    touch(tmp_path, "cat/1.png", "dog/1.png")
    assert find_named(["dog/1.png"], tmp_path) == {"dog/1.png": tmp_path / "dog/1.png"}
    with pytest.raises(DataError, match=r"got \['cat/1\.png', 'dog/1\.png'\] for '1' \(1 such names\)"):
        find_named(["1"], tmp_path)


def test_a_tenth_of_the_names_may_have_no_image(tmp_path):
    touch(tmp_path, *(f"{row}.png" for row in range(9)), "notes.txt", "9.dcm")
    assert len(images_below(tmp_path)) == 9
    assert len(find_named(map(str, range(10)), tmp_path)) == 9
    with pytest.raises(DataError, match=r"each of 11 names, got none for 2: \['9', '10'\]"):
        find_named(map(str, range(11)), tmp_path)
