"""The target as columns of numbers whose means say something: what a probe of the audit tries to explain."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from math import log

import numpy as np


@dataclass(frozen=True)
class Encoding(ABC):
    """`values` (n, k): a column for each class, or one of ranks from 0 to 1."""

    values: np.ndarray

    def part(self, rows: np.ndarray) -> Encoding:
        """Return the encoding of some rows."""
        return type(self)(self.values[rows])

    @property
    def floor(self) -> float:
        """Return the score that a constant prediction has."""
        return 0.0

    @property
    @abstractmethod
    def weights(self) -> np.ndarray:
        """Return what each row (n,) counts for in its column."""

    @cached_property
    def columns(self) -> np.ndarray:
        """Return the column (n,) of each row that `weights` count in."""
        return np.asarray(self.values.argmax(axis=1))

    @abstractmethod
    def losses(self, predicted: np.ndarray) -> np.ndarray:
        """Return the loss (n,) of predictions (n, k)."""

    @abstractmethod
    def row_scores(self, predicted: np.ndarray, gains: np.ndarray) -> np.ndarray:
        """Return values (n,) whose mean is the score that a person is told; `gains` (n,) are shares of the
        loss."""

    @abstractmethod
    def log_ratio(self, constant: np.ndarray, predicted: np.ndarray, units: int) -> float:
        """Return the log of the likelihood ratio of two predictions (n, k), units of rows counted as one
        row."""

    @abstractmethod
    def quote(self, score: float, error: float, share: float) -> str:
        """Return a score with its standard error in words; `share` is the explained part of the loss."""


class OneHot(Encoding):
    """A column for each class, with a one in that of the row's label. The loss is the cross-entropy."""

    @property
    def weights(self) -> np.ndarray:
        return np.ones(len(self.values))

    @property
    def floor(self) -> float:
        return float(self.values.mean(axis=0).max())

    def losses(self, predicted: np.ndarray) -> np.ndarray:
        return -np.log((predicted * self.values).sum(axis=1))

    def row_scores(self, predicted: np.ndarray, gains: np.ndarray) -> np.ndarray:
        return (predicted.argmax(axis=1) == self.columns).astype(np.float64)

    def log_ratio(self, constant: np.ndarray, predicted: np.ndarray, units: int) -> float:
        saved = self.losses(constant).sum() - self.losses(predicted).sum()
        return units / len(self.values) * float(saved)

    def quote(self, score: float, error: float, share: float) -> str:
        return (
            f"accuracy {score:.3f} ± {error:.3f}, majority-class baseline {self.floor:.3f} "
            f"({100 * share:.1f} % of the log loss explained)"
        )


class Ranks(Encoding):
    """One column of ranks from 0 to 1. The loss is the squared error, so what is explained is R2 of the
    ranks."""

    @property
    def weights(self) -> np.ndarray:
        return np.asarray(self.values[:, 0])

    def losses(self, predicted: np.ndarray) -> np.ndarray:
        return np.asarray(((predicted - self.values) ** 2)[:, 0])

    def row_scores(self, predicted: np.ndarray, gains: np.ndarray) -> np.ndarray:
        return gains

    def log_ratio(self, constant: np.ndarray, predicted: np.ndarray, units: int) -> float:
        least = 1e-12
        before = max(self.losses(constant).sum(), least)
        after = max(self.losses(predicted).sum(), least)
        return units / 2 * log(before / after)

    def quote(self, score: float, error: float, share: float) -> str:
        return f"R2 {score:.3f} ± {error:.3f} of its ranks"
