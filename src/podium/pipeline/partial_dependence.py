"""How an entry's predictions depend on one column: partial dependence (Friedman 2001, "Greedy Function
Approximation: A Gradient Boosting Machine").

Some rows are predicted with the column set to a value in all of them, and the mean is taken; so for each
value of a grid. The models of each fold give a curve of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_datetime64_any_dtype, is_numeric_dtype

from podium.data.rows import take
from podium.pipeline.changed_columns import Change, FoldEntry
from podium.pipeline.importance import Asked

MOST_CURVES = 6  # columns
_COLUMNS = ["column", "kind", "value", "target", "mean", "lowest", "highest"]
_MOST_VALUES = 12  # of a grid of numbers or dates
_MOST_CATEGORIES = 8
_LEAST_SHARE = 0.01  # of the rows that a category on a grid has
_TAIL = 0.05  # share of the rows below the least value of a grid, and above the largest

_WRITTEN: dict[str, Callable[[Any], Any]] = {"number": float, "date": pd.Timestamp.isoformat, "category": str}


def partial_dependence(asked: Asked, columns: Sequence[Any]) -> pd.DataFrame:
    """Return a row for each column, value of its grid, and prediction column (a class, a label, a number).

    `kind` is that of the column: number, date or category. `mean` is the mean prediction over the folds,
    `lowest` and `highest` are those of single folds. Columns without a grid are left out.
    """
    parts = [table for column in columns for table in _dependence(asked, column)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=_COLUMNS)


def grid(values: pd.Series) -> list[Any]:
    """Return the values at which a column's dependence is asked for: of numbers and dates quantiles from 5 to
    95 % of the rows, or all of a few; of categories the most frequent ones. Empty where there are not two."""
    known = values.dropna()
    found = _quantiles(known) if column_kind(values) != "category" else _frequent(known)
    return found if len(found) > 1 else []


def column_kind(values: pd.Series) -> str:
    """Return "number", "date" or "category"."""
    if is_datetime64_any_dtype(values):
        return "date"
    is_number = is_numeric_dtype(values) and values.dtype != bool
    return "number" if is_number else "category"


def _quantiles(known: pd.Series) -> list[Any]:
    different = known.drop_duplicates().sort_values()
    if len(different) <= _MOST_VALUES:
        return list(different)
    places = np.linspace(_TAIL, 1 - _TAIL, _MOST_VALUES) * (len(known) - 1)
    return list(known.sort_values().iloc[places.round().astype(int)].drop_duplicates())


def _frequent(known: pd.Series) -> list[Any]:
    counts = known.value_counts(normalize=True)
    frequent = counts[counts >= _LEAST_SHARE]
    ordered = sorted(frequent.items(), key=lambda item: (-item[1], str(item[0])))
    return [value for value, _ in ordered[:_MOST_CATEGORIES]]


def _dependence(asked: Asked, column: Any) -> Iterator[pd.DataFrame]:
    """Yield the rows of one column, a table for each prediction column; none where it has no grid."""
    every = asked.dataset.modality.columns(asked.dataset.X)
    values = every[column]  # type: ignore[index]  # the entry has been asked about its columns before
    asked_values = grid(values)
    if not asked_values:
        return
    curves = _curves(asked, column, asked_values)  # (folds, values, c)
    kind = column_kind(values)
    for number, target in enumerate(asked.dataset.task.names or ["prediction"]):
        yield pd.DataFrame(
            {
                "column": str(column),
                "kind": kind,
                "value": [_WRITTEN[kind](value) for value in asked_values],
                "target": target,
                "mean": curves[:, :, number].mean(axis=0),
                "lowest": curves[:, :, number].min(axis=0),
                "highest": curves[:, :, number].max(axis=0),
            }
        )


def _curves(asked: Asked, column: Any, values: Sequence[Any]) -> np.ndarray:
    """Return the mean prediction (folds, values, c) of each fold's models, each for all of the rows."""
    X = take(asked.dataset.X, asked.rows)
    changes = [Change(column, value) for value in values]
    entries = (
        FoldEntry(asked.predictor, fold, asked.dataset.modality, X) for fold in range(len(asked.folds))
    )
    return np.stack([entry.predict_changed(changes).mean(axis=1) for entry in entries])
