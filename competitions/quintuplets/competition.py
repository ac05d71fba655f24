"""Quintuplets: which of the sisters is in the picture? Each folder is a class; scored by accuracy."""

from pathlib import Path

import numpy as np

from podium.competition.declaration import Competition, Reference
from podium.data.dataset import Dataset
from podium.data.images import ImageFiles, find_classes, find_images, lookalikes
from podium.data.task import Classification
from podium.plots import photos

from .toy_data import toy

MOBILENET = {"weights": "imagenet", "cut": "conv_pw_12_relu"}
FINETUNED = {**MOBILENET, "unfrozen": 20, "epochs": 5, "learning_rate": 5e-4}  # all but the first two blocks
TOY_MOBILENET = {"weights": None, "side": 32, "cut": "conv_pw_8_relu"}
TOY_SMALL = {"height": 60, "width": 40, "epochs": 6}


def load(folder: Path) -> Dataset:
    """Read the pictures of each folder. Pictures that look alike are one group."""
    characters = find_classes(folder / "train")
    test = find_images(folder / "test")
    X = ImageFiles([path for paths in characters.values() for path in paths])
    return Dataset(
        X=X,
        y=np.repeat(np.arange(len(characters)), [len(paths) for paths in characters.values()]),
        X_test=ImageFiles(test),
        test_ids=np.array([path.name for path in test]),
        task=Classification(np.array(list(characters))),
        groups=lookalikes(X),
    )


COMPETITION = Competition(
    name="quintuplets",
    slug="quintuplets",
    title="Quintuplets: which sister is it?",
    metric="accuracy",
    id_column="ID",
    target_column="Character",
    load=load,
    toy=toy,
    plots=photos(),
    roster={
        "constant": {},
        "metadata": {},
        "cnn-small": {"factory": "networks:cnn_small"},
        "cnn-small-reg": {"factory": "networks:cnn_small_reg"},
        "efficientnetb0": {"factory": "networks:efficientnetb0"},
        "frozen-mobilenet": MOBILENET,
        "finetune-mobilenet": {**FINETUNED, "side": 160},
        "finetune-mobilenet@128": {**FINETUNED, "side": 128},
    },
    toy_params={
        "cnn-small": TOY_SMALL,
        "cnn-small-reg": TOY_SMALL,
        "efficientnetb0": {"height": 60, "width": 40, "epochs": 2, "weights": None, "cut": "block2b_add"},
        "frozen-mobilenet": TOY_MOBILENET,
        "finetune-mobilenet": {**TOY_MOBILENET, "epochs": 3},
        "finetune-mobilenet@128": {**TOY_MOBILENET, "epochs": 3},
    },
    references=(
        Reference("report: efficientnetb0", 0.968, "test peak on a split that leaks", "efficientnetb0"),
        Reference("report: cnn-small-reg, 15 characters", 0.70, "test split"),
    ),
)
