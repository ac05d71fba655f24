"""Toy pictures in the layout of Kaggle's files."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from podium.data.images import find_images

PICTURES = 300
TRAINING_PICTURES = 200
NAMES = ["Nino Nakano", "itsuki", "Йоцуба", "みく", "一花"]  # in the order in which they are found
HAIR = [(230, 130, 170), (190, 40, 40), (240, 150, 40), (120, 70, 60), (235, 190, 200)]
PALETTE_PICTURE = 7  # the only one that is a PNG with a palette
TWICE_LABELLED = 3  # the picture that lies in two folders
COPIED = (20, 21, 22)


def toy(folder: Path) -> None:
    """Write drawn heads of many sizes, which differ by their hair and by what is worn in it. Some pictures
    are there again, as they are and smaller, and one is in two folders."""
    rng = np.random.default_rng(0)
    for number in range(PICTURES):
        kind = number % len(NAMES)
        place = folder / "train" / NAMES[kind] if number < TRAINING_PICTURES else folder / "test"
        place.mkdir(parents=True, exist_ok=True)
        width, height = (np.array([60, 90]) * rng.uniform(0.8, 1.6)).astype(int).tolist()
        image = _head(rng, kind).resize((width, height))
        if number == PALETTE_PICTURE:
            image.convert("P").save(place / f"{number:04}.png")
        else:
            image.save(place / f"{number:04}.jpeg")
        if number in COPIED:
            content = (place / f"{number:04}.jpeg").read_bytes()
            (place / f"copy of {number}.jpeg").write_bytes(content)
            image.resize((48, 72)).save(place / f"{number}, smaller.jpeg")
        if number == TWICE_LABELLED:
            image.save(folder / "train" / NAMES[0] / f"{number} again.jpeg")

    lines = ["ID,Character", *(f"{path.name},{NAMES[0]}" for path in find_images(folder / "test"))]
    (folder / "sample_submission.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _head(rng: np.random.Generator, kind: int) -> Image.Image:
    image = Image.new("RGB", (60, 90), tuple(rng.integers(0, 256, 3).tolist()))
    x, y = rng.integers(-6, 7, 2).tolist()
    pen = ImageDraw.Draw(image)
    pen.ellipse((12 + x, 18 + y, 48 + x, 74 + y), HAIR[kind])
    pen.ellipse((18 + x, 30 + y, 42 + x, 62 + y), (250, 220, 190))
    for eye in (24, 34):
        pen.ellipse((eye + x, 42 + y, eye + 4 + x, 48 + y), (40, 60, 120))
    if kind % 2 == 1:
        pen.polygon([(14 + x, 14 + y), (26 + x, 22 + y), (14 + x, 30 + y)], (20, 160, 60))
    light = Image.fromarray(rng.integers(0, 256, (9, 8, 3), dtype=np.uint8))
    return Image.blend(image, light.resize(image.size), 0.3)
