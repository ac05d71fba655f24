"""Shitpost likes: how many likes does a meme get? A picture, and where it is known its title and time."""

from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw

from podium.competition import Competition
from podium.dataset import Dataset
from podium.images import ImageFiles
from podium.parts import Parts
from podium.tables import read_features, read_header, read_numbers, read_texts


def load(folder: Path) -> Dataset:
    train, test = folder / "train.csv", folder / "test.csv"
    X = _rows(train)
    return Dataset(
        X=X,
        y=read_numbers(train, ["likes"])["likes"].to_numpy(),
        X_test=_rows(test),
        test_ids=read_texts(test, ["id"])["id"].to_numpy(),
        groups=X.named["images"].lookalikes(),
    )


def _rows(path: Path) -> Parts:
    """`title` and `created_utc`, in seconds, may be missing: models of them then say a constant."""
    known = set(read_header(path))
    files = [path.parent / name for name in read_texts(path, ["image"])["image"]]
    text = pd.Series("", index=range(len(files)), dtype=str)
    seconds = pd.Series(0.0, index=text.index)
    if "title" in known:
        text = read_texts(path, ["title"])["title"]
    if "created_utc" in known:
        seconds = read_features(path, ["created_utc"])["created_utc"]
    table = pd.DataFrame({"created": pd.to_datetime(seconds, unit="s")})
    return Parts({"images": ImageFiles(files), "text": pd.DataFrame({"text": text}), "table": table})


def toy(folder: Path) -> None:
    """Drawn memes: bright ones with a large face are liked, and those whose title says so."""
    rng, n = np.random.default_rng(0), 320
    (folder / "images").mkdir(parents=True)
    bright, face, funny = rng.random((3, n))
    likes = 750 * np.exp(2 * bright + 1.5 * face + 0.5 * (funny > 0.5) + rng.normal(0, 0.15, n))
    names = [f"images/toy-{row}.jpg" for row in range(n)]
    for name, light, size in zip(names, bright, face, strict=True):
        _drawn(rng, light, size).save(folder / name)
    table = pd.DataFrame(
        {
            "id": [f"toy-{row}" for row in range(n)],
            "image": names,
            "created_utc": 1_500_000_000 + rng.integers(0, 10**7, n),
            "title": np.where(funny > 0.5, "this is hilarious", "a picture of a face"),
            "likes": likes.round().astype(int),
        }
    )
    train, test = table[:240], table[240:].drop(columns="likes")
    train.to_csv(folder / "train.csv", index=False)
    test.to_csv(folder / "test.csv", index=False)
    test[["id"]].assign(likes=1000).iloc[::-1].to_csv(folder / "sample_submission.csv", index=False)


def _drawn(rng: np.random.Generator, light: float, size: float) -> Image.Image:
    noise = rng.integers(0, 40, (96, 96, 3)) + int(200 * light)
    image = Image.fromarray(noise.astype(np.uint8))
    x, y, r = *rng.integers(36, 60, 2), 8 + 24 * size
    ImageDraw.Draw(image).ellipse((x - r, y - r, x + r, y + r), (230, 180, 40))
    return image


LOG = {"log": True}  # what is liked twice as much counts the same everywhere
MOBILENET = {"weights": "imagenet", "cut": "conv_pw_12_relu", **LOG}
RANDOM = {"weights": None, "side": 32, "cut": "conv_pw_3_relu"}
BASELINES = ("ridge", "sgd", "xgboost", "knn")

COMPETITION = Competition(
    name="shitpost-likes",
    slug="shitpost-likes",
    title="Shitpost likes: how many likes does a meme get?",
    metric="rmsle",
    also=("r2_log", "spearman", "mae", "rmse", "r2"),
    id_column="id",
    target_column="likes",
    load=load,
    toy=toy,
    roster={
        "constant": LOG,
        "constant@median": {"strategy": "median"},
        "constant@mean": {"strategy": "mean"},
        "metadata": LOG,
        "table-xgboost": LOG,
        **{f"text-{name}": LOG for name in BASELINES},
        **{f"frozen-mobilenet@{name}": {**MOBILENET, "regressor": name} for name in BASELINES},
    },
    toy_params={f"frozen-mobilenet@{name}": RANDOM for name in BASELINES},
)
