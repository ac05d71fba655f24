"""Rows of anything, and which of them belong together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from podium.errors import DataError
from podium.formatting import sample


def take(X: Any, rows: np.ndarray) -> Any:
    """Return rows of X by number. A frame is indexed by `iloc`, all else by itself."""
    return X.iloc[rows] if hasattr(X, "iloc") else X[rows]


def joined(X: Any, more: Any) -> Any:
    """Return the rows of X and after them those of `more`, of the same kind.

    Frames, arrays, and what has a method `joined` of its own can be joined. Raises DataError for rows of
    another kind, of other columns or of another shape.
    """
    if type(X) is not type(more):
        raise DataError(f"rows must be joined to rows of their kind, got {_kind(X)} and {_kind(more)}")
    if hasattr(X, "joined"):
        return X.joined(more)
    if isinstance(X, pd.DataFrame):
        if list(X.columns) != list(more.columns):
            raise DataError(
                f"rows must be joined to rows of their columns, got {sample(X.columns)} and "
                f"{sample(more.columns)}; read both in the same way"
            )
        return pd.concat([X, more], ignore_index=True)
    if np.shape(X)[1:] != np.shape(more)[1:]:
        raise DataError(
            f"rows must be joined to rows of their shape, got {np.shape(X)[1:]} and {np.shape(more)[1:]}"
        )
    return np.concatenate([X, more])


def _kind(X: Any) -> str:
    return type(X).__name__


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
