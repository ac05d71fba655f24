"""How much an entry's score depends on each column: permutation importance.

A column's values are permuted among the rows, so that they say nothing of the target and nothing else
changes; the importance is what the score loses (Breiman 2001, "Random Forests", of any model and metric by
Fisher, Rudin and Dominici 2019, "All Models are Wrong, but Many are Useful"). Each row is predicted by
models that did not train on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from podium.data.dataset import Dataset
from podium.data.rows import take
from podium.errors import DataError
from podium.metrics import Scorer
from podium.pipeline.changed_columns import MOST_NUMBERS, Change, FoldEntry
from podium.pipeline.folds import Folds
from podium.pipeline.predict import Predictor
from podium.pipeline.significance import FEW_RESAMPLES, Resamples, spread

REPEATS = 3  # permutations of a column
MOST_COLUMNS = 50
_SCREENED_COLUMNS = 500
_SCREENED_ROWS = 50


@dataclass(frozen=True)
class Asked:
    """An entry, and the training rows `rows` (n,) that its folds' models are asked about."""

    predictor: Predictor
    dataset: Dataset
    folds: Folds
    scorer: Scorer
    rows: np.ndarray
    seed: int

    @cached_property
    def columns(self) -> pd.DataFrame:
        """Return the columns (n, k) of the rows. Raise DataError where rows have none."""
        return columns_of(self.dataset).iloc[self.rows].reset_index(drop=True)

    @cached_property
    def parts(self) -> list[tuple[np.ndarray, FoldEntry]]:
        """Return which of the rows (n_valid,) each fold scores, and what predicts them: the models that did
        not train on them."""
        fold_of_row = self.folds.valid_fold[self.rows]
        parts = []
        for fold in np.unique(fold_of_row).tolist():
            places = np.flatnonzero(fold_of_row == fold)
            X = take(self.dataset.X, self.rows[places])
            parts.append((places, FoldEntry(self.predictor, fold, self.dataset.modality, X)))
        return parts

    def take(self, places: np.ndarray) -> Asked:
        """Return the same of some of the rows."""
        return Asked(self.predictor, self.dataset, self.folds, self.scorer, self.rows[places], self.seed)


def columns_of(dataset: Dataset) -> pd.DataFrame:
    """Return the columns of all training rows that models are given. Raise DataError where rows have none."""
    table = dataset.modality.columns(dataset.X)
    if table is None:
        raise DataError(
            f"rows must have columns to be explained, got {dataset.modality.name} rows; look at the single "
            "rows that the report page shows instead"
        )
    return table


def importance(asked: Asked, columns: Sequence[Any]) -> pd.DataFrame:
    """Return a row for each column, the most important first.

    `importance` is by how much the score is worse with the column permuted, the mean of `REPEATS`
    permutations. `standard_error` joins two errors: `rows_error` by paired bootstrap over the rows, or over
    whole groups, and `repeats_error` from the spread of the repeats. The first holds a part of the second, so
    the whole is rather too large than too small. Raises DataError if the rows have no score.
    """
    judge = asked.scorer.take(asked.rows)
    base = _predict(asked)
    _require_score(judge, base)
    groups = None if asked.dataset.groups is None else asked.dataset.groups[asked.rows]
    draws = Resamples(groups, FEW_RESAMPLES, asked.seed)
    found = {
        column: _losses(judge, draws, base, permuted) for column, permuted in _permuted(asked, base, columns)
    }
    names = ["importance", "standard_error", "rows_error", "repeats_error"]
    table = pd.DataFrame.from_dict(found, orient="index", columns=names)
    ordered = table.sort_values("importance", ascending=False, kind="stable")
    return ordered.rename_axis("column").reset_index()


def choose_columns(asked: Asked) -> list[Any]:
    """Return the columns to measure: all, or of more than `MOST_COLUMNS` those whose permutation changes the
    predictions of some rows the most, in the order of the table."""
    names = list(asked.columns)
    if len(names) <= MOST_COLUMNS:
        return names
    few = asked.take(np.sort(_permutation(len(asked.rows), asked.seed, 0)[:_SCREENED_ROWS]))
    base = _predict(few)
    changes = {
        column: float(np.abs(permuted - base).mean())
        for column, permuted in _permuted(few, base, names[:_SCREENED_COLUMNS])
    }
    chosen = sorted(changes, key=lambda column: changes[column], reverse=True)[:MOST_COLUMNS]
    return [column for column in names if column in set(chosen)]


def _permutation(n: int, seed: int, repeat: int) -> np.ndarray:
    """Return the permutation of n rows that all columns have in a repeat, so that none depends on which
    others there are."""
    return np.random.default_rng([seed, repeat]).permutation(n)


def _predict(asked: Asked) -> np.ndarray:
    """Return the out-of-fold predictions (n, c) of the rows as they are."""
    predicted = np.zeros((len(asked.rows), asked.predictor.n_columns))
    for places, entry in asked.parts:
        predicted[places] = entry.predict()
    return predicted


def _permuted(asked: Asked, base: np.ndarray, columns: Sequence[Any]) -> Iterator[tuple[Any, np.ndarray]]:
    """Yield each column with the out-of-fold predictions (repeats, n, c) after its permutations."""
    table = asked.columns
    orders = [_permutation(len(table), asked.seed, repeat) for repeat in range(REPEATS)]
    at_once = max(1, MOST_NUMBERS // (REPEATS * base.size))
    for start in range(0, len(columns), at_once):
        some = columns[start : start + at_once]
        predicted = np.zeros((len(some) * REPEATS, *base.shape))
        for places, entry in asked.parts:
            changes = [Change(c, table[c].array[order[places]]) for c in some for order in orders]
            predicted[:, places] = entry.predict_changed(changes)
        yield from zip(some, predicted.reshape(len(some), REPEATS, *base.shape), strict=True)


def _losses(
    judge: Scorer, draws: Resamples, base: np.ndarray, permuted: np.ndarray
) -> tuple[float, float, float, float]:
    """Return what the score loses in the mean of the repeats (r, n, c), and its three errors."""
    scores, drawn = judge.resampled([base, *permuted], draws)
    losses = [judge.metric.gain(float(scores[0]), over=float(score)) for score in scores[1:]]
    rows_error = float(spread(drawn[:, 0] - drawn[:, 1:].mean(axis=1)))
    repeats_error = float(spread(np.array(losses)) / np.sqrt(len(losses)))
    return float(np.mean(losses)), float(np.hypot(rows_error, repeats_error)), rows_error, repeats_error


def _require_score(judge: Scorer, base: np.ndarray) -> None:
    if not np.isfinite(judge.score(base)):
        raise DataError(
            f"the {len(base):,} rows that are asked about must have a {judge.metric.name}, got none: a class "
            "may have no row among them"
        )
