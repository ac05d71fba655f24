"""Metrics made of other metrics: the mean over several targets, and rows that weigh differently."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from podium.errors import CompetitionError
from podium.metrics.metric import (
    CLASSES,
    LABEL_SETS,
    NUMBERS,
    Array,
    FunctionMetric,
    Metric,
    RowMetric,
    indicators,
    mean_of_defined,
)

WEIGHTS = "weights"  # the name by which a metric reads `Dataset.weights`
# A class of several has no answer of its own, only a probability.
TASKS_OF_MEANS = {"numbers": NUMBERS, "labels": LABEL_SETS}


def columnwise(metric: Metric) -> Metric:
    """Return the mean over the targets of a metric that judges one of them.

    One target is a number of several, a label of several, or a class against the rest. Targets of which the
    rows have no score (no row carries the label) are left out of the mean.
    """
    changes: dict[str, Any] = {
        "name": f"mean_{metric.name}",
        "columns": None,
        "tasks": TASKS_OF_MEANS.get(metric.needs, CLASSES | LABEL_SETS),
        "logs": metric.logs and columnwise(metric.logs),
        # Beside the probability of a label stands that of its absence, which is no multiple.
        "scale_free": metric.needs == "ranking",
    }
    if isinstance(metric, RowMetric):
        return replace(
            metric,
            row_statistics=_statistics_by_column(metric),
            value=_mean_value(metric),
            **changes,
        )
    if isinstance(metric, FunctionMetric):
        return replace(metric, function=_mean_function(metric), **changes)
    raise CompetitionError(f"metric {metric.name!r} must be a RowMetric or a FunctionMetric to be columnwise")


def weighted(metric: Metric, column: str = WEIGHTS) -> Metric:
    """Return a metric in which each row weighs what `Dataset.weights` or a column of `Dataset.about` says.

    Raises CompetitionError for a metric whose statistics look at more than their own row.
    """
    changes: dict[str, Any] = {"name": f"{metric.name}_by_{column}", "reads": (*metric.reads, column)}
    if isinstance(metric, FunctionMetric):
        return replace(metric, function=_weighted_function(metric, column), **changes)
    if not isinstance(metric, RowMetric) or metric.frozen:
        raise CompetitionError(
            f"metric {metric.name!r} must be made of single rows to be weighted, got ranks among all rows; "
            "declare a custom_metric that takes sample_weight"
        )
    return replace(
        metric,
        row_statistics=_weighted_statistics(metric, column),
        value=_value_of_weighted(metric),
        **changes,
    )


def _columns(metric: Metric, y: Array, predicted: Array) -> Iterator[tuple[Array, Array]]:
    """Yield the target (n,) and the prediction of each column as the metric of one column takes them."""
    if metric.needs == "numbers":
        for column in range(predicted.shape[1]):
            yield (y if y.ndim == 1 else y[:, column]), predicted[:, [column]]
        return
    true = indicators(y, predicted.shape[1]).astype(np.int64)
    for column in range(predicted.shape[1]):
        p = predicted[:, column].astype(np.float64)
        if metric.needs == "labels":
            p = (p >= 0.5).astype(np.float64)
        yield true[:, column], np.column_stack([1 - p, p])


def _statistics_by_column(metric: RowMetric) -> Callable[..., Array]:
    def statistics(y: Array, predicted: Array, about: pd.DataFrame | None = None) -> Array:
        columns = _columns(metric, y, predicted)
        return np.concatenate([metric.statistics(*column, about) for column in columns], axis=1)

    return statistics


def _mean_value(metric: RowMetric) -> Callable[[Array], Array]:
    def value(means: Array) -> Array:
        by_column = means.reshape(*means.shape[:-1], -1, metric.width)
        return mean_of_defined(metric.value(by_column))

    return value


def _mean_function(metric: FunctionMetric) -> Callable[..., float]:
    def function(y: Array, predicted: Array, weights: Array | None, *about: pd.DataFrame) -> float:
        scores = [metric.function(*column, weights, *about) for column in _columns(metric, y, predicted)]
        return float(mean_of_defined(np.array(scores)))

    return function


def _weighted_statistics(metric: RowMetric, column: str) -> Callable[..., Array]:
    def statistics(y: Array, predicted: Array, about: pd.DataFrame) -> Array:
        weights = about[column].to_numpy(dtype=np.float64)[:, None]
        return np.column_stack([metric.statistics(y, predicted, about) * weights, weights])

    return statistics


def _value_of_weighted(metric: RowMetric) -> Callable[[Array], Array]:
    return lambda means: metric.value(means[..., :-1] / means[..., -1:])


def _weighted_function(metric: FunctionMetric, column: str) -> Callable[..., float]:
    def function(y: Array, predicted: Array, weights: Array | None, about: pd.DataFrame) -> float:
        own = about[column].to_numpy(dtype=np.float64)
        extra = (about,) if metric.reads else ()
        return float(metric.function(y, predicted, own if weights is None else own * weights, *extra))

    return function
