"""Rows of a table: columns of numbers, categories and dates. And rows that are bare arrays of numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from podium.data.modality import Modality
from podium.data.near_duplicates import Copies
from podium.data.text_cleaning import is_prose, normalised

SHOWN_COLUMNS = 6  # that stand for a row


class Tables(Modality):
    """A frame (n, c): floats, text and timestamps, with cells missing anywhere."""

    name: ClassVar[str] = "table"
    feeds: ClassVar[frozenset[str]] = frozenset({"table"})

    def describe(self, X: pd.DataFrame, row: int) -> str:
        first = X.iloc[row, 0]
        if isinstance(first, str):
            return first
        cells = X.iloc[row].iloc[:SHOWN_COLUMNS].items()  # of the whole row, which says how numbers look
        return ", ".join(f"{column} {value}" for column, value in cells)

    def excerpt(self, X: pd.DataFrame, row: int) -> str:
        cells = X.iloc[row].dropna().items()
        return ", ".join(f"{column} {value}" for column, value in cells)

    def columns(self, X: pd.DataFrame) -> pd.DataFrame | None:
        return X

    def with_column(self, X: pd.DataFrame, column: Any, values: Any) -> pd.DataFrame:
        changed = X.copy(deep=False)
        changed[column] = values
        return changed

    def near_copies(self, X: pd.DataFrame, X_test: pd.DataFrame) -> Iterator[Copies]:
        yield equal_cells(X, X_test)


class Arrays(Modality):
    """Rows of an array (n, ...), of which only the numbers are known."""

    name: ClassVar[str] = "array"
    feeds: ClassVar[frozenset[str]] = frozenset({"array"})

    def describe(self, X: Any, row: int) -> str:
        return ""

    def columns(self, X: Any) -> pd.DataFrame | None:
        if not isinstance(X, np.ndarray) or X.ndim > 2:
            return None
        table = X.reshape(len(X), int(np.prod(X.shape[1:])))
        return pd.DataFrame(table, columns=_column_names(X))

    def with_column(self, X: np.ndarray, column: Any, values: Any) -> np.ndarray:
        table = pd.DataFrame(X.reshape(len(X), -1), columns=_column_names(X)).assign(**{column: values})
        return table.to_numpy(X.dtype).reshape(X.shape)

    def content_vectors(self, X: Any, rows: np.ndarray) -> np.ndarray | None:
        if not isinstance(X, np.ndarray) or X.ndim < 3:
            return None
        return X[rows].reshape(len(rows), -1).astype(np.float32)

    def near_copies(self, X: Any, X_test: Any) -> Iterator[Copies]:
        """Numbers are compared by value, other arrays as tables."""
        if isinstance(X, np.ndarray) and X.dtype.kind in "iufb":
            yield _equal_arrays(X, X_test)
            return
        train = self.columns(X)
        test = self.columns(X_test)
        if train is not None and test is not None:
            yield equal_cells(train, test)


def _column_names(X: np.ndarray) -> list[str]:
    """Return what the columns of an array (n,) or (n, c) are called."""
    return [f"X[:, {number}]" for number in range(int(np.prod(X.shape[1:])))]


def equal_cells(train: pd.DataFrame, test: pd.DataFrame) -> Copies:
    """Return the rows of equal cells, as they are and normalised: of prose alone where there is any."""
    prose = [column for column in train if is_prose(train[column])]
    chosen: list[Any] = prose or list(train.columns)
    cells = pd.concat([train[chosen], test[chosen]], ignore_index=True)
    texts = cells.select_dtypes(exclude=["number", "bool", "datetime"]).columns
    cells[texts] = cells[texts].fillna("").astype(str)
    plain = cells.assign(**{c: cells[c].map(lambda text: normalised(text) or text) for c in texts})
    noun = "texts" if prose else "rows"
    return Copies(_row_codes(cells), _row_codes(plain), noun, lambda row: " ".join(map(str, cells.iloc[row])))


def _row_codes(cells: pd.DataFrame) -> np.ndarray:
    return pd.factorize(pd.util.hash_pandas_object(cells, index=False))[0]


def _equal_arrays(X: np.ndarray, X_test: np.ndarray) -> Copies:
    kind = np.result_type(X, X_test)
    hashes = [hash(row.tobytes()) for part in (X, X_test) for row in part.astype(kind)]
    codes = pd.factorize(np.array(hashes))[0]
    return Copies(codes, codes, "rows", lambda row: "")
