"""Cut points: from which probability, or expected class, on a label is decided, chosen where the metric is
best.

A cut moves the probabilities so that the usual decision (the most probable class; labels from a half on) is
that of the cut. Candidates are quantiles of what is cut, because between two rows no score changes.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from podium.data.task import Task
from podium.metrics import Metric, Scorer

Cut = Callable[[np.ndarray], np.ndarray]  # probabilities (rows, c) -> moved ones (rows, c)

CANDIDATES = 49  # of each of several cuts
ROUNDS = 2  # in which each of several cuts is chosen, the others as they are


def has_cuts(task: Task, metric: Metric) -> bool:
    """Return whether labels of the task can be decided by cut points for the metric."""
    return metric.needs == "labels" and (not task.exclusive or task.n_columns == 2 or metric.ordered)


def best_cut(probabilities: np.ndarray, scorer: Scorer, exclusive: bool) -> Cut:
    """Return the cuts of probabilities (n, c) that the scorer of these rows finds best: one for each of
    several labels, one between neighbours of ordered classes, or one for two classes."""
    if not exclusive:
        return _cut_labels(probabilities, scorer)
    if probabilities.shape[1] > 2:
        return _cut_ordered(probabilities, scorer)
    return _cut_two(probabilities, scorer)


def _cut_two(probabilities: np.ndarray, scorer: Scorer) -> Cut:
    cuts = np.append(np.quantile(probabilities[:, 1], np.linspace(0.02, 0.98, 193)), 0.5)
    cuts = np.unique(cuts.clip(1e-6, 1 - 1e-6))  # at 0 or 1 a sure answer would have odds of 0 to 0
    worths = [scorer.worth(_move_two(probabilities, cut)) for cut in cuts]
    best = max(zip(worths, -np.abs(cuts - 0.5), cuts, strict=True))[-1]
    return lambda rows: _move_two(rows, best)


def _move_two(probabilities: np.ndarray, cut: float) -> np.ndarray:
    """Return the odds of the second class times what brings a probability of `cut` to a half."""
    odds = np.column_stack([probabilities[:, 0] * cut, probabilities[:, 1] * (1 - cut)])
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def _cut_ordered(probabilities: np.ndarray, scorer: Scorer) -> Cut:
    k = probabilities.shape[1]
    start = np.arange(1, k) - 0.5
    candidates = _quantiles(_expected_class(probabilities))
    cuts = _ascend(
        start,
        [candidates] * (k - 1),
        lambda cuts: scorer.worth(_move_ordered(probabilities, np.sort(cuts))),
    )
    return lambda rows: _move_ordered(rows, np.sort(cuts))


def _expected_class(probabilities: np.ndarray) -> np.ndarray:
    total = probabilities.sum(axis=1)
    return np.asarray(probabilities @ np.arange(probabilities.shape[1]) / np.where(total > 0, total, 1))


def _move_ordered(probabilities: np.ndarray, cuts: np.ndarray) -> np.ndarray:
    """Return the mean of the probabilities and of certainty in the class between whose cuts the expected
    class lies."""
    decided = np.searchsorted(cuts, _expected_class(probabilities), side="right")
    return np.asarray((probabilities + np.eye(probabilities.shape[1])[decided]) / 2)


def _cut_labels(probabilities: np.ndarray, scorer: Scorer) -> Cut:
    probabilities = probabilities.clip(0, 1)
    candidates = [_quantiles(column).clip(1e-6, 1 - 1e-6) for column in probabilities.T]
    start = np.full(probabilities.shape[1], 0.5)
    cuts = _ascend(start, candidates, lambda cuts: scorer.worth(_move_labels(probabilities, cuts)))
    return lambda rows: _move_labels(rows.clip(0, 1), cuts)


def _move_labels(probabilities: np.ndarray, cuts: np.ndarray) -> np.ndarray:
    """Return the odds of each label times what brings a probability of its cut to a half."""
    yes = probabilities * (1 - cuts)
    no = (1 - probabilities) * cuts
    return np.asarray(yes / (yes + no))


def _quantiles(values: np.ndarray) -> np.ndarray:
    return np.unique(np.quantile(values, np.linspace(0.01, 0.99, CANDIDATES)))


def _ascend(
    start: np.ndarray, candidates: list[np.ndarray], worth: Callable[[np.ndarray], float]
) -> np.ndarray:
    """Return cuts of which none can be moved alone, to one of its candidates, for a better worth; those at
    the start where nothing is better."""
    cuts = start.copy()
    best = worth(cuts)
    for _ in range(ROUNDS):
        before = best
        for position, values in enumerate(candidates):
            for value in values:
                tried = cuts.copy()
                tried[position] = value
                found = worth(tried)
                if found > best:
                    best = found
                    cuts = tried
        if best == before:
            break
    return cuts
