"""Toy memes in the layout that the collector writes."""

from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw

MEMES = 240
TRAINING_MEMES = 180


def toy(folder: Path) -> None:
    """Write drawn memes. They are liked more if they are bright, if the face is large, and if the title says
    that they are funny."""
    rng = np.random.default_rng(0)
    bright, face, funny = rng.random((3, MEMES))
    is_funny = funny > 0.5
    likes = 750 * np.exp(2 * bright + 1.5 * face + 0.5 * is_funny + rng.normal(0, 0.15, MEMES))
    names = [f"toy-{number}" for number in range(MEMES)]
    table = pd.DataFrame(
        {
            "id": names,
            "image": [f"images/{name}.jpg" for name in names],
            "created_utc": 1_500_000_000 + rng.integers(0, 10**7, MEMES),
            "title": np.where(is_funny, "this is hilarious", "a picture of a face"),
        }
    )
    (folder / "images").mkdir(parents=True, exist_ok=True)
    for path, light, size in zip(table["image"], bright, face, strict=True):
        _draw(rng, light, size).save(folder / path)

    train = table[:TRAINING_MEMES].assign(likes=likes[:TRAINING_MEMES].round().astype(int))
    test = table[TRAINING_MEMES:]
    sample = test[["id"]][::-1].assign(likes=1000)
    train.to_csv(folder / "train.csv", index=False)
    test.to_csv(folder / "test.csv", index=False)
    sample.to_csv(folder / "sample_submission.csv", index=False)


def _draw(rng: np.random.Generator, bright: float, face: float) -> Image.Image:
    """Return a disc on a noisy ground; `bright` and `face` go from 0 to 1."""
    ground = rng.integers(0, 40, (96, 96, 3)) + int(200 * bright)
    image = Image.fromarray(ground.astype(np.uint8))
    x, y = rng.integers(36, 60, 2)
    radius = 8 + 24 * face
    ImageDraw.Draw(image).ellipse((x - radius, y - radius, x + radius, y + radius), (230, 180, 40))
    return image
