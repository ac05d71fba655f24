"""Rows of anything, and which of them belong together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components


def take(X: Any, rows: np.ndarray) -> Any:
    """Return rows of X by number. A frame is indexed by `iloc`, all else by itself."""
    return X.iloc[rows] if hasattr(X, "iloc") else X[rows]


def linked(*keys: pd.Series) -> np.ndarray:
    """Return a number (n,) that rows share if a chain of equal values in any of the keys (n,) leads from one
    to the other. Empty and missing values link nothing."""
    rows = []
    values = []
    n_values = 0
    for key in keys:
        codes, found = pd.factorize(key.where(key != ""))
        rows.append(np.flatnonzero(codes >= 0))
        values.append(codes[codes >= 0] + n_values)
        n_values += len(found)
    n = len(keys[0])
    row = np.concatenate(rows)
    value = np.concatenate(values)
    graph = coo_matrix((np.ones(len(row)), (row, n + value)), shape=(n + n_values, n + n_values))
    return np.asarray(connected_components(graph, directed=False)[1][:n])
