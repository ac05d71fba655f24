"""Blends: several entries' predictions into one, scored so that they are not flattered.

Each blend is fitted on stacked out-of-fold predictions (n, members, k), probabilities of k classes or,
with k = 1 and a metric of regression, numbers. The out-of-fold predictions
that a blend itself reports are nested: for each fold it is fitted on the other folds' rows and
applied to this one's. What goes into the submission is fitted on all rows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from podium.metrics.metrics import Metric, get_metric
from podium.pipeline.folds import Folds
from podium.pipeline.predictions import Predictions, fold_scores, require_same_folds
from podium.storage.hashing import content_id

Combine = Callable[[np.ndarray], np.ndarray]  # (rows, members, k) -> (rows, k)


@dataclass(frozen=True)
class Fitted:
    """`weights` (members,) where the blend is a weighted mean, else None."""

    combine: Combine
    weights: np.ndarray | None = None


def weighted(weights: np.ndarray) -> Fitted:
    return Fitted(lambda stack: np.tensordot(stack, weights, axes=(1, 0)), weights)


def mean(stack: np.ndarray, y: np.ndarray, metric: Metric) -> Fitted:
    return weighted(np.full(stack.shape[1], 1 / stack.shape[1]))


def rank_mean(stack: np.ndarray, y: np.ndarray, metric: Metric) -> Fitted:
    """The mean of the rows' ranks in each class among the rows it was fitted on, for members whose
    scales differ."""
    known = np.sort(stack, axis=0)

    def combine(rows: np.ndarray) -> np.ndarray:
        combined = np.mean([_ranks(known[:, m], rows[:, m]) for m in range(rows.shape[1])], axis=0)
        return combined / combined.sum(axis=1, keepdims=True)

    return Fitted(combine)


def _ranks(known: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The ranks (rows, k) of values among known ones in ascending order, both (rows, k); equal ones
    share theirs."""
    columns = zip(known.T, values.T, strict=True)
    return np.column_stack([1 + c.searchsorted(v, "left") + c.searchsorted(v, "right") for c, v in columns])


def weights(stack: np.ndarray, y: np.ndarray, metric: Metric) -> Fitted:
    """Non-negative least squares on the one-hot labels or the numbers (Breiman 1996, "Stacked Regressions"),
    scaled to sum to one. Solved on the triangular factor: as many rows as members."""
    from scipy.optimize import nnls

    n, members, k = stack.shape
    columns = stack.transpose(0, 2, 1).reshape(n * k, members).astype(np.float64)
    target = y if metric.regression else np.eye(k)[y].reshape(n * k)
    triangle = np.asarray(np.linalg.qr(np.column_stack([columns, target]), mode="r"))
    solution, _ = nnls(triangle[:, :-1], triangle[:, -1])
    total = solution.sum()
    return weighted(solution / total) if total > 0 else mean(stack, y, metric)


def greedy(stack: np.ndarray, y: np.ndarray, metric: Metric, rounds: int = 50) -> Fitted:
    """Ensemble selection with replacement (Caruana et al. 2004, "Ensemble Selection from Libraries
    of Models"): add the member that helps the metric most, keep the shortest prefix of the best
    score. Ties go to members already in, so that weights stay few."""
    members = stack.shape[1]
    counts = np.zeros(members, dtype=int)
    total = np.zeros(stack.shape[::2])
    best_score, best_counts = None, counts
    for _ in range(rounds):
        # Of probabilities the sum will do, of numbers only the mean.
        share = 1 / (counts.sum() + 1) if metric.regression else 1.0
        scores = [metric.score(y, (total + stack[:, m]) * share) for m in range(members)]
        order = sorted(range(members), key=lambda m: (metric.gain(scores[m], 0), counts[m], -m))
        chosen = order[-1]
        counts = counts + (np.arange(members) == chosen)
        total += stack[:, chosen]
        if best_score is None or metric.gain(scores[chosen], over=best_score) > 0:
            best_score, best_counts = scores[chosen], counts
    return weighted(best_counts / best_counts.sum())


def threshold(stack: np.ndarray, y: np.ndarray, metric: Metric) -> Fitted:
    """The `weights` blend of two classes, the second one said from that probability on where the
    metric is best."""
    inner = weights(stack, y, metric)
    probabilities = inner.combine(stack)
    cuts = np.append(np.quantile(probabilities[:, 1], np.linspace(0.02, 0.98, 193)), 0.5)
    cuts = np.unique(cuts.clip(1e-6, 1 - 1e-6))  # at 0 or 1 a sure answer would have odds of 0 to 0
    scores = [metric.gain(metric.score(y, _moved(probabilities, cut)), over=0) for cut in cuts]
    best = max(zip(scores, -np.abs(cuts - 0.5), cuts, strict=True))[-1]
    return Fitted(lambda rows: _moved(inner.combine(rows), best), inner.weights)


def _moved(probabilities: np.ndarray, cut: float) -> np.ndarray:
    """The odds of the second class times what brings a probability of `cut` to a half."""
    odds = np.column_stack([probabilities[:, 0] * cut, probabilities[:, 1] * (1 - cut)])
    return odds / odds.sum(axis=1, keepdims=True)


def stacking(stack: np.ndarray, y: np.ndarray, metric: Metric) -> Fitted:
    """Multinomial logistic regression on the members' log probabilities (Wolpert 1992,
    "Stacked Generalization"), starting from equal trust: shrunk, because the members agree."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=200))
    seen = np.asarray(model.fit(_log_features(stack), y).classes_)

    def combine(rows: np.ndarray) -> np.ndarray:
        probabilities = np.zeros(rows.shape[::2])
        probabilities[:, seen] = model.predict_proba(_log_features(rows))
        return probabilities

    return Fitted(combine)


def _log_features(stack: np.ndarray) -> np.ndarray:
    return np.log(np.clip(stack, 1e-4, 1)).reshape(len(stack), -1).astype(np.float64)


# Simplest first: with equal scores the earlier one is submitted.
BLENDS: dict[str, Callable[[np.ndarray, np.ndarray, Metric], Fitted]] = {
    "mean": mean,
    "rank-mean": rank_mean,
    "weights": weights,
    "greedy": greedy,
    "stacking": stacking,
    "threshold": threshold,
}


OF_NUMBERS = ("mean", "weights", "greedy")


def blend_names(width: int) -> list[str]:
    """Those for predictions (n, width): of so many classes, or with one column of numbers."""
    if width == 1:
        return list(OF_NUMBERS)
    return [name for name in BLENDS if width == 2 or name != "threshold"]


def blend_id(name: str, members: Sequence[Predictions], metric: Metric) -> str:
    from podium.storage.code_version import code_id, library_versions

    return content_id(
        name, metric.name, [p.id for p in members], code_id(__name__), library_versions(__name__)
    )


def fit_blend(name: str, members: Sequence[Predictions], y: np.ndarray, metric: Metric) -> Fitted:
    return _fit(name, np.stack([p.oof for p in members], axis=1), y, metric)


def _fit(name: str, stack: np.ndarray, y: np.ndarray, metric: Metric) -> Fitted:
    """Where the metric judges logarithms, members' logarithms are mixed."""
    if not metric.log:
        return BLENDS[name](stack, y, metric)
    fitted = BLENDS[name](_logs(stack), np.log1p(y), get_metric("rmse"))
    return Fitted(lambda rows: np.expm1(fitted.combine(_logs(rows))), fitted.weights)


def _logs(numbers: np.ndarray) -> np.ndarray:
    return np.log1p(np.maximum(numbers, 0))


def blend(
    name: str, members: Sequence[Predictions], y: np.ndarray, folds: Folds, metric: Metric
) -> Predictions:
    """Combine `members` by the method called `name`.

    `details` holds the plain estimate (fitted and scored on the same rows) and the weights by
    member. Raises BlendError for members of different data or folds.
    """
    require_same_folds(members)
    started = time.perf_counter()
    stack = np.stack([p.oof for p in members], axis=1)
    oof = np.full_like(members[0].oof, np.nan)
    for fold in folds:
        fitted = _fit(name, stack[fold.train], y[fold.train], metric)
        oof[fold.valid] = fitted.combine(stack[fold.valid])
    fitted = fit_blend(name, members, y, metric)
    fit_seconds = time.perf_counter() - started
    rows = np.stack([p.test for p in members], axis=1)
    test = fitted.combine(rows) if len(rows) else oof[:0]
    return Predictions(
        name=name,
        id=blend_id(name, members, metric),
        data_id=members[0].data_id,
        folds_id=folds.id,
        oof=oof,
        test=test.astype(oof.dtype),
        score=metric.score(y, oof),
        fold_scores=fold_scores(metric, y, oof, folds),
        fit_seconds=fit_seconds,
        predict_seconds=time.perf_counter() - started - fit_seconds,
        is_blend=True,
        details={
            "members": [p.name for p in members],
            "plain_score": metric.score(y, fitted.combine(stack)),
            "weights": _named(members, fitted.weights),
        },
    )


def _named(members: Sequence[Predictions], weights: np.ndarray | None) -> dict[str, float] | None:
    if weights is None:
        return None
    return {p.name: round(float(w), 6) for p, w in zip(members, weights, strict=True) if w > 0}
