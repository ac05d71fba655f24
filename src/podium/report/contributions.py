"""What each member gives to a blend: the blend without it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from podium.metrics.metrics import Metric, get_metric
from podium.pipeline.blend import BLENDS
from podium.pipeline.folds import Folds
from podium.pipeline.predictions import Predictions
from podium.pipeline.significance import Comparison, compare_folds


def without_each(
    members: Sequence[Predictions], y: np.ndarray, folds: Folds, metric: Metric, valid_to_train: float
) -> dict[str, Comparison]:
    """For each member how much the `weights` blend of all is better than that of the others, nested.

    The least squares of a fold's rows are those of the triangular factor of them, which has as many rows as
    there are members: so each fold is only read once.
    """
    stack = np.stack([p.oof for p in members], axis=1).astype(np.float64)
    factors = [_factor(stack, y, np.setdiff1d(f.valid, folds.untrained), metric) for f in folds]

    def scores(kept: np.ndarray) -> np.ndarray:
        found = []
        for number, fold in enumerate(folds):
            rows = np.vstack(factors[:number] + factors[number + 1 :])
            fitted = BLENDS["weights"](rows[:, kept, None], rows[:, -1], get_metric("rmse"))
            found.append(metric.score(y[fold.valid], fitted.combine(stack[np.ix_(fold.valid, kept)])))
        return np.array(found)

    every = np.arange(len(members))
    whole, sign = scores(every), 1 if metric.greater_is_better else -1
    return {
        member.name: compare_folds(sign * (whole - scores(np.delete(every, number))), valid_to_train)
        for number, member in enumerate(members)
    }


def _factor(stack: np.ndarray, y: np.ndarray, rows: np.ndarray, metric: Metric) -> np.ndarray:
    """Of the columns of the members and the target (members + 1, members + 1)."""
    part, k = stack[rows], stack.shape[2]
    columns = part.transpose(0, 2, 1).reshape(len(rows) * k, -1)
    target = y[rows] if metric.regression else np.eye(k)[y[rows]].ravel()
    return np.asarray(np.linalg.qr(np.column_stack([columns, target]), mode="r"))
