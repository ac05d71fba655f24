"""What each member adds to a blend: the blend without it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from podium.metrics import Scorer, get_metric
from podium.pipeline.blend import Truth, weights
from podium.pipeline.predictions import Predictions
from podium.pipeline.significance import Comparison, compare_folds
from podium.report.results import Results


def without_each(members: Sequence[Predictions], results: Results) -> dict[str, Comparison]:
    """Return for each member how much better the `weights` blend of all members is than that of the others,
    nested.

    The least squares of a fold's rows are those of their triangular factor, which has as many rows as there
    are members, so each fold is only read once.
    """
    scorer = results.scorer
    folds = results.folds
    metric = results.metric
    stack = np.stack([member.oof for member in members], axis=1).astype(np.float64)
    target = results.dataset.task.perfect(scorer.y)
    factors = [_factor(stack, target, np.setdiff1d(fold.valid, folds.untrained)) for fold in folds]

    def scores(kept: np.ndarray) -> np.ndarray:
        found = []
        for number, fold in enumerate(folds):
            rows = np.vstack(factors[:number] + factors[number + 1 :])
            truth = Truth(rows[:, -1:], Scorer(get_metric("rmse"), rows[:, -1]))
            fitted = weights(rows[:, kept, None], truth)
            combined = fitted.combine(stack[np.ix_(fold.valid, kept)])
            found.append(scorer.take(fold.valid).score(combined))
        return np.array(found)

    every = np.arange(len(members))
    with_all = scores(every)
    sign = 1 if metric.greater_is_better else -1
    gains = {
        member.name: sign * (with_all - scores(np.delete(every, number)))
        for number, member in enumerate(members)
    }
    return {name: compare_folds(gain, results.valid_to_train) for name, gain in gains.items()}


def _factor(stack: np.ndarray, target: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return the triangular factor (members + 1, members + 1) of the members' columns and the target."""
    columns = stack[rows].transpose(0, 2, 1).reshape(-1, stack.shape[1])
    return np.asarray(np.linalg.qr(np.column_stack([columns, target[rows].ravel()]), mode="r"))
