"""How wrong numbers are in each range of what is to be predicted: rare large ones hide in a mean over all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from podium.pipeline.predictions import Predictions
from podium.pipeline.significance import RESAMPLES, Resamples


def by_range(
    y: np.ndarray,
    predicted: np.ndarray,
    edges: np.ndarray,
    groups: np.ndarray | None = None,
    resamples: int = RESAMPLES,
) -> pd.DataFrame:
    """Return a row for each range with rows in it, for the predictions (n, e) of e entries, one after the
    other.

    Each range has its low edge and not its high one. The columns are `low`, `high`, `rows`, `mse`, `rmse`
    and `precision` (the share of its rows whose prediction is in it as well), each of the three with its
    `_error`, by bootstrap over rows or groups as in `significance`, on the same draws for all.
    """
    ranges = _range_of(y, edges)
    entries = predicted.shape[1]
    held = np.unique(ranges[(ranges >= 0) & (ranges < len(edges) - 1)])
    inside = (ranges[:, None] == held).astype(np.float64)  # (n, r)
    squares = (predicted - y[:, None]) ** 2
    hits = _range_of(predicted, edges) == ranges[:, None]
    facts = np.column_stack([np.ones(len(y)), squares, hits])  # (n, 1 + 2 e)
    sums = (facts[:, :, None] * inside[:, None]).reshape(len(y), -1)
    shape = (-1, facts.shape[1], len(held))
    known = _scores(sums.sum(axis=0).reshape(shape))
    drawn = _scores(Resamples(groups, resamples).sums(sums).reshape(shape))
    bounds = {"low": edges[held], "high": edges[held + 1], "rows": inside.sum(axis=0).astype(int)}
    table = pd.DataFrame({name: np.tile(values, entries) for name, values in bounds.items()})
    for name, values in known.items():
        table[name] = values.ravel()
        table[f"{name}_error"] = np.nanstd(drawn[name], axis=0, ddof=1).ravel()
    return table


def _range_of(numbers: np.ndarray, edges: np.ndarray) -> np.ndarray:
    return np.searchsorted(edges, numbers, "right") - 1


def _scores(sums: np.ndarray) -> dict[str, np.ndarray]:
    """Return the scores of each entry in each range (b, e, r), from counts, squared errors and hits
    (b, 1 + 2 e, r); NaN of an empty range."""
    counts, squares, hits = np.split(sums, [1, 1 + sums.shape[1] // 2], axis=1)
    counts = np.where(counts > 0, counts, np.nan)
    return {"mse": squares / counts, "rmse": np.sqrt(squares / counts), "precision": hits / counts}


def ranges_table(
    y: np.ndarray,
    predictions: Sequence[Predictions],
    edges: np.ndarray,
    groups: np.ndarray | None = None,
) -> pd.DataFrame:
    """Return `by_range` of the out-of-fold predictions of each, with its `name` in front."""
    predicted = np.column_stack([p.oof[:, 0] for p in predictions])
    table = by_range(y, predicted, edges, groups)
    table.insert(0, "name", np.repeat([p.name for p in predictions], len(table) // len(predictions)))
    return table
