"""Image files as rows: every odd format, one look at a time, little memory."""

import io
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from podium.data import images
from podium.data.dataset import without_broken
from podium.data.image_spec import GREY, ImageSpec, decode
from podium.data.images import ImageFiles, find_images
from podium.errors import DataError, ModelError
from podium.storage.hashing import content_id
from support.makers import make_dataset, smooth_photo

LOOK = ImageSpec(8, 12)


@pytest.fixture
def folder(tmp_path):
    """Nine photos, in the order of their names."""
    place = tmp_path / "photos"
    place.mkdir()
    for number in range(9):
        smooth_photo(number).save(place / f"{number} & co.png")
    return place


@pytest.fixture
def nine(folder):
    return ImageFiles(find_images(folder))


HALVES = Image.new("RGB", (20, 10), "blue")
HALVES.paste("red", (0, 0, 10, 10))
SIDEWAYS = Image.Exif()
SIDEWAYS[0x0112] = 6  # to be turned clockwise by a quarter


def saved(image, path, **options):
    image.save(path, **options)
    return decode(path)


@pytest.mark.parametrize(
    ("name", "mode"),
    [("a.JPG", "RGB"), ("b.Jpeg", "CMYK"), ("c.png", "P"), ("d.PNG", "RGBA"), ("e.gif", "P"), ("f", "RGB")],
)
def test_every_format_shows_the_same_colours(name, mode, tmp_path):
    image = saved(HALVES.convert(mode), tmp_path / name, format="png" if name == "f" else None, quality=95)
    assert (image.mode, image.size) == ("RGB", (20, 10))
    assert np.allclose(image.getpixel((3, 5)), (255, 0, 0), atol=12)
    assert np.allclose(image.getpixel((16, 5)), (0, 0, 255), atol=12)


def test_grey_images_of_8_and_16_bits_keep_their_brightness(tmp_path):
    ramp = np.linspace(0, 255, 50).astype(np.uint8).reshape(5, 10)
    eight = saved(Image.fromarray(ramp), tmp_path / "8.png")
    sixteen = saved(Image.fromarray(ramp.astype(np.uint16) * 257), tmp_path / "16.png")
    assert (np.asarray(eight)[..., 0] == ramp).all()
    assert (np.asarray(sixteen) == np.asarray(eight)).all()


def test_what_is_transparent_is_white(tmp_path):
    image = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
    image.putpixel((1, 1), (255, 0, 0, 255))
    for name, mode in (("a.png", "RGBA"), ("b.png", "P")):
        shown = saved(image.convert(mode), tmp_path / name)
        assert shown.getpixel((0, 0)) == (255, 255, 255)
        assert shown.getpixel((1, 1)) == (255, 0, 0)


def test_a_photo_stored_on_its_side_is_turned_upright(tmp_path):
    stored = HALVES.transpose(Image.Transpose.ROTATE_90)
    image = saved(stored, tmp_path / "a.jpg", exif=SIDEWAYS, quality=95)
    assert image.size == (20, 10)
    assert np.allclose(image.getpixel((3, 5)), (255, 0, 0), atol=12)


@pytest.mark.parametrize("size", [(1, 1), (1, 2000), (2000, 1)])
@pytest.mark.parametrize("keep_aspect", [True, False])
def test_images_of_any_size_become_arrays_of_one(size, keep_aspect, tmp_path):
    Image.new("RGB", size, "red").save(tmp_path / "a.png")
    pixels = ImageFiles([tmp_path / "a.png"]).pixels(ImageSpec(8, 12, keep_aspect))
    assert np.asarray(pixels).shape == (1, 8, 12, 3)
    assert (np.asarray(pixels)[0] == (255, 0, 0)).all(axis=2).any()


def test_the_aspect_is_kept_or_ignored(tmp_path):
    HALVES.save(tmp_path / "a.png")
    one = ImageFiles([tmp_path / "a.png"])
    kept = np.asarray(one.pixels(ImageSpec(20, 20, keep_aspect=True)))[0]
    stretched = np.asarray(one.pixels(ImageSpec(20, 20)))[0]
    assert (kept[[0, 4, 15, 19]] == GREY).all()
    assert (kept[5:15, 0] == (255, 0, 0)).all()
    assert (stretched[:, 0] == (255, 0, 0)).all()


def test_a_filter_of_pillow_smooths(folder):
    noise = np.random.default_rng(0).integers(0, 255, (30, 30, 3), dtype=np.uint8)
    Image.fromarray(noise).save(folder / "noise.png")
    rough, smooth = (
        np.asarray(ImageFiles([folder / "noise.png"]).pixels(ImageSpec(30, 30, smoothing=name)), float)
        for name in (None, "SMOOTH")
    )
    assert (rough[0] == noise).all()
    assert smooth.std() < rough.std()
    with pytest.raises(ModelError, match="did you mean 'SMOOTH'"):
        ImageSpec(30, 30, smoothing="SMOTH")


def test_rows_are_chosen_like_those_of_an_array(nine, folder):
    whole = np.asarray(nine.pixels(LOOK))
    part = nine[np.array([7, 2, 2])]
    assert len(part) == 3
    assert [path.name for path in part.paths] == ["7 & co.png", "2 & co.png", "2 & co.png"]
    assert (np.asarray(part.pixels(LOOK)) == whole[[7, 2, 2]]).all()
    assert (part[[2]].pixels(LOOK)[[0]] == whole[[2]]).all()
    assert part.pixels(LOOK).shape == (3, 8, 12, 3)
    assert (whole[4] == LOOK.pixels(decode(folder / "4 & co.png"))).all()


def test_the_id_is_that_of_the_bytes_and_their_order(nine, folder, tmp_path):
    moved = [(tmp_path / f"other{n}").with_suffix(".bmp") for n in range(9)]
    for old, new in zip(find_images(folder), moved, strict=True):
        new.write_bytes(old.read_bytes())
    assert content_id(ImageFiles(moved)) == content_id(nine)
    assert ImageFiles(moved) == nine
    assert content_id(nine[::-1]) != content_id(nine) != content_id(nine[:8])
    moved[0].write_bytes(moved[1].read_bytes())
    assert content_id(ImageFiles(moved)) != content_id(nine)


def test_files_are_decoded_once_for_each_look(folder, monkeypatch):
    seen = []
    monkeypatch.setattr(images, "decode", lambda path: seen.append(path) or decode(path))
    for look in (ImageSpec(7, 12), ImageSpec(7, 13)):
        for _ in range(2):
            ImageFiles(find_images(folder))[[1, 2]].pixels(look)[[0]]
    assert len(seen) == 18


BROKEN = {
    "empty": b"",
    "text": b"I am no image, whatever my name says",
    "truncated": None,
}


@pytest.fixture(params=sorted(BROKEN))
def broken(request, folder):
    path = folder / "5 & co.png"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] if BROKEN[request.param] is None else BROKEN[request.param])
    return ImageFiles(find_images(folder))


def test_a_file_that_is_no_image_gives_one_line_with_its_name(broken):
    with pytest.raises(DataError) as caught:
        broken.pixels(LOOK)
    assert "5 & co.png must be decoded as an image" in str(caught.value)
    assert "--skip-bad-images" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_broken_images_are_skipped_and_counted_on_request(broken):
    y = np.arange(9) % 2
    dataset = make_dataset(y, X=broken, X_test=broken, test_ids=np.arange(9), groups=np.arange(9))
    rest, complaints = without_broken(dataset)
    assert len(complaints) == 2
    assert all("5 & co.png" in line for line in complaints)
    assert rest.y.tolist() == np.delete(y, 5).tolist()
    assert len(rest.groups) == len(rest.X) == 8
    assert (np.asarray(rest.X_test.pixels(LOOK))[5] == GREY).all()
    assert np.asarray(rest.X.pixels(LOOK))[5].std() > 0
    assert len(rest.X.metadata()) == 8


def test_a_missing_file_and_an_empty_folder_are_named(tmp_path):
    with pytest.raises(DataError, match=r"gone\.jpg must be readable"):
        ImageFiles([tmp_path / "gone.jpg"]).pixels(LOOK)
    (tmp_path / ".DS_Store").touch()
    with pytest.raises(DataError, match="must hold images, got no files"):
        find_images(tmp_path)
    with pytest.raises(DataError, match="got no folder"):
        find_images(tmp_path / "Train")


def test_metadata_is_what_can_be_known_without_looking(tmp_path):
    smooth_photo(size=(33, 22)).save(tmp_path / "a.JPG")
    (tmp_path / "b.png").write_bytes(b"broken")
    first, second = ImageFiles(find_images(tmp_path)).metadata().to_dict("records")
    size = (tmp_path / "a.JPG").stat().st_size
    assert first == {"width": 33, "height": 22, "bytes": size, "suffix": ".jpg"}
    assert second == {"width": 0, "height": 0, "bytes": 6, "suffix": ".png"}


def test_reading_batches_takes_no_memory_for_the_rest(tmp_path):
    code = """
import resource, sys
import numpy as np
from pathlib import Path
from podium.storage.atomic import write_blocks
from podium.data.cached_pixels import CachedPixels

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

path, n = Path(sys.argv[1]) / "pixels.npy", 20_000
before = peak()
blocks = (np.full((500, 64, 64, 3), i % 256, np.uint8) for i in range(n // 500))
write_blocks(path, (n, 64, 64, 3), np.dtype(np.uint8), blocks)
pixels, rng = CachedPixels(path, (64, 64, 3), np.arange(n)), np.random.default_rng(0)
sums = [pixels[rng.integers(n, size=32)].mean() for _ in range(500)]
print(peak() - before, path.stat().st_size / 2**20)
"""
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    grown, size = map(float, ran.stdout.split())
    assert size > 230
    assert grown < size / 2


def test_pixels_are_an_array_to_numpy(nine):
    assert np.asarray(nine.pixels(LOOK), dtype=np.float32).dtype == np.float32
    assert nine.pixels(LOOK).ndim == 4
    buffer = io.BytesIO()
    np.save(buffer, np.asarray(nine.pixels(LOOK)))
    assert buffer.tell() > 9 * 8 * 12 * 3
