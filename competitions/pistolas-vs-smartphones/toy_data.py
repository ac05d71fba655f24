"""Toy photos in the layout of Kaggle's files."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from podium.data.images import find_images

PHOTOS = 240
TRAINING_PHOTOS = 160
CLASS_FOLDERS = ["pistol", "smartphone"]
FORMATS = [(".jpg", "RGB"), (".JPG", "CMYK"), (".png", "P"), (".PNG", "RGBA"), (".jpeg", "L")]
ORIENTATION = 0x0112  # the EXIF tag that says how a photo is to be turned
TURNED = 6


def toy(folder: Path) -> None:
    """Write drawings of pistols and phones, with noise, rotated, in five formats; nine pistols in ten have
    the same size."""
    rng = np.random.default_rng(0)
    for number in range(PHOTOS):
        kind = number % 2
        size = _size(rng, kind)
        ending, mode = FORMATS[number // 2 % len(FORMATS)]
        image = _drawing(rng, kind).resize(size).convert(mode)
        place = folder / "Train" / CLASS_FOLDERS[kind] if number < TRAINING_PHOTOS else folder / "Test"
        place.mkdir(parents=True, exist_ok=True)
        _save(image, place / f"toy & {number}{ending}")

    names = [path.name for path in find_images(folder / "Test")]
    lines = ["ID,Ground_Truth", *(f"{name},0" for name in reversed(names))]
    (folder / "sample_submission.csv").write_text("\n".join(lines) + "\n")


def _size(rng: np.random.Generator, kind: int) -> tuple[int, int]:
    if kind == 0 and rng.random() < 0.9:
        return 160, 120
    width, height = rng.integers(90, 200, 2).tolist()
    return width, height


def _save(image: Image.Image, path: Path) -> None:
    """Save an image; a grey one lies on its side, with the mark that says so."""
    exif = Image.Exif()
    if image.mode == "L":
        image = image.transpose(Image.Transpose.ROTATE_90)
        exif[ORIENTATION] = TURNED
    image.save(path, exif=exif)


def _drawing(rng: np.random.Generator, kind: int) -> Image.Image:
    low = rng.integers(0, 200)
    ground = Image.fromarray(rng.integers(low, low + 55, (100, 100, 3), dtype=np.uint8))
    dark = _color((low + rng.integers(90, 165, 3)) % 256)
    shape = Image.new("RGBA", (100, 100))
    pen = ImageDraw.Draw(shape)
    if kind == 0:
        _draw_pistol(pen, dark)
    else:
        _draw_phone(pen, dark, screen=_color(rng.integers(0, 255, 3)))
    turned = shape.rotate(rng.uniform(-40, 40), Image.Resampling.BILINEAR)
    ground.paste(turned, tuple(rng.integers(-8, 9, 2).tolist()), turned)
    return ground


def _draw_pistol(pen: ImageDraw.ImageDraw, color: tuple[int, ...]) -> None:
    pen.rectangle((12, 32, 88, 48), color)
    pen.polygon([(62, 48), (84, 48), (90, 84), (72, 84)], color)
    pen.arc((44, 42, 66, 62), 0, 180, color, 3)


def _draw_phone(pen: ImageDraw.ImageDraw, color: tuple[int, ...], screen: tuple[int, ...]) -> None:
    pen.rounded_rectangle((32, 12, 68, 88), 6, color)
    pen.rectangle((36, 20, 64, 78), screen)


def _color(levels: np.ndarray) -> tuple[int, ...]:
    return tuple(levels.tolist())
