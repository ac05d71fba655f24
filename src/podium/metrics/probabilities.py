"""Metrics of probabilities: y (n,) holds codes, predictions (n, k) sum to one, or are scaled so."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from podium.metrics.metric import CLASSES, Array, RowMetric, first, indicators, mean_of_defined, share


def _surprisals(y: Array, probabilities: Array) -> Array:
    """Return -log of the label's probability, which counts as 1e-15 where it is less, as at Kaggle."""
    p = probabilities[np.arange(len(y)), y].astype(np.float64)
    total = probabilities.sum(axis=1, dtype=np.float64)
    return -np.log(np.clip(p / total, 1e-15, 1.0))[:, None]


def _surprisals_by_class(y: Array, probabilities: Array) -> Array:
    """Return each class's surprisals and its rows (n, 2k)."""
    true = indicators(y, probabilities.shape[1])
    return np.concatenate([_surprisals(y, probabilities) * true, true], axis=1)


def _mean_of_classes(means: Array) -> Array:
    surprisals, rows = np.moveaxis(means.reshape(*means.shape[:-1], 2, -1), -2, 0)
    return mean_of_defined(share(surprisals, rows))


def _squares(y: Array, probabilities: Array) -> Array:
    """Return squared distances from the truth (Brier 1950), half of them for two classes, whose columns say
    the same."""
    columns = probabilities.shape[1]
    distances = ((probabilities - indicators(y, columns)) ** 2).sum(axis=1, keepdims=True)
    return distances / 2 if columns == 2 else distances


def _of_probabilities(
    name: str, statistics: Callable[..., Array], value: Callable[[Array], Array], scale_free: bool
) -> RowMetric:
    return RowMetric(
        name=name,
        greater_is_better=False,
        needs="probabilities",
        tasks=CLASSES,
        row_statistics=statistics,
        value=value,
        scale_free=scale_free,
    )


METRICS = (
    _of_probabilities("log_loss", _surprisals, first, scale_free=True),
    _of_probabilities("balanced_log_loss", _surprisals_by_class, _mean_of_classes, scale_free=True),
    _of_probabilities("brier", _squares, first, scale_free=False),
)
