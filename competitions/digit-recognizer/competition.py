"""Digit Recognizer: 28x28 grey images of handwritten digits (MNIST), ten classes, accuracy."""

from pathlib import Path

import numpy as np
import pandas as pd

from podium.competition.declaration import Competition, Reference
from podium.data.csv_files import read_whole_numbers
from podium.data.dataset import Dataset
from podium.data.task import Classification, encode_labels
from podium.plots import examples

SIDE = 28
PIXELS = [f"pixel{i}" for i in range(SIDE * SIDE)]
CLASSES = range(10)


def load(folder: Path) -> Dataset:
    train = read_whole_numbers(folder / "train.csv", ["label", *PIXELS], low=0, high=255)
    test = read_whole_numbers(folder / "test.csv", PIXELS, low=0, high=255)
    return Dataset(
        X=_images(train[PIXELS]),
        y=encode_labels(train["label"], CLASSES, source=f"{folder / 'train.csv'}: label"),
        X_test=_images(test),
        test_ids=np.arange(1, len(test) + 1),
        task=Classification(np.array(CLASSES)),
    )


def _images(pixels: pd.DataFrame) -> np.ndarray:
    return pixels.to_numpy().reshape(-1, SIDE, SIDE, 1)


def toy(folder: Path) -> None:
    """Scikit-learn's own 1,797 real handwritten digits, enlarged from 8x8 to 28x28."""
    from scipy.ndimage import zoom
    from sklearn.datasets import load_digits

    digits = load_digits()
    order = np.random.default_rng(0).permutation(len(digits.target))
    large = zoom(digits.images[order] * (255 / 16), (1, SIDE / 8, SIDE / 8), order=1)
    pixels = pd.DataFrame(large.round().astype(np.uint8).reshape(-1, SIDE * SIDE), columns=PIXELS)
    pixels.insert(0, "label", digits.target[order])
    train, test = pixels.iloc[:1200], pixels.iloc[1200:].drop(columns="label")
    train.to_csv(folder / "train.csv", index=False)
    test.to_csv(folder / "test.csv", index=False)
    ids = np.arange(1, len(test) + 1)
    pd.DataFrame({"ImageId": ids, "Label": 0}).to_csv(folder / "sample_submission.csv", index=False)


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
    references=(
        Reference("report: cnn", 0.9902, "seed report, accuracy on one 10 % split"),
        Reference(
            "best honest Kaggle score", 0.99757, "an ensemble of 15 augmented CNNs, public leaderboard"
        ),
    ),
)
