"""Digit Recognizer: images of handwritten digits (MNIST, 28x28, grey) in ten classes, scored by accuracy."""

from pathlib import Path

import numpy as np
import pandas as pd

from podium.competition.declaration import Competition, Reference
from podium.data.csv_files import read_whole_numbers
from podium.data.dataset import Dataset
from podium.data.task import Classification, encode_labels
from podium.plots import examples

from .toy_data import toy

SIDE = 28
PIXELS = [f"pixel{i}" for i in range(SIDE * SIDE)]
CLASSES = np.arange(10)
TOY_CNN = {"epochs": 2, "batch_size": 32, "views": "one"}  # small batches: more steps in the same time


def load(folder: Path) -> Dataset:
    """Read the two tables of pixels. The sample submission numbers the test rows from 1."""
    train_path = folder / "train.csv"
    train = read_whole_numbers(train_path, ["label", *PIXELS], low=0, high=255)
    test = read_whole_numbers(folder / "test.csv", PIXELS, low=0, high=255)
    return Dataset(
        X=_images(train[PIXELS]),
        y=encode_labels(train["label"], CLASSES.tolist(), source=f"{train_path}: label"),
        X_test=_images(test),
        test_ids=np.arange(1, len(test) + 1),
        task=Classification(CLASSES),
    )


def _images(pixels: pd.DataFrame) -> np.ndarray:
    """Return the rows of a table as images (n, 28, 28, 1)."""
    return pixels.to_numpy().reshape(-1, SIDE, SIDE, 1)


COMPETITION = Competition(
    name="digit-recognizer",
    slug="digit-recognizer",
    title="Digit Recognizer: handwritten digits, ten classes",
    metric="accuracy",
    id_column="ImageId",
    target_column="Label",
    load=load,
    toy=toy,
    plots=(examples(),),
    roster={
        "constant": {},
        "gaussian-nb": {},
        "multinomial-nb": {},
        "ridge": {},
        "sgd": {},
        "logistic-regression": {},
        "xgboost": {},
        "mlp": {},
        "cnn": {},
        "cnn4": {},
        "cnn6": {"epochs": 8},  # the whole roster in less than 90 minutes on two cores
    },
    toy_params={
        "sgd": {"tol": 1e-2},
        "logistic-regression": {"tol": 1e-2},
        "xgboost": {"n_estimators": 40, "max_depth": 3, "learning_rate": 0.4, "n_jobs": 1},
        "mlp": {"epochs": 3, "batch_size": 16},
        "cnn": TOY_CNN,
        "cnn4": TOY_CNN,
        "cnn6": {**TOY_CNN, "epochs": 1, "batch_size": 16},
    },
    references=(
        Reference("report: cnn", 0.9902, "seed report, accuracy on one 10 % split"),
        Reference(
            "best honest Kaggle score", 0.99757, "an ensemble of 15 augmented CNNs, public leaderboard"
        ),
    ),
)
