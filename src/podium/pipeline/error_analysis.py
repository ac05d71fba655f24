"""Single rows to look at: those that an entry gets most wrong, those it is least sure of, and likely wrong
labels."""

from __future__ import annotations

import numpy as np
import pandas as pd

from podium.data.dataset import Dataset
from podium.pipeline.predictions import Predictions
from podium.storage.store import Store

MOST_ROWS = 20  # of each part


def worst_rows(dataset: Dataset, predictions: Predictions) -> pd.DataFrame:
    """Return at most `MOST_ROWS` training rows with the largest out-of-fold loss, then as many test rows
    with the least certain prediction, where a prediction says how certain it is.

    The columns are `part`, `row` from 0, `what` the row is, its `label` where it is known, the `predicted`
    answer, and the task's facts: the `probability` of the label, or of the answer for a test row; or the
    `error`.
    """
    task = dataset.task
    support = task.support(dataset.y, predictions.oof)
    rows = np.argsort(support, kind="stable")[:MOST_ROWS]
    train = _rows(dataset, "train", task.decide(predictions.oof), rows)
    train["label"] = dataset.labels[rows].tolist()
    for name, values in task.row_facts(dataset.y, predictions.oof).items():
        train[name] = values[rows]
    return pd.concat([train, *_least_certain(dataset, predictions)], ignore_index=True)


def random_rows(dataset: Dataset, predictions: Predictions) -> pd.DataFrame:
    """Return at most `MOST_ROWS` test rows drawn at random, in the columns of `worst_rows`; none where
    predictions do not say how certain they are."""
    rows = np.sort(np.random.default_rng(0).permutation(len(dataset.test_ids))[:MOST_ROWS])
    return _test_rows(dataset, predictions, rows)


def find_mislabelled(dataset: Dataset, predictions: Predictions, most: int) -> tuple[pd.DataFrame, int]:
    """Return at most `most` of the training rows whose label is likely wrong (see `Classification.likely`),
    the surest first, and how many there are.

    The columns are `row`, `what` it is, its `label`, the `likely` label, and the `probability` of the label.
    """
    task = dataset.task
    likely = task.likely(dataset.y, predictions.oof)
    rows = np.flatnonzero(likely != dataset.y)
    support = task.support(dataset.y, predictions.oof)[rows]
    doubt = support - task.support(likely, predictions.oof)[rows]
    order = np.argsort(doubt, kind="stable")[:most]
    count = len(rows)
    rows = rows[order]
    table = pd.DataFrame(
        {
            "row": rows,
            "what": [dataset.modality.describe(dataset.X, row) for row in rows.tolist()],
            "label": dataset.labels[rows].tolist(),
            "likely": task.labels(likely)[rows].tolist(),
            "probability": support[order].round(5),
        }
    )
    return table, count


def write_worst_rows(store: Store, dataset: Dataset, predictions: Predictions, scored: np.ndarray) -> None:
    """Write `worst_rows` of the scored rows as worst-rows.csv; `scored` (n,) are their numbers among all
    training rows."""
    table = worst_rows(dataset, predictions)
    is_train = table["part"] == "train"
    table.loc[is_train, "row"] = scored[table.loc[is_train, "row"].to_numpy()]
    store.write(store.root / "worst-rows.csv", table.to_csv(index=False).encode())


def _least_certain(dataset: Dataset, predictions: Predictions) -> list[pd.DataFrame]:
    certainty = dataset.task.certainty(predictions.test)
    if certainty is None:
        return []
    return [_test_rows(dataset, predictions, np.argsort(certainty, kind="stable")[:MOST_ROWS])]


def _test_rows(dataset: Dataset, predictions: Predictions, rows: np.ndarray) -> pd.DataFrame:
    certainty = dataset.task.certainty(predictions.test)
    if certainty is None:
        rows = rows[:0]
        certainty = np.zeros(len(predictions.test))
    table = _rows(dataset, "test", dataset.task.decide(predictions.test), rows)
    return table.assign(label=None, probability=certainty[rows].round(5))


def _rows(dataset: Dataset, part: str, predicted: np.ndarray, rows: np.ndarray) -> pd.DataFrame:
    X = dataset.X if part == "train" else dataset.X_test
    return pd.DataFrame(
        {
            "part": part,
            "row": rows,
            "what": [dataset.modality.describe(X, row) for row in rows.tolist()],
            "label": None,
            "predicted": predicted[rows].tolist(),
        }
    )
