"""Small data sets, predictions and competitions for the tests."""

import numpy as np
from hypothesis import settings

from podium.competition import Competition
from podium.dataset import Dataset
from podium.predictions import Predictions

quick = settings(max_examples=30, deadline=None, derandomize=True)


def make_dataset(y, **changes):
    """Training rows numbered from 0 and three test rows; with `classes=None` y is numbers to predict."""
    y = np.asarray(y, dtype=np.float64 if "classes" in changes and changes["classes"] is None else np.int64)
    fields = {
        "X": np.arange(len(y)),
        "X_test": np.arange(3),
        "test_ids": np.array([11, 12, 13]),
        "classes": np.unique(y),
    }
    return Dataset(y=y, **(fields | changes))


def make_predictions(oof, name="member", **changes):
    oof = np.asarray(oof, dtype=np.float64)
    fields = {
        "id": f"id of {name}",
        "data_id": "data",
        "folds_id": "folds",
        "test": oof[:3],
        "score": 0.0,
        "fold_scores": (0.0, 0.0),
        "fit_seconds": 0.0,
        "predict_seconds": 0.0,
    }
    return Predictions(name=name, oof=oof, **(fields | changes))


def make_competition(**changes):
    fields = {
        "name": "pets",
        "slug": "pets-2026",
        "title": "Pets",
        "metric": "accuracy",
        "id_column": "Id",
        "target_column": "Label",
        "load": lambda folder: None,
        "toy": lambda folder: (folder / "train.csv").write_text("toy"),
        "roster": {},
    }
    return Competition(**(fields | changes))


def answers(codes, k, sure=0.9):
    """Probabilities (n, k) that give `sure` to the class of each code and share out the rest."""
    return np.where(np.eye(k)[np.asarray(codes, dtype=int)] == 1, sure, (1 - sure) / (k - 1))
