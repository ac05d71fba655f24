"""Folders of images as Kaggle delivers them, small: what names an image tells its brightness."""

import zlib

import numpy as np
import pandas as pd
from PIL import Image

N, M = 40, 10


def picture(path, level, side=24):
    """Noise of a brightness (0 to 3) at this path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(zlib.crc32(path.name.encode()))
    pixels = rng.integers(60 * level, 60 * level + 70, (side, side, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)


def named(folder, columns, shown, train="train", test="test", suffix=".png", **more):
    """A training table of ids and these columns, a sample submission, and an image for each row. With `more`
    the table and a test table have these columns too."""
    ids = [f"a{row}" for row in range(N + M)]
    for row, one in enumerate(ids):
        picture(folder / (train if row < N else test) / f"{one}{suffix}", row % 4)
    table = pd.DataFrame({"id": ids, **more})
    for name, values in columns.items():
        table[name] = np.resize(values, N + M)
    table[:N].to_csv(folder / "train.csv", index=False)
    if more:
        table[N:][["id", *more]].to_csv(folder / "test.csv", index=False)
    sample = table[N:][["id"]].assign(**shown)
    sample.to_csv(folder / "sample_submission.csv", index=False)


def sample_of(folder, ids, **shown):
    pd.DataFrame({"id": ids}).assign(**shown).to_csv(folder / "sample_submission.csv", index=False)
