"""How an entry's predictions depend on one column: partial dependence (Friedman 2001, "Greedy Function
Approximation: A Gradient Boosting Machine").

Some rows are predicted with the column set to a value in all of them, and the mean is taken; so for each
value of a grid. The models of each fold give a curve of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_datetime64_any_dtype, is_numeric_dtype

from podium.data.rows import take
from podium.pipeline.changed_columns import Change, FoldEntry
from podium.pipeline.importance import Asked, columns_of

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
    every = columns_of(asked.dataset)
    grids = {column: grid(every[column]) for column in columns}
    changes = [Change(column, value) for column, values in grids.items() for value in values]
    if not changes:
        return pd.DataFrame(columns=_COLUMNS)
    curves = _curves(asked, changes)  # (folds, changes, c)
    kinds = {column: column_kind(every[column]) for column in grids}
    names = asked.dataset.task.names or ["prediction"]
    lines = [
        _line(change, kinds[change.column], name, curves[:, place, number])
        for place, change in enumerate(changes)
        for number, name in enumerate(names)
    ]
    return pd.DataFrame(lines, columns=_COLUMNS)


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


def _curves(asked: Asked, changes: Sequence[Change]) -> np.ndarray:
    """Return the mean prediction (folds, changes, c) of each fold's models, each for all of the rows."""
    X = take(asked.dataset.X, asked.rows)
    entries = (
        FoldEntry(asked.predictor, fold, asked.dataset.modality, X) for fold in range(len(asked.folds))
    )
    return np.stack([entry.predict_changed(changes).mean(axis=1) for entry in entries])


def _line(change: Change, kind: str, target: str, means: np.ndarray) -> tuple[Any, ...]:
    """Return a row of the table, made of the means (folds,) of each fold's models."""
    value = _WRITTEN[kind](change.values)
    return str(change.column), kind, value, target, means.mean(), means.min(), means.max()
