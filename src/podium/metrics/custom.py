"""A competition's own metric, written as scikit-learn writes them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from podium.errors import CompetitionError
from podium.metrics.labels import decided
from podium.metrics.metric import CLASSES, LABEL_SETS, NUMBERS, Array, FunctionMetric, Metric

TASKS = {
    "labels": CLASSES | LABEL_SETS,
    "probabilities": CLASSES | LABEL_SETS,
    "ranking": CLASSES | LABEL_SETS,
    "top labels": CLASSES | LABEL_SETS,
    "numbers": NUMBERS,
}


@dataclass(frozen=True, kw_only=True)
class CustomMetric(FunctionMetric):
    """A metric whose code counts in the ids of the blends that are fitted to it."""

    source: str

    @property
    def key(self) -> Any:
        return [self.name, self.source]


def custom_metric(
    function: Callable[..., float],
    *,
    greater_is_better: bool,
    needs: str,
    name: str = "",
    reads: tuple[str, ...] = (),
) -> Metric:
    """Return a function of the competition's own as a metric.

    It is called as `function(y, predicted)`, and may take `sample_weight` (n,), how much each row weighs, and
    with `reads` the frame `about` (n, ...) of those columns. y holds class codes (n,), ones and zeros (n, t),
    or numbers (n,) or (n, t). `predicted` is of the shape of y where labels or numbers are needed, else the
    probabilities (n, k), or (n,) those of the second of two classes. A function that takes no weights is
    called on drawn rows. Raises CompetitionError for an unknown need.
    """
    if needs not in TASKS:
        raise CompetitionError(f"needs of a metric must be one of {list(TASKS)}, got {needs!r}")
    takes = inspect.signature(function).parameters
    if reads and "about" not in takes:
        raise CompetitionError(f"metric {function.__name__!r} must take `about` to read {list(reads)}")

    def call(y: Array, predicted: Array, weights: Array | None, about: pd.DataFrame | None = None) -> float:
        given = _as_needed(y, predicted, needs)
        extra = {} if about is None else {"about": about}
        if weights is None:
            return float(function(y, given, **extra))
        if "sample_weight" in takes:
            return float(function(y, given, sample_weight=weights, **extra))
        rows = np.repeat(np.arange(len(y)), weights.astype(np.int64))
        drawn = {} if about is None else {"about": about.iloc[rows]}
        return float(function(y[rows], given[rows], **drawn))

    return CustomMetric(
        name=name or function.__name__,
        greater_is_better=greater_is_better,
        needs=needs,
        tasks=TASKS[needs],
        function=call,
        reads=reads,
        source=_source(function),
    )


def _as_needed(y: Array, predicted: Array, needs: str) -> Array:
    if needs == "labels":
        return predicted.argmax(axis=1) if y.ndim == 1 else decided(y, predicted).astype(np.int64)
    if needs == "numbers":
        return predicted[:, 0] if y.ndim == 1 else predicted
    is_binary = y.ndim == 1 and predicted.shape[1] == 2 and needs != "top labels"
    return predicted[:, 1] if is_binary else predicted


def _source(function: Callable[..., float]) -> str:
    """Return the code of the module of a function; its name where there is none to read."""
    try:
        return inspect.getsource(inspect.getmodule(function) or function)
    except (OSError, TypeError):
        return function.__qualname__
