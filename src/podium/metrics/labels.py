"""Metrics of labels: the most probable class, or all labels with a probability of a half and more.

All but accuracy are functions of three counts for each class: hits, predictions and true rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from podium.metrics.metric import (
    CLASSES,
    LABEL_SETS,
    Array,
    Metric,
    RowMetric,
    first,
    indicators,
    mean_of_defined,
    share,
)


def decided(y: Array, predicted: Array) -> Array:
    """Return which class, or which labels, a prediction decides for, as ones and zeros (n, c)."""
    columns = predicted.shape[1]
    return np.eye(columns)[predicted.argmax(axis=1)] if y.ndim == 1 else (predicted >= 0.5).astype(float)


def _hits(y: Array, probabilities: Array) -> Array:
    return (probabilities.argmax(axis=1) == y)[:, None].astype(np.float64)


def _all_right(y: Array, probabilities: Array) -> Array:
    return (decided(y, probabilities) == y).all(axis=1, keepdims=True).astype(np.float64)


def _counts(y: Array, probabilities: Array) -> Array:
    """Return hits, predictions and true rows of each class (n, 3k)."""
    true = indicators(y, probabilities.shape[1])
    chosen = decided(y, probabilities)
    return np.concatenate([true * chosen, chosen, true], axis=1)


def _by_class(means: Array) -> tuple[Array, Array, Array]:
    """Return the shares (..., k) of hits, predictions and true rows."""
    hits, chosen, true = np.moveaxis(means.reshape(*means.shape[:-1], 3, -1), -2, 0)
    return hits, chosen, true


def _f(hits: Array, chosen: Array, true: Array, beta: float) -> Array:
    """Return F-beta (van Rijsbergen 1979, "Information Retrieval"); NaN where there is nothing to find or
    found."""
    return share((1 + beta**2) * hits, chosen + beta**2 * true)


def _f_of_positive(means: Array, beta: float) -> Array:
    hits, chosen, true = _by_class(means)
    return np.nan_to_num(_f(hits[..., -1], chosen[..., -1], true[..., -1], beta))


def _f_micro(means: Array, beta: float) -> Array:
    hits, chosen, true = _by_class(means)
    return np.nan_to_num(_f(hits.sum(axis=-1), chosen.sum(axis=-1), true.sum(axis=-1), beta))


def _f_macro(means: Array, beta: float) -> Array:
    return mean_of_defined(_f(*_by_class(means), beta))


def _f_weighted(means: Array, beta: float) -> Array:
    hits, chosen, true = _by_class(means)
    scores = np.nan_to_num(_f(hits, chosen, true, beta))
    return np.nan_to_num(share((scores * true).sum(axis=-1), true.sum(axis=-1)))


def _f_of_row(y: Array, probabilities: Array, beta: float) -> Array:
    chosen = decided(y, probabilities)
    scores = _f((y * chosen).sum(axis=1), chosen.sum(axis=1), y.sum(axis=1), beta)
    return np.nan_to_num(scores)[:, None]


def _balanced(means: Array) -> Array:
    hits, _, true = _by_class(means)
    return mean_of_defined(share(hits, true))


def _correlation(means: Array) -> Array:
    """Return Matthews' correlation for any number of classes (Gorodkin 2004, "Comparing two K-category
    assignments by a K-category correlation coefficient"); zero where one side is constant."""
    hits, chosen, true = _by_class(means)
    covariance = hits.sum(axis=-1) - (chosen * true).sum(axis=-1)
    spread = (1 - (chosen**2).sum(axis=-1)) * (1 - (true**2).sum(axis=-1))
    return np.where(spread > 1e-24, covariance / np.sqrt(np.maximum(spread, 1e-24)), 0.0)


def _squares_of_codes(y: Array, probabilities: Array) -> Array:
    code = y.astype(np.float64)
    chosen = probabilities.argmax(axis=1).astype(np.float64)
    return np.column_stack([(code - chosen) ** 2, code, chosen, code**2, chosen**2])


def _quadratic_kappa(means: Array) -> Array:
    """Return Cohen's kappa with quadratic weights (Cohen 1968, "Weighted kappa").

    The disagreement that chance would give, the sum over pairs of classes, is a function of the two means
    and mean squares. NaN where both sides are the same constant.
    """
    observed, code, chosen, codes, squares = np.moveaxis(means, -1, 0)
    return 1 - share(observed, codes + squares - 2 * code * chosen)


F_AVERAGES = {
    "": (_f_of_positive, CLASSES, 2),
    "_micro": (_f_micro, CLASSES | LABEL_SETS, None),
    "_macro": (_f_macro, CLASSES, None),
    "_weighted": (_f_weighted, CLASSES | LABEL_SETS, None),
}


def f_beta(beta: float, average: str = "") -> Metric:
    """Return F-beta, whose recall counts beta times as much as its precision.

    `average` is "" for the second one of two classes, "_micro", "_macro" or "_weighted" for the classes,
    "_samples" for the mean over rows with several labels.
    """
    name = f"f{beta:g}{average}"
    if average == "_samples":
        return _of_sets(name, partial(_f_of_row, beta=beta))
    value, tasks, columns = F_AVERAGES[average]
    return RowMetric(
        name=name,
        greater_is_better=True,
        needs="labels",
        tasks=tasks,
        columns=columns,
        row_statistics=_counts,
        value=partial(value, beta=beta),
        width=6,
        scale_free=tasks == CLASSES,
    )


def _of_sets(name: str, statistics: Callable[..., Array]) -> Metric:
    """Return the mean over the rows of a statistic of their sets of labels."""
    return RowMetric(
        name=name,
        greater_is_better=True,
        needs="labels",
        tasks=LABEL_SETS,
        row_statistics=statistics,
        value=first,
    )


def _of_classes(name: str, statistics: Callable[..., Array], value: Callable[[Array], Array]) -> RowMetric:
    return RowMetric(
        name=name,
        greater_is_better=True,
        needs="labels",
        tasks=CLASSES,
        row_statistics=statistics,
        value=value,
        scale_free=True,
    )


METRICS = (
    _of_classes("accuracy", _hits, first),
    _of_sets("subset_accuracy", _all_right),
    _of_classes("balanced_accuracy", _counts, _balanced),
    *(f_beta(1, average) for average in (*F_AVERAGES, "_samples")),
    _of_classes("mcc", _counts, _correlation),
    replace(_of_classes("quadratic_kappa", _squares_of_codes, _quadratic_kappa), ordered=True),
)
