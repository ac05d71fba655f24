"""The rows that an entry gets most wrong, or is least sure of."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from podium.data.dataset import Dataset
from podium.data.images import ImageFiles
from podium.data.multimodal import Parts
from podium.pipeline.predictions import Predictions
from podium.storage.store import Store

MOST = 20  # of each part
_COLUMNS = 6  # of a table, shown of a row


def find_doubts(dataset: Dataset, predictions: Predictions) -> pd.DataFrame:
    """At most `MOST` training rows of which the out-of-fold prediction was least right, then as many
    test rows with the least certain prediction: `part`, `row` from 0, `what` it is, `label` where it
    is known, what was `said`, and the `probability` of the label, or of what was said of a test row.
    Of numbers only training rows, with the `error` in place of a probability."""
    said = dataset.answers(predictions.oof)
    if dataset.is_regression:
        error = said - dataset.y
        train = _worst("train", dataset.X, said, -np.abs(error))
        train["label"] = dataset.y[train["row"]]
        return train.drop(columns="probability").assign(error=error[train["row"]])
    train = _worst("train", dataset.X, said, predictions.oof[np.arange(len(dataset.y)), dataset.y])
    train["label"] = dataset.targets[train["row"]]
    answers, sure = dataset.answers(predictions.test), predictions.test.max(axis=1)
    return pd.concat([train, _worst("test", dataset.X_test, answers, sure)], ignore_index=True)


def some_answers(dataset: Dataset, predictions: Predictions) -> pd.DataFrame:
    """At most `MOST` test rows at random, in the columns of `find_doubts`; of classes only."""
    rows = np.sort(np.random.default_rng(0).permutation(len(dataset.test_ids))[:MOST])
    sure = predictions.test.max(axis=1)
    return _rows("test", dataset.X_test, dataset.answers(predictions.test), sure, rows)


def _worst(part: str, X: Any, said: np.ndarray, sure: np.ndarray) -> pd.DataFrame:
    return _rows(part, X, said, sure, np.argsort(sure, kind="stable")[:MOST])


def _rows(part: str, X: Any, said: np.ndarray, sure: np.ndarray, rows: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "part": part,
            "row": rows,
            "what": [_what(X, row) for row in rows],
            "label": None,
            "said": said[rows],
            "probability": sure[rows].round(5),
        }
    )


def _what(X: Any, row: int) -> str:
    if isinstance(X, Parts):
        X = next(iter(X.named.values()))
    if isinstance(X, ImageFiles):
        return "/".join(X[row].paths[0].parts[-2:])
    if not isinstance(X, pd.DataFrame):
        return ""
    first = X.iloc[row, 0]
    return first if isinstance(first, str) else _cells(X.iloc[row])


def _cells(row: pd.Series) -> str:
    return ", ".join(f"{column} {value}" for column, value in row.iloc[:_COLUMNS].items())


def find_mislabelled(dataset: Dataset, predictions: Predictions) -> pd.DataFrame:
    """Training rows whose label is likely wrong, the surest first: `row`, `what` it is, its `label`, the
    `likely` label, and the `probability` of the label. By confident learning (Northcutt, Jiang and Chuang
    2021, "Confident Learning: Estimating Uncertainty in Dataset Labels"): a class counts for a row from
    the mean probability on that its own rows have, and the most probable one that counts is not the label."""
    oof, y = predictions.oof, dataset.y
    given = oof[np.arange(len(y)), y]
    least = np.array(
        [given[y == code].mean() if (y == code).any() else np.inf for code in range(oof.shape[1])]
    )
    counting = np.where(oof >= least, oof, -1)
    likely = np.where(counting.max(axis=1) < 0, y, counting.argmax(axis=1))
    rows = np.flatnonzero(likely != y)
    rows = rows[np.argsort(given[rows] - oof[rows, likely[rows]], kind="stable")]
    return pd.DataFrame(
        {
            "row": rows,
            "what": [_what(dataset.X, row) for row in rows.tolist()],
            "label": dataset.targets[rows],
            "likely": np.asarray(dataset.classes)[likely[rows]],
            "probability": given[rows].round(5),
        }
    )


def write_doubts(store: Store, dataset: Dataset, predictions: Predictions) -> None:
    doubts = find_doubts(dataset, predictions)
    store.write(store.root / "doubtful.csv", doubts.to_csv(index=False).encode())
