"""What is learnt of a table's columns in the training part of a fold, each kind a transformer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.preprocessing import TargetEncoder

from podium.data.cell_parts import find_split

MOST_ENCODED_CLASSES = 20  # target means are a column for each
SMOOTH = 10.0  # rows of the mean over all categories that each is given: one row alone says little
SPLITS = 5  # of the training rows, for a row's own target means


class CellParts(TransformerMixin, BaseEstimator):
    """Adds to a frame the parts of cells that hold several things, such as B/0/P, as columns."""

    def fit(self, X: pd.DataFrame, y: Any = None) -> CellParts:
        found = {column: find_split(X[column]) for column in X if not _is_number_or_date(X[column])}
        self.splits_ = {column: split for column, split in found.items() if split}
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        parts = [split.apply(X[column]) for column, split in self.splits_.items()]
        return pd.concat([X, *parts], axis=1) if parts else X


def _is_number_or_date(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column)


class OtherRows(TransformerMixin, BaseEstimator):
    """Turns each category into the logarithm of one plus how many other rows of the training part have it.

    A training row does not count itself, so that a value that only it has says 0, as an unknown one does.
    """

    def fit(self, X: pd.DataFrame, y: Any = None) -> OtherRows:
        self.counts_ = {column: X[column].value_counts() for column in X}
        return self

    def fit_transform(self, X: pd.DataFrame, y: Any = None) -> pd.DataFrame:
        return self.fit(X)._counted(X, own=1)

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        return self._counted(X, own=0)

    def get_feature_names_out(self, names: Any = None) -> np.ndarray:
        return np.array([f"rows of {column}" for column in self.counts_], dtype=object)

    def _counted(self, X: pd.DataFrame, own: int) -> pd.DataFrame:
        counts = [X[column].map(counts).fillna(own) - own for column, counts in self.counts_.items()]
        logs = np.log1p(pd.concat(counts, axis=1).to_numpy(dtype=np.float64))
        return pd.DataFrame(logs, index=X.index, columns=self.get_feature_names_out())


@dataclass(eq=False, repr=False)
class TargetMeans(TransformerMixin, BaseEstimator):
    """Turns each category into the shrunk mean of the target among its rows, for classes that of each class:
    scikit-learn's `TargetEncoder`, which computes a training row's own from other rows (cross-fitting).

    Nothing is encoded by several targets, nor by more classes than `MOST_ENCODED_CLASSES`.
    """

    target_type: str = "auto"
    random_state: int | None = None

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> TargetMeans:
        self.fit_transform(X, y)
        return self

    def fit_transform(self, X: pd.DataFrame, y: np.ndarray) -> pd.DataFrame:
        self.encoder_ = self._new_encoder(np.asarray(y))
        if self.encoder_ is None:
            return X.iloc[:, :0]
        return self._named(X, self.encoder_.fit_transform(_filled(X), y))

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        if self.encoder_ is None:
            return X.iloc[:, :0]
        return self._named(X, self.encoder_.transform(_filled(X)))

    def get_feature_names_out(self, names: Any = None) -> np.ndarray:
        if self.encoder_ is None:
            return np.array([], dtype=object)
        return np.array([f"mean by {c}" for c in self.encoder_.get_feature_names_out()], dtype=object)

    def _new_encoder(self, y: np.ndarray) -> TargetEncoder | None:
        is_number = self.target_type == "continuous"
        if y.ndim > 1:
            return None
        classes, counts = np.unique(y, return_counts=True)
        fits = 2 <= len(classes) <= MOST_ENCODED_CLASSES and counts.min() >= 2
        if not is_number and not fits:
            return None
        splitter = KFold if is_number else StratifiedKFold
        most = len(y) if is_number else int(counts.min())
        splits = splitter(min(SPLITS, most), shuffle=True, random_state=self.random_state)
        return TargetEncoder(target_type=self.target_type, smooth=SMOOTH, cv=splits)

    def _named(self, X: pd.DataFrame, values: np.ndarray) -> pd.DataFrame:
        return pd.DataFrame(values, index=X.index, columns=self.get_feature_names_out())


def _filled(X: pd.DataFrame) -> pd.DataFrame:
    return X.astype(object).where(X.notna(), "")
