"""Shitpost likes: how many likes does a meme get? A picture, and where it is known its title and time."""

from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw

from podium.competition.declaration import Competition
from podium.data.csv_files import read_features, read_header, read_numbers, read_texts
from podium.data.dataset import Dataset
from podium.data.images import ImageFiles, lookalikes
from podium.data.multimodal import MultimodalRows
from podium.data.task import Regression
from podium.plots import examples, lengths, over_time, target


def load(folder: Path) -> Dataset:
    train, test = folder / "train.csv", folder / "test.csv"
    X = _rows(train)
    return Dataset(
        X=X,
        y=read_numbers(train, ["likes"])["likes"].to_numpy(),
        X_test=_rows(test) if test.exists() else X[:0],
        test_ids=read_texts(test, ["id"])["id"].to_numpy() if test.exists() else np.zeros(0),
        task=Regression(),
        groups=lookalikes(X.parts["images"]),
    )


def _rows(path: Path) -> MultimodalRows:
    known = set(read_header(path))  # title and created_utc may be missing: their models say a constant then
    columns = sorted(known & {"created_utc"}), ["image", *sorted(known & {"title"})]
    table = read_features(path, *columns).reindex(columns=["image", "title", "created_utc"])
    images = ImageFiles([path.parent / str(name) for name in table["image"]])
    return _parts(table.fillna({"created_utc": 0}), images)


def _parts(table: pd.DataFrame, images: ImageFiles) -> MultimodalRows:
    texts = table["title"].astype("str").fillna("").to_frame("text")
    times = pd.to_datetime(table["created_utc"], unit="s").to_frame("created")
    lengths = pd.DataFrame({"characters": texts["text"].str.len(), "words": texts["text"].str.count(r"\w+")})
    return MultimodalRows({"images": images, "text": texts, "table": lengths, "times": times})


def toy(folder: Path) -> None:
    """Drawn memes: bright ones with a large face are liked, and those whose title says so."""
    rng, n = np.random.default_rng(0), 240
    (folder / "images").mkdir(parents=True, exist_ok=True)
    bright, face, funny = rng.random((3, n))
    likes = 750 * np.exp(2 * bright + 1.5 * face + 0.5 * (funny > 0.5) + rng.normal(0, 0.15, n))
    table = pd.DataFrame({"id": [f"toy-{row}" for row in range(n)]})
    table["image"] = "images/" + table["id"] + ".jpg"
    table["created_utc"] = 1_500_000_000 + rng.integers(0, 10**7, n)
    table["title"] = np.where(funny > 0.5, "this is hilarious", "a picture of a face")
    for name, light, size in zip(table["image"], bright, face, strict=True):
        noise = rng.integers(0, 40, (96, 96, 3)) + int(200 * light)
        image, (x, y, r) = Image.fromarray(noise.astype(np.uint8)), (*rng.integers(36, 60, 2), 8 + 24 * size)
        ImageDraw.Draw(image).ellipse((x - r, y - r, x + r, y + r), (230, 180, 40))
        image.save(folder / name)
    table[:180].assign(likes=likes[:180].round().astype(int)).to_csv(folder / "train.csv", index=False)
    table[180:].to_csv(folder / "test.csv", index=False)
    table[:179:-1][["id"]].assign(likes=1000).to_csv(folder / "sample_submission.csv", index=False)


LOG, BASELINES = {"log": True}, ("ridge", "sgd", "xgboost", "knn")  # doubling counts the same everywhere
MOBILENET, RANDOM = {"weights": "imagenet", "cut": "conv_pw_12_relu"}, {"weights": None, "views": "one"}
BODIES = {"mobilenet": MOBILENET, "alexnet": RANDOM, "resnet18": RANDOM, "vgg16": {**RANDOM, "side": 64}}
CUTS = {"mobilenet": "conv_pw_3_relu", "alexnet": "conv2", "resnet18": "conv2_1", "vgg16": "block1_pool"}
TITLES = [*(f"text-{name}" for name in BASELINES), "table-ridge"]
PICTURES = ["frozen-mobilenet@ridge", "frozen-mobilenet@xgboost", "pair-mobilenet"]


def _on(bodies: dict[str, dict[str, object]]) -> dict[str, dict[str, object]]:
    mobilenet, kinds = bodies["mobilenet"], ("triplet-euclidean", "triplet-cosine", "pair")
    models = {f"frozen-mobilenet@{name}": {**mobilenet, "regressor": name} for name in BASELINES}
    models |= {f"{kind}-mobilenet@k100": {**mobilenet, "k": 100} for kind in kinds[:2]}
    models |= {f"{kind}-{body}": params for body, params in bodies.items() for kind in kinds}
    return {name: {**params, **LOG} for name, params in models.items()}


COMPETITION = Competition(
    name="shitpost-likes",
    slug="shitpost-likes",
    title="Shitpost likes: how many likes does a meme get?",
    metric="rmsle",
    extra_metrics=("r2_log", "spearman", "mae", "rmse", "r2"),
    id_column="id",
    target_column="likes",
    load=load,
    rows=lambda titles, images: _parts(pd.DataFrame({"title": titles, "created_utc": np.nan}), images),
    toy=toy,
    plots=(target("likes", log=True), over_time("created"), lengths("text"), examples()),
    roster={
        **dict.fromkeys(("constant", "metadata", "time", *TITLES), LOG),  # the table is of the title's length
        **{f"constant@{name}": {"strategy": name} for name in ("median", "mean")},
        **_on(BODIES),
    },
    toy_params=_on({body: {"weights": None, "side": 64, "cut": cut} for body, cut in CUTS.items()}),
    averages={"picture": PICTURES, "title": TITLES, "picture-and-title": [*PICTURES, *TITLES]},
    ranges=(750, 1001, 1501, 2001),
)
