"""Which images are copies of each other to whoever looks."""

import numpy as np
import pytest
from PIL import Image

from podium.data import near_duplicates as module
from podium.data.images import HASHED, ImageFiles, find_images, lookalikes
from support.makers import smooth_photo


@pytest.fixture
def folder(tmp_path):
    for number in range(9):
        smooth_photo(number).save(tmp_path / f"{number}.png")
    return tmp_path


def numbers(folder):
    paths = find_images(folder)
    return dict(zip([path.name for path in paths], lookalikes(ImageFiles(paths)).tolist(), strict=True))


def test_copies_of_another_size_and_format_share_a_number(folder):
    smooth_photo(3, size=(83, 71)).save(folder / "again.jpg", quality=80)
    found = numbers(folder)
    assert found["again.jpg"] == found["3.png"]
    assert len(set(found.values())) == 9


def test_copies_of_nearly_the_same_hash_share_a_number(folder):
    """Which the equality of hashes alone would part."""
    photo = smooth_photo(5, size=(120, 90))
    photo.save(folder / "5.png")
    photo.crop((0, 2, 119, 90)).save(folder / "cropped.jpg", quality=60)
    files = ImageFiles([folder / "5.png", folder / "cropped.jpg"])
    one, other = module._hashes(np.asarray(files.pixels(HASHED)))
    assert one != other
    found = numbers(folder)
    assert found["cropped.jpg"] == found["5.png"]
    assert len(set(found.values())) == 9


def test_what_pairs_join_is_one_group_and_parts_are_compared_with_each_other(folder):
    photo = smooth_photo(2)
    for size in (40, 50, 60):
        photo.resize((size, size)).save(folder / f"2, {size}.png")
    files = ImageFiles(find_images(folder))
    assert len(set(lookalikes(files).tolist())) == 9
    assert lookalikes(files[:4], files[4:]).tolist() == lookalikes(files).tolist()


def test_images_of_one_colour_are_copies_if_it_is_the_same(folder):
    for name, colour in (("a", "white"), ("b", "white"), ("c", "black")):
        Image.new("RGB", (30, 30), colour).save(folder / f"{name}.png")
    found = numbers(folder)
    assert found["a.png"] == found["b.png"] != found["c.png"]


def test_what_cannot_be_decoded_or_is_blank_is_like_nothing_else(folder):
    for name in ("8.png", "broken too.png"):
        (folder / name).write_bytes(b"broken")
    assert len(set(numbers(folder).values())) == 10
    blank = ImageFiles(find_images(folder)[:8], blank=[0, 1, 2])
    assert len(set(lookalikes(blank).tolist())) == 8
    nothing = blank[np.arange(3)]
    assert len(set(lookalikes(nothing).tolist())) == 3
