"""Metrics of numbers: y (n,) and predictions (n, 1)."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from podium.metrics.metric import Array, Metric, first


def _squares(y: Array, numbers: Array) -> Array:
    return (numbers - y[:, None]).astype(np.float64) ** 2


def _distances(y: Array, numbers: Array) -> Array:
    return np.abs(numbers - y[:, None]).astype(np.float64)


def _logs(numbers: Array) -> Array:
    return np.log1p(np.maximum(numbers, 0))


def _log_squares(y: Array, numbers: Array) -> Array:
    return _squares(np.log1p(y), _logs(numbers))


def _moments(y: Array, numbers: Array) -> Array:
    """Return squared errors, and the moments of y about its mean, for the sake of digits."""
    centred = y - y.mean()
    return np.column_stack([_squares(y, numbers), centred, centred**2])


def _log_moments(y: Array, numbers: Array) -> Array:
    return _moments(np.log1p(y), _logs(numbers))


def _rank_products(y: Array, numbers: Array) -> Array:
    """Return products of ranks among all given rows, about their mean: a bootstrap draws rows with the ranks
    that they have in the whole sample."""
    a, b = (_centred_ranks(values) for values in (y, numbers[:, 0]))
    return np.column_stack([a * b, a, b, a**2, b**2])


def _centred_ranks(values: Array) -> Array:
    ranks = rankdata(values)
    return (ranks - ranks.mean()) / len(ranks)


def _correlation(means: Array) -> Array:
    """Return zero where one of the two is always the same."""
    product, a, b, aa, bb = np.moveaxis(means, -1, 0)
    spread = np.maximum(aa - a**2, 0) * np.maximum(bb - b**2, 0)
    return np.where(spread > 1e-24, (product - a * b) / np.sqrt(np.maximum(spread, 1e-24)), 0.0)


def _root(means: Array) -> Array:
    return np.sqrt(means[..., 0])


def _explained(means: Array) -> Array:
    return 1 - means[..., 0] / np.maximum(means[..., 2] - means[..., 1] ** 2, 1e-300)


METRICS = (
    Metric("rmse", False, "numbers", _squares, _root),
    Metric("mae", False, "numbers", _distances, first),
    Metric("rmsle", False, "numbers", _log_squares, _root, least=0.0, on_logs=True),
    Metric("r2", True, "numbers", _moments, _explained),
    Metric("r2_log", True, "numbers", _log_moments, _explained, least=0.0, on_logs=True),
    Metric("spearman", True, "numbers", _rank_products, _correlation),
)
