"""Shitpost likes: how many likes does a meme get? A picture, and a title and a time where they are known.

Scored by the root mean squared logarithmic error (rmsle): a factor of two counts the same everywhere.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from podium.competition.declaration import Competition
from podium.data.csv_files import read_features, read_header, read_numbers, read_texts
from podium.data.dataset import Dataset
from podium.data.images import ImageFiles, lookalikes
from podium.data.multimodal import MultimodalRows
from podium.data.task import Regression
from podium.plots import examples, lengths, over_time, target

from .toy_data import toy

LOG = {"log": True}  # the model learns the logarithm of the likes
MOBILENET = {"weights": "imagenet", "cut": "conv_pw_12_relu", "log": True}
RANDOM_LAYERS = {"weights": None, "views": "one", "log": True}
TOY_MOBILENET = {"weights": None, "side": 64, "cut": "conv_pw_3_relu"}
TOY_ALEXNET = {"weights": None, "side": 64, "cut": "conv2"}
TOY_RESNET18 = {"weights": None, "side": 64, "cut": "conv2_1"}
TOY_VGG16 = {"weights": None, "side": 64, "cut": "block1_pool"}


def load(folder: Path) -> Dataset:
    """Read the memes. There need be no test.csv. Pictures that look alike are one group."""
    train_path = folder / "train.csv"
    test_path = folder / "test.csv"
    X = _read_rows(train_path)
    X_test = X[:0]
    test_ids = np.zeros(0)
    if test_path.exists():
        X_test = _read_rows(test_path)
        test_ids = read_texts(test_path, ["id"])["id"].to_numpy()
    return Dataset(
        X=X,
        y=read_numbers(train_path, ["likes"])["likes"].to_numpy(),
        X_test=X_test,
        test_ids=test_ids,
        task=Regression(),
        groups=lookalikes(X.parts["images"]),
    )


def question_rows(titles: list[str], images: ImageFiles) -> MultimodalRows:
    """Return a row for each title and image of a person, with no time."""
    return _make_rows(pd.DataFrame({"title": titles, "created_utc": np.nan}), images)


def _read_rows(path: Path) -> MultimodalRows:
    """Return the rows of a table. Where it has no title or no time, all are the same, so that the models
    that read these predict a constant."""
    known = read_header(path)
    numbers = ["created_utc"] if "created_utc" in known else []
    texts = ["image", "title"] if "title" in known else ["image"]
    table = read_features(path, numbers, texts).reindex(columns=["image", "title", "created_utc"])
    images = ImageFiles([path.parent / str(name) for name in table["image"]])
    return _make_rows(table.fillna({"created_utc": 0}), images)


def _make_rows(table: pd.DataFrame, images: ImageFiles) -> MultimodalRows:
    """Return rows whose `table` holds no more than the length of the title."""
    title = table["title"].astype("str").fillna("")
    size = pd.DataFrame({"characters": title.str.len(), "words": title.str.count(r"\w+")})
    created = pd.to_datetime(table["created_utc"], unit="s")
    return MultimodalRows(
        {
            "images": images,
            "text": title.to_frame("text"),
            "table": size,
            "times": created.to_frame("created"),
        }
    )


COMPETITION = Competition(
    name="shitpost-likes",
    slug="shitpost-likes",
    title="Shitpost likes: how many likes does a meme get?",
    metric="rmsle",
    extra_metrics=("r2_log", "spearman", "mae", "rmse", "r2"),
    id_column="id",
    target_column="likes",
    load=load,
    rows=question_rows,
    toy=toy,
    plots=(target("likes", log=True), over_time("created"), lengths("text"), examples()),
    roster={
        "constant": LOG,
        "metadata": LOG,
        "time": LOG,
        "text-ridge": LOG,
        "text-sgd": LOG,
        "text-xgboost": LOG,
        "text-knn": LOG,
        "table-ridge": LOG,
        "constant@median": {"strategy": "median"},
        "constant@mean": {"strategy": "mean"},
        "frozen-mobilenet@ridge": {**MOBILENET, "regressor": "ridge"},
        "frozen-mobilenet@sgd": {**MOBILENET, "regressor": "sgd"},
        "frozen-mobilenet@xgboost": {**MOBILENET, "regressor": "xgboost"},
        "frozen-mobilenet@knn": {**MOBILENET, "regressor": "knn"},
        "triplet-euclidean-mobilenet@k100": {**MOBILENET, "k": 100},
        "triplet-cosine-mobilenet@k100": {**MOBILENET, "k": 100},
        "triplet-euclidean-mobilenet": MOBILENET,
        "triplet-cosine-mobilenet": MOBILENET,
        "pair-mobilenet": MOBILENET,
        "triplet-euclidean-alexnet": RANDOM_LAYERS,
        "triplet-cosine-alexnet": RANDOM_LAYERS,
        "pair-alexnet": RANDOM_LAYERS,
        "triplet-euclidean-resnet18": RANDOM_LAYERS,
        "triplet-cosine-resnet18": RANDOM_LAYERS,
        "pair-resnet18": RANDOM_LAYERS,
        "triplet-euclidean-vgg16": {**RANDOM_LAYERS, "side": 64},
        "triplet-cosine-vgg16": {**RANDOM_LAYERS, "side": 64},
        "pair-vgg16": {**RANDOM_LAYERS, "side": 64},
    },
    toy_params={
        "frozen-mobilenet@ridge": TOY_MOBILENET,
        "frozen-mobilenet@sgd": TOY_MOBILENET,
        "frozen-mobilenet@xgboost": TOY_MOBILENET,
        "frozen-mobilenet@knn": TOY_MOBILENET,
        "triplet-euclidean-mobilenet@k100": TOY_MOBILENET,
        "triplet-cosine-mobilenet@k100": TOY_MOBILENET,
        "triplet-euclidean-mobilenet": TOY_MOBILENET,
        "triplet-cosine-mobilenet": TOY_MOBILENET,
        "pair-mobilenet": TOY_MOBILENET,
        "triplet-euclidean-alexnet": TOY_ALEXNET,
        "triplet-cosine-alexnet": TOY_ALEXNET,
        "pair-alexnet": TOY_ALEXNET,
        "triplet-euclidean-resnet18": TOY_RESNET18,
        "triplet-cosine-resnet18": TOY_RESNET18,
        "pair-resnet18": TOY_RESNET18,
        "triplet-euclidean-vgg16": TOY_VGG16,
        "triplet-cosine-vgg16": TOY_VGG16,
        "pair-vgg16": TOY_VGG16,
    },
    averages={
        "picture": ["frozen-mobilenet@ridge", "frozen-mobilenet@xgboost", "pair-mobilenet"],
        "title": ["text-ridge", "text-sgd", "text-xgboost", "text-knn", "table-ridge"],
        "picture-and-title": [
            "frozen-mobilenet@ridge",
            "frozen-mobilenet@xgboost",
            "pair-mobilenet",
            "text-ridge",
            "text-sgd",
            "text-xgboost",
            "text-knn",
            "table-ridge",
        ],
    },
    ranges=(750, 1001, 1501, 2001),
)
