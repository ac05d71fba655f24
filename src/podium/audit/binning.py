"""A probe cut into bins: what a small model can count in."""

from __future__ import annotations

import numpy as np
import pandas as pd

from podium.audit.probes import Probe

RARE_VALUE_ROWS = 5  # texts of fewer rows share one bin
MOST_BINS = 32  # of a column of numbers
ROWS_PER_BIN = 50  # at least so many, as far as there may be more than two bins


def bin_rows(probe: Probe, rare: int = RARE_VALUE_ROWS) -> tuple[np.ndarray, np.ndarray]:
    """Return the bin of each training row (n,) and test row (m,); -1 for a text that no training row has.

    Each text has a bin; those of fewer than `rare` rows share one. Numbers get bins of equal shares, and a
    frequent number gets one of its own. Missing numbers share bin 0.
    """
    test_values = probe.train[:0] if probe.test is None else probe.test
    if probe.is_text:
        return _by_value(probe.train.fillna(""), test_values.fillna(""), rare)
    edges = _edges(probe.train.dropna().to_numpy())
    return _by_edges(probe.train.to_numpy(), edges), _by_edges(test_values.to_numpy(), edges)


def _by_value(train: pd.Series, test: pd.Series, rare: int) -> tuple[np.ndarray, np.ndarray]:
    counts = train.value_counts(sort=False)
    code = pd.Series(np.where(counts < rare, 0, np.arange(len(counts)) + 1), index=counts.index)
    numbers = np.unique(code.to_numpy())
    code[:] = np.searchsorted(numbers, code.to_numpy())
    return train.map(code).to_numpy(np.int64), test.map(code).fillna(-1).to_numpy(np.int64)


def _edges(values: np.ndarray) -> np.ndarray:
    """Return the values at which bins begin."""
    distinct, counts = np.unique(values, return_counts=True)
    most = min(MOST_BINS, max(2, len(values) // ROWS_PER_BIN))
    if len(distinct) <= most:
        return distinct
    edges = np.quantile(values, np.arange(1, most) / most, method="higher")
    frequent = distinct[counts >= len(values) / most]
    return np.unique(np.concatenate([edges, frequent, np.nextafter(frequent, np.inf)]))


def _by_edges(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(values), 0, np.searchsorted(edges, values, side="right") + 1)
