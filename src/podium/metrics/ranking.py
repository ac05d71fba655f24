"""Metrics of an order: of the rows by the probability of a class, or of the classes within a row."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from podium.metrics.combined import columnwise
from podium.metrics.metric import (
    CLASSES,
    LABEL_SETS,
    Array,
    FunctionMetric,
    Metric,
    RowMetric,
    first,
    indicators,
    share,
)


def _placements(y: Array, probabilities: Array) -> Array:
    """Return the placements (n, 5) of which the area under the ROC curve is made (DeLong, DeLong and
    Clarke-Pearson 1988, "Comparing the areas under two or more correlated receiver operating characteristic
    curves").

    A positive row's placement is the share of negative rows that it beats, ties counting half; a negative
    row's the share of positive rows that beat it. The columns: placements of positive rows, which rows are
    positive, placements of negative rows, which are negative, and the area itself.
    """
    positive = y == 1
    p = probabilities[:, -1]
    placements = np.empty(len(y))
    placements[positive] = _share_below(p[positive], np.sort(p[~positive]))
    placements[~positive] = 1 - _share_below(p[~positive], np.sort(p[positive]))
    area = placements[positive].mean() if positive.any() else np.nan
    columns = [placements * positive, positive, placements * ~positive, ~positive, np.full(len(y), area)]
    return np.column_stack(columns).astype(np.float64)


def _share_below(values: Array, ordered: Array) -> Array:
    if not len(ordered):
        return np.full(len(values), np.nan)
    below = ordered.searchsorted(values, "left") + ordered.searchsorted(values, "right")
    return below / (2 * len(ordered))


def _area(means: Array) -> Array:
    """Return the area: to first order the mean placement of drawn positive rows plus that of drawn negative
    ones, less the whole sample's area, which both contain. NaN where a class has no rows."""
    positive_placements, positive, negative_placements, negative, whole = np.moveaxis(means, -1, 0)
    return share(positive_placements, positive) + share(negative_placements, negative) - whole


def _area_by_class(y: Array, probabilities: Array) -> Array:
    true = indicators(y, probabilities.shape[1]).astype(np.int64)
    columns = range(probabilities.shape[1])
    return np.concatenate([_placements(true[:, c], probabilities[:, [c]]) for c in columns], axis=1)


def _area_weighted(means: Array) -> Array:
    """Return the mean over classes of the area of one against the rest, weighed by their rows."""
    by_class = means.reshape(*means.shape[:-1], -1, 5)
    rows = by_class[..., 1]
    return share((np.nan_to_num(_area(by_class)) * rows).sum(axis=-1), rows.sum(axis=-1))


def _average_precision(y: Array, probabilities: Array, weights: Array | None) -> float:
    from sklearn.metrics import average_precision_score

    rows = np.ones(len(y), dtype=bool) if weights is None else weights > 0
    if not (y[rows] == 1).any():
        return float("nan")
    return float(average_precision_score(y, probabilities[:, -1], sample_weight=weights))


def _top(probabilities: Array, k: int) -> Array:
    """Return the columns (n, k) of the k most probable classes, best first; of equal ones the first."""
    return np.argsort(-probabilities, axis=1, kind="stable")[:, :k]


def _found(y: Array, probabilities: Array, k: int) -> Array:
    """Return which of a row's k first answers are right (n, k)."""
    true = indicators(y, probabilities.shape[1])
    return np.take_along_axis(true, _top(probabilities, k), axis=1)


def _average_precision_at(y: Array, probabilities: Array, k: int) -> Array:
    found = _found(y, probabilities, k)
    precision = found.cumsum(axis=1) / np.arange(1, found.shape[1] + 1)
    possible = indicators(y, probabilities.shape[1]).sum(axis=1).clip(max=k)
    return np.nan_to_num(share((precision * found).sum(axis=1), possible))[:, None]


def _any_found(y: Array, probabilities: Array, k: int) -> Array:
    return _found(y, probabilities, k).max(axis=1, keepdims=True)


def _precision_at(y: Array, probabilities: Array, k: int) -> Array:
    return _found(y, probabilities, k).sum(axis=1, keepdims=True) / k


def _recall_at(y: Array, probabilities: Array, k: int) -> Array:
    true = indicators(y, probabilities.shape[1]).sum(axis=1, keepdims=True)
    return np.nan_to_num(share(_found(y, probabilities, k).sum(axis=1, keepdims=True), true))


def map_at(k: int) -> Metric:
    """Return the mean average precision of the k first answers (Kaggle's MAP@k)."""
    return _of_top("map", _average_precision_at, k)


def top_k_accuracy(k: int) -> Metric:
    """Return the share of rows with a right answer among the k first."""
    return _of_top("top", _any_found, k)


def precision_at(k: int) -> Metric:
    """Return the mean share of right answers among the k first."""
    return _of_top("precision", _precision_at, k)


def recall_at(k: int) -> Metric:
    """Return the mean share of a row's labels that are among the k first answers."""
    return _of_top("recall", _recall_at, k)


def _of_top(name: str, statistic: Callable[..., Array], k: int) -> Metric:
    return RowMetric(
        name=f"{name}@{k}",
        greater_is_better=True,
        needs="top labels",
        tasks=CLASSES | LABEL_SETS,
        row_statistics=partial(statistic, k=k),
        value=first,
        scale_free=True,
    )


ROC_AUC = RowMetric(
    name="roc_auc",
    greater_is_better=True,
    needs="ranking",
    tasks=CLASSES,
    columns=2,
    row_statistics=_placements,
    value=_area,
    width=5,
    frozen=True,
    scale_free=True,
)
METRICS = (
    ROC_AUC,
    columnwise(ROC_AUC),
    RowMetric(
        name="weighted_roc_auc",
        greater_is_better=True,
        needs="ranking",
        tasks=CLASSES | LABEL_SETS,
        row_statistics=_area_by_class,
        value=_area_weighted,
        frozen=True,
        scale_free=True,
    ),
    FunctionMetric(
        name="average_precision",
        greater_is_better=True,
        needs="ranking",
        tasks=CLASSES,
        columns=2,
        function=_average_precision,
        scale_free=True,
    ),
)
