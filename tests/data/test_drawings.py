"""Drawn figures come out as MNIST has its digits."""

import numpy as np
import pytest
from PIL import Image

from podium.data.drawings import read_drawing
from podium.errors import DataError
from support.makers import seven


def drawn(image, tmp_path):
    image.save(tmp_path / "drawing.png")
    return read_drawing(tmp_path / "drawing.png", 28)


def test_a_figure_is_light_on_dark_fills_a_box_of_20_and_has_its_mass_in_the_middle(tmp_path):
    pixels = drawn(seven(), tmp_path)
    assert (pixels.shape, pixels.dtype, pixels.max()) == ((28, 28, 1), np.uint8, 255)
    rows, columns, _ = np.nonzero(pixels)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
    for axis in (0, 1):
        mass = pixels.sum(axis=(1 - axis, 2)) @ np.arange(28) / pixels.sum()
        assert mass == pytest.approx(14, abs=0.5)


@pytest.mark.parametrize(
    "other",
    [seven("black", "white"), seven(at=(150, 130)), seven("#dddddd", "#222255"), seven(size=(400, 200))],
    ids=["dark ground", "elsewhere", "grey paper", "another frame"],
)
def test_neither_ground_nor_place_matter(other, tmp_path):
    difference = drawn(seven(), tmp_path).astype(int) - drawn(other, tmp_path).astype(int)
    assert np.abs(difference).mean() < 2


def test_a_digit_that_is_read_again_is_the_same_but_for_one_pixel_s_rounding(tmp_path):
    digit = drawn(seven(), tmp_path)[:, :, 0]
    again = drawn(Image.fromarray(255 - digit).resize((280, 280)), tmp_path)[:, :, 0]
    shifts = [np.roll(again, (down, right), axis=(0, 1)) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    assert max(np.corrcoef(digit.ravel(), shift.ravel())[0, 1] for shift in shifts) > 0.9


@pytest.mark.parametrize("ground", ["white", "black", "#808080"])
def test_an_empty_ground_is_no_figure(ground, tmp_path):
    with pytest.raises(DataError, match="must hold a drawn figure"):
        drawn(Image.new("RGB", (280, 280), ground), tmp_path)
