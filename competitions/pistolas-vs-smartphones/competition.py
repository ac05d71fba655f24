"""Pistolas vs smartphones: does a photo show a pistol (0) or a smartphone (1)? Scored by accuracy."""

from pathlib import Path

import numpy as np

from podium.competition.declaration import Competition, Reference
from podium.data.dataset import Dataset
from podium.data.images import ImageFiles, find_images, lookalikes
from podium.data.task import Classification
from podium.plots import photos

from .toy_data import toy

IMAGENET_CLASSES = {
    0: {413: "assault rifle", 597: "holster", 763: "revolver", 764: "rifle"},
    1: {487: "cellular telephone", 590: "hand-held computer", 605: "iPod", 761: "remote control"},
}
MOBILENET = {"weights": "imagenet", "cut": "conv_pw_12_relu"}
TOY_MOBILENET = {"weights": None, "side": 32, "cut": "conv_pw_8_relu"}
TOY_SCRATCH = {"seeds": 1, "epochs": 4}


def load(folder: Path) -> Dataset:
    """Read the photos of both classes and of the test set. Photos that look alike are one group."""
    pistols = find_images(folder / "Train" / "pistol")
    phones = find_images(folder / "Train" / "smartphone")
    test = find_images(folder / "Test")
    X = ImageFiles([*pistols, *phones])
    return Dataset(
        X=X,
        y=np.repeat([0, 1], [len(pistols), len(phones)]),
        X_test=ImageFiles(test),
        test_ids=np.array([path.name for path in test]),
        task=Classification(np.array([0, 1]), ["pistol", "smartphone"]),
        groups=lookalikes(X),
    )


COMPETITION = Competition(
    name="pistolas-vs-smartphones",
    slug="pistolas-vs-smartphones-con-deep-learning",
    title="Pistolas vs smartphones: photos, two classes",
    metric="accuracy",
    id_column="ID",
    target_column="Ground_Truth",
    load=load,
    toy=toy,
    plots=photos(),
    roster={
        "constant": {},
        "metadata": {},
        "ridge": {},
        "sgd": {},
        "gaussian-nb": {},
        "xgboost": {},
        "scratch-lenet": {"seeds": 2},
        "scratch-vgg": {"seeds": 2},
        "imagenet-zero-shot": {"classes": IMAGENET_CLASSES},
        "frozen-mobilenet": MOBILENET,
        "finetune-mobilenet": MOBILENET,
        "frozen-mobilenet@ridge": {"classifier": "ridge", **MOBILENET},
        "frozen-mobilenet@sgd": {"classifier": "sgd", **MOBILENET},
        "frozen-mobilenet@gaussian-nb": {"classifier": "gaussian-nb", **MOBILENET},
        "frozen-mobilenet@xgboost": {"classifier": "xgboost", **MOBILENET},
    },
    averages={"scratch": ["scratch-lenet", "scratch-vgg"]},
    toy_params={
        "scratch-lenet": TOY_SCRATCH,
        "scratch-vgg": TOY_SCRATCH,
        "imagenet-zero-shot": {"weights": None, "side": 32},
        "frozen-mobilenet": TOY_MOBILENET,
        "finetune-mobilenet": {**TOY_MOBILENET, "epochs": 3},
        "frozen-mobilenet@ridge": TOY_MOBILENET,
        "frozen-mobilenet@sgd": TOY_MOBILENET,
        "frozen-mobilenet@gaussian-nb": TOY_MOBILENET,
        "frozen-mobilenet@xgboost": TOY_MOBILENET,
    },
    references=(
        Reference("report: fine-tuned, 10th place", 0.975, "Kaggle, seed report"),
        Reference("report", 0.952, "Kaggle, three such networks", "scratch"),
        Reference("another team: frozen VGG16", 1.0, "Kaggle, public and private"),
    ),
)
