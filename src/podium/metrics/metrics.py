"""Each metric with its direction and what it needs.

A metric here is a function of the means of per-row statistics: accuracy is the mean of hits, log
loss the mean of surprisals. Stated so, a bootstrap of any number of entries is one matrix product
(see `stats`), and a score can be weighted by row without a second implementation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from podium.data.dataset import Dataset
from podium.errors import CompetitionError, DataError
from podium.formatting import did_you_mean

Array = np.ndarray


@dataclass(frozen=True)
class Metric:
    """`rows(y, prediction)` gives per-row statistics (n, c); `value` maps their means (..., c)
    to scores (...). Predictions are class probabilities (n, k), or for a metric of `regression` numbers
    (n, 1); targets below `least` have no score, and predictions below it are taken as it. With
    `log` it judges log(1 + y), and blends mix logarithms."""

    name: str
    greater_is_better: bool
    rows: Callable[[Array, Array], Array]
    value: Callable[[Array], Array]
    regression: bool = False
    least: float = -np.inf
    log: bool = False

    def score(self, y: Array, prediction: Array) -> float:
        return float(self.value(self.rows(y, prediction).mean(axis=0)))

    def gain(self, score: float, over: float) -> float:
        """How much better `score` is than `over`; positive is better whatever the direction."""
        return score - over if self.greater_is_better else over - score


def _hits(y: Array, probabilities: Array) -> Array:
    return (probabilities.argmax(axis=1) == y)[:, None].astype(np.float64)


def _surprisals(y: Array, probabilities: Array) -> Array:
    p = probabilities[np.arange(len(y)), y].astype(np.float64)
    total = probabilities.sum(axis=1, dtype=np.float64)
    return -np.log(np.clip(p / total, 1e-15, 1.0))[:, None]


def _marks(y: Array, probabilities: Array) -> Array:
    """True positives, false positives, false negatives; the second class is the positive one."""
    said, true = probabilities.argmax(axis=1) == 1, y == 1
    return np.stack([said & true, said & ~true, ~said & true], axis=1).astype(np.float64)


def _f1(means: Array) -> Array:
    hits, misses = means[..., 0], means[..., 1] + means[..., 2]
    return 2 * hits / np.maximum(2 * hits + misses, 1e-12)


def _only(means: Array) -> Array:
    return means[..., 0]


def _squares(y: Array, numbers: Array) -> Array:
    return (numbers - y[:, None]).astype(np.float64) ** 2


def _distances(y: Array, numbers: Array) -> Array:
    return np.abs(numbers - y[:, None]).astype(np.float64)


def _log_squares(y: Array, numbers: Array) -> Array:
    return _squares(np.log1p(y), np.log1p(np.maximum(numbers, 0)))


def _spread(y: Array, numbers: Array) -> Array:
    """Squared errors, and the moments of y; about its mean, for the sake of digits."""
    centred = y - y.mean()
    return np.column_stack([_squares(y, numbers), centred, centred**2])


def _log_spread(y: Array, numbers: Array) -> Array:
    return _spread(np.log1p(y), np.log1p(np.maximum(numbers, 0)))


def _rank_products(y: Array, numbers: Array) -> Array:
    """Ranks among all given rows, about their mean: a bootstrap draws rows with the ranks that they have in
    the whole sample."""
    a, b = ((r - r.mean()) / len(r) for r in (rankdata(y), rankdata(numbers[:, 0])))
    return np.column_stack([a * b, a, b, a**2, b**2])


def _correlation(means: Array) -> Array:
    """Zero where one of the two is always the same."""
    product, a, b, aa, bb = np.moveaxis(means, -1, 0)
    spread = np.maximum(aa - a**2, 0) * np.maximum(bb - b**2, 0)
    return np.where(spread > 1e-24, (product - a * b) / np.sqrt(np.maximum(spread, 1e-24)), 0.0)


def _root(means: Array) -> Array:
    return np.sqrt(means[..., 0])


def _explained(means: Array) -> Array:
    return 1 - means[..., 0] / np.maximum(means[..., 2] - means[..., 1] ** 2, 1e-300)


METRICS = {
    m.name: m
    for m in (
        Metric("accuracy", True, _hits, _only),
        Metric("f1", True, _marks, _f1),
        Metric("log_loss", False, _surprisals, _only),
        Metric("rmse", False, _squares, _root, regression=True),
        Metric("mae", False, _distances, _only, regression=True),
        Metric("rmsle", False, _log_squares, _root, regression=True, least=0.0, log=True),
        Metric("r2", True, _spread, _explained, regression=True),
        Metric("r2_log", True, _log_spread, _explained, regression=True, least=0.0, log=True),
        Metric("spearman", True, _rank_products, _correlation, regression=True),
    )
}


def get_metric(name: str) -> Metric:
    if name not in METRICS:
        raise CompetitionError(f"no metric {name!r}; {did_you_mean(name, METRICS)}")
    return METRICS[name]


def require_fitting(metric: Metric, dataset: Dataset) -> None:
    """Raises CompetitionError if the one is of classes and the other of numbers, DataError if the metric
    is not defined for some of the numbers."""
    if metric.regression != dataset.is_regression:
        known = ", ".join(m.name for m in METRICS.values() if m.regression == dataset.is_regression)
        asked, got = ("numbers", "classes") if metric.regression else ("classes", "numbers")
        raise CompetitionError(
            f"metric {metric.name!r} must be given {asked} to predict, got {got}; "
            f"declare one of {known}, or load another Dataset"
        )
    if (low := dataset.y < metric.least).any():
        raise DataError(
            f"metric {metric.name!r} must be given targets of {metric.least:g} or more, "
            f"got {dataset.y.min():g} ({low.sum()} such rows); declare another metric"
        )
