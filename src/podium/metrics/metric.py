"""What a metric is: a direction, what it needs, and per-row statistics whose means give the score.

Stated as a function of the means of row statistics (accuracy is the mean of hits, log loss the mean of
surprisals), a metric has a fast bootstrap of any number of entries, one matrix product (see
`pipeline.significance`), and can be weighted by row without a second implementation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Array = np.ndarray


@dataclass(frozen=True)
class Metric:
    """`row_statistics(y, predicted)` gives statistics (n, c); `value` maps their means (..., c) to scores
    (...).

    `needs` says what a prediction must be: "labels" or "probabilities" (n, k), "label sets" (n, t) where a
    row may have several of t labels, or "numbers" (n, 1). Targets below `least` have no score, and
    predictions below it are taken as it. With `on_logs` it judges log(1 + y), and blends mix logarithms.
    Where it is `scale_free`, a multiple of a prediction has the score of the prediction.
    """

    name: str
    greater_is_better: bool
    needs: str
    row_statistics: Callable[[Array, Array], Array]
    value: Callable[[Array], Array]
    least: float = -np.inf
    on_logs: bool = False
    scale_free: bool = False

    def score(self, y: Array, predicted: Array) -> float:
        """Return the score of predictions (n, c) for targets y (n,), or (n, t) of label sets."""
        return float(self.value(self.row_statistics(y, predicted).mean(axis=0)))

    def gain(self, score: float, over: float) -> float:
        """Return how much better `score` is than `over`; positive is better whatever the direction."""
        return score - over if self.greater_is_better else over - score

    def clip(self, predicted: Array) -> Array:
        """Return predictions of which none is below what the metric is defined for."""
        return np.maximum(predicted, self.least)


def first(means: Array) -> Array:
    """Return the mean of the only statistic."""
    return means[..., 0]
