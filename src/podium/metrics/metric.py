"""What a metric is: a direction, what it needs, and how it is scored on resampled rows.

A `RowMetric` is a function of the means of row statistics (accuracy is the mean of hits, log loss the mean of
surprisals). The bootstrap of any number of entries is then one matrix product (see `pipeline.significance`).
A `FunctionMetric` is any function that takes weights of rows, as those of scikit-learn do; a resample is the
whole sample with each row weighed by how often it was drawn.

Shapes: y is (n,) of class codes or numbers, or (n, t) of several labels or numbers; a prediction is (n, c).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

Array = np.ndarray

CLASSES = frozenset({"classification"})
LABEL_SETS = frozenset({"multilabel"})
NUMBERS = frozenset({"regression"})


class Draws(Protocol):
    """Resamples of n rows."""

    def sums(self, rows: Array) -> Array:
        """Return the sums (b, c) of the columns of `rows` (n, c) over b resamples."""
        ...

    def counts(self, rows: int) -> Iterator[Array]:
        """Yield how often each of n rows was drawn (n,), one resample after the other."""
        ...


@dataclass(frozen=True, kw_only=True)
class Metric(ABC):
    """How predictions are judged.

    `needs` says what of a prediction counts: "labels" (the most probable class, or the labels with a
    probability of a half and more), "probabilities", "ranking" (the order of the rows), "top labels" (the
    order of the classes in a row) or "numbers". `tasks` are the kinds of task that it can judge, `columns`
    the number of prediction columns where only one will do. Targets below `least` have no score, and
    predictions below it are taken as it. Where the metric judges logarithms of 1 + y, `logs` is the metric
    that judges the logarithms themselves, and blends mix logarithms. Where it is `scale_free`, a multiple of
    all predictions has their score. An `ordered` one asks how far apart two classes are. `reads` names the
    columns of `Dataset.about` that it is given.
    """

    name: str
    greater_is_better: bool
    needs: str
    tasks: frozenset[str]
    columns: int | None = None
    least: float = -np.inf
    logs: Metric | None = None
    scale_free: bool = False
    ordered: bool = False
    reads: tuple[str, ...] = ()

    @abstractmethod
    def score(self, y: Array, predicted: Array, about: pd.DataFrame | None = None) -> float:
        """Return the score of predictions (n, c); NaN where these rows have none."""

    @abstractmethod
    def resampled(
        self, y: Array, entries: Array, draws: Draws, about: pd.DataFrame | None = None
    ) -> tuple[Array, Array]:
        """Return the scores (e,) of e entries (e, n, c), and those (b, e) on b resamples."""

    @property
    def key(self) -> Any:
        """Return what the id of a blend fitted to this metric depends on."""
        return self.name

    def gain(self, score: float, over: float) -> float:
        """Return how much better `score` is than `over`; positive is better whatever the direction."""
        return score - over if self.greater_is_better else over - score

    def clip(self, predicted: Array) -> Array:
        """Return predictions of which none is below what the metric is defined for."""
        return np.maximum(predicted, self.least)


@dataclass(frozen=True, kw_only=True)
class RowMetric(Metric):
    """`row_statistics(y, predicted)` gives statistics (n, s); `value` maps their means (..., s) to scores
    (...). Statistics that look at more than their own row (`frozen`) keep in a resample the values that they
    have in the whole sample, so that weights of rows would not reach them. `width` is s for a metric of one
    target, which `columnwise` asks for. Where the metric reads columns of `Dataset.about`, they are the third
    argument.
    """

    row_statistics: Callable[..., Array]
    value: Callable[[Array], Array]
    width: int = 1
    frozen: bool = False

    def statistics(self, y: Array, predicted: Array, about: pd.DataFrame | None = None) -> Array:
        """Return the statistics (n, s) of each row."""
        return self.row_statistics(y, predicted, about) if self.reads else self.row_statistics(y, predicted)

    def score(self, y: Array, predicted: Array, about: pd.DataFrame | None = None) -> float:
        return float(self.value(self.statistics(y, predicted, about).mean(axis=0)))

    def resampled(
        self, y: Array, entries: Array, draws: Draws, about: pd.DataFrame | None = None
    ) -> tuple[Array, Array]:
        rows = np.stack([self.statistics(y, predicted, about) for predicted in entries], axis=1)  # (n, e, s)
        n, e, s = rows.shape
        counted = np.concatenate([rows.reshape(n, e * s), np.ones((n, 1))], axis=1)
        totals = draws.sums(counted)  # (b, e * s + 1): the last column counts rows
        means = (totals[:, :-1] / totals[:, -1:]).reshape(len(totals), e, s)
        return self.value(rows.mean(axis=0)), self.value(means)


@dataclass(frozen=True, kw_only=True)
class FunctionMetric(Metric):
    """`function(y, predicted, weights)` gives the score; `weights` (n,) are None for equal ones. Where the
    metric reads columns of `Dataset.about`, they are the fourth argument."""

    function: Callable[..., float]

    def score(self, y: Array, predicted: Array, about: pd.DataFrame | None = None) -> float:
        return self._call(y, predicted, None, about)

    def resampled(
        self, y: Array, entries: Array, draws: Draws, about: pd.DataFrame | None = None
    ) -> tuple[Array, Array]:
        whole = [self._call(y, predicted, None, about) for predicted in entries]
        drawn = [
            [self._call(y, predicted, counts, about) for predicted in entries]
            for counts in draws.counts(len(y))
        ]
        return np.array(whole), np.array(drawn)

    def _call(self, y: Array, predicted: Array, weights: Array | None, about: pd.DataFrame | None) -> float:
        extra = (about,) if self.reads else ()
        return float(self.function(y, predicted, weights, *extra))


def first(means: Array) -> Array:
    """Return the mean of the only statistic."""
    return means[..., 0]


def indicators(y: Array, columns: int) -> Array:
    """Return which class each row is of, or which labels it has, as ones and zeros (n, c)."""
    return np.eye(columns)[y] if y.ndim == 1 else y.astype(np.float64)


def share(part: Array, whole: Array) -> Array:
    """Return part / whole, and NaN where there is no whole."""
    defined = whole != 0
    return np.where(defined, part / np.where(defined, whole, 1), np.nan)


def mean_of_defined(values: Array) -> Array:
    """Return the means (...) of the values (..., k) that are not NaN."""
    defined = ~np.isnan(values)
    return share(np.where(defined, values, 0).sum(axis=-1), defined.sum(axis=-1))
