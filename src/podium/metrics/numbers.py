"""Metrics of numbers: y (n,) and predictions (n, 1)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from podium.metrics.metric import NUMBERS, Array, FunctionMetric, Metric, RowMetric, first


def _squares(y: Array, numbers: Array) -> Array:
    return (numbers - y[:, None]).astype(np.float64) ** 2


def _distances(y: Array, numbers: Array) -> Array:
    return np.abs(numbers - y[:, None]).astype(np.float64)


def _logs(numbers: Array) -> Array:
    return np.log1p(np.maximum(numbers, 0))


def _log_squares(y: Array, numbers: Array) -> Array:
    return _squares(np.log1p(y), _logs(numbers))


def _relative(y: Array, numbers: Array) -> Array:
    return _distances(y, numbers) / np.maximum(np.abs(y), np.finfo(np.float64).eps)[:, None]


def _symmetric(y: Array, numbers: Array) -> Array:
    """Return the distances in percent of the mean of both sizes, zero where both are zero."""
    size = (np.abs(y)[:, None] + np.abs(numbers)) / 2
    return 100 * _distances(y, numbers) / np.where(size == 0, 1, size)


def _pinball(y: Array, numbers: Array, quantile: float) -> Array:
    """Return the losses that the quantile of y minimises (Koenker and Bassett 1978, "Regression
    Quantiles")."""
    lacking = y[:, None] - numbers
    return np.maximum(quantile * lacking, (quantile - 1) * lacking)


def _moments(y: Array, numbers: Array) -> Array:
    """Return squared errors, and the moments of y about its mean, for the sake of digits."""
    centred = y - y.mean()
    return np.column_stack([_squares(y, numbers), centred, centred**2])


def _log_moments(y: Array, numbers: Array) -> Array:
    return _moments(np.log1p(y), _logs(numbers))


def _products(a: Array, b: Array) -> Array:
    return np.column_stack([a * b, a, b, a**2, b**2])


def _value_products(y: Array, numbers: Array) -> Array:
    """Return products of values about their means, in units of their spread: their squares may be too large
    for a number."""
    return _products(_standardised(y), _standardised(numbers[:, 0]))


def _standardised(values: Array) -> Array:
    centred = values - values.mean()
    return centred / (np.abs(centred).max() or 1.0)


def _rank_products(y: Array, numbers: Array) -> Array:
    """Return products of ranks among all given rows, about their mean: a bootstrap draws rows with the ranks
    that they have in the whole sample."""
    return _products(_centred_ranks(y), _centred_ranks(numbers[:, 0]))


def _centred_ranks(values: Array) -> Array:
    from scipy.stats import rankdata

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


def _median_error(y: Array, numbers: Array, weights: Array | None) -> float:
    from sklearn.metrics import median_absolute_error

    return float(median_absolute_error(y, numbers[:, 0], sample_weight=weights))


def _of_numbers(name: str, statistics: Callable[..., Array], value: Any = first, **more: Any) -> Metric:
    settings = {"greater_is_better": False, **more}
    return RowMetric(
        name=name,
        needs="numbers",
        tasks=NUMBERS,
        columns=1,
        row_statistics=statistics,
        value=value,
        **settings,
    )


def pinball(quantile: float) -> Metric:
    """Return the quantile loss, which the quantile of the targets minimises."""
    return _of_numbers(f"pinball@{quantile:g}", partial(_pinball, quantile=quantile))


RMSE = _of_numbers("rmse", _squares, _root)
METRICS = (
    RMSE,
    _of_numbers("mae", _distances),
    _of_numbers("rmsle", _log_squares, _root, least=0.0, logs=RMSE),
    _of_numbers("r2", _moments, _explained, greater_is_better=True, width=3),
    _of_numbers("r2_log", _log_moments, _explained, greater_is_better=True, width=3, least=0.0, logs=RMSE),
    _of_numbers("pearson", _value_products, _correlation, greater_is_better=True, width=5, scale_free=True),
    _of_numbers("spearman", _rank_products, _correlation, greater_is_better=True, width=5, frozen=True),
    _of_numbers("mape", _relative),
    _of_numbers("smape", _symmetric),
    FunctionMetric(
        name="median_absolute_error",
        greater_is_better=False,
        needs="numbers",
        tasks=NUMBERS,
        columns=1,
        function=_median_error,
    ),
)
