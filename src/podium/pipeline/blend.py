"""Blends: several entries' predictions into one, scored so that they are not flattered.

Each blend is fitted on stacked out-of-fold predictions (n, members, c). The out-of-fold predictions that a
blend itself reports are nested: for each fold it is fitted on the other folds' rows and applied to this
one's. What goes into the submission is fitted on all rows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from podium.data.task import Task
from podium.metrics import Metric, Scorer
from podium.pipeline.cuts import best_cut, has_cuts
from podium.pipeline.folds import Folds
from podium.pipeline.predictions import Predictions, fold_scores, require_same_folds
from podium.storage.hashing import content_id

MOST_STACKED = 100  # classes

Combine = Callable[[np.ndarray], np.ndarray]  # (rows, members, c) -> (rows, c)


@dataclass(frozen=True)
class Fitted:
    """A fitted blend. `weights` (members,) are those of a weighted mean, None for another blend."""

    combine: Combine
    weights: np.ndarray | None = None


@dataclass(frozen=True)
class Truth:
    """What blends are fitted to: the right prediction `target` (n, c) of each row, and the `scorer` of these
    rows. Where classes are `exclusive`, the probabilities of a row sum to one."""

    target: np.ndarray
    scorer: Scorer
    exclusive: bool = True

    @property
    def metric(self) -> Metric:
        return self.scorer.metric


Fit = Callable[[np.ndarray, Truth], Fitted]  # from stacked predictions (n, members, c)


@dataclass(frozen=True)
class BlendMethod:
    """`tasks` are the kinds of task that it takes; `suits` says whether it does something for a task and a
    metric, where that is not always so."""

    fit: Fit
    tasks: frozenset[str]
    suits: Callable[[Task, Metric], bool] | None = None

    def takes(self, task: Task, metric: Metric) -> bool:
        """Return whether the method can blend predictions of the task for the metric."""
        return task.kind in self.tasks and (self.suits is None or self.suits(task, metric))


def weighted(weights: np.ndarray) -> Fitted:
    """Return the weighted mean of the members."""
    return Fitted(lambda stack: np.tensordot(stack, weights, axes=(1, 0)), weights)


def mean(stack: np.ndarray, truth: Truth) -> Fitted:
    """Return the mean of the members."""
    return weighted(np.full(stack.shape[1], 1 / stack.shape[1]))


def rank_mean(stack: np.ndarray, truth: Truth) -> Fitted:
    """Return the mean of the rows' ranks in each column among the rows it was fitted on, for members whose
    scales differ.

    Ranks are scaled so that the probabilities of a row sum to one, unless only the order of the rows counts,
    which that would change, or a row may have several labels.
    """
    known = np.sort(stack, axis=0)
    of_order = truth.metric.needs == "ranking" or not truth.exclusive

    def combine(rows: np.ndarray) -> np.ndarray:
        ranks = [_ranks(known[:, member], rows[:, member]) for member in range(rows.shape[1])]
        combined = np.mean(ranks, axis=0)
        total = 2 * len(known) + 2 if of_order else combined.sum(axis=1, keepdims=True)
        return np.asarray(combined / total)

    return Fitted(combine)


def _ranks(known: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the ranks (rows, c) of values among known ones in ascending order, both (rows, c); equal ones
    share theirs."""
    columns = zip(known.T, values.T, strict=True)
    return np.column_stack([1 + c.searchsorted(v, "left") + c.searchsorted(v, "right") for c, v in columns])


def weights(stack: np.ndarray, truth: Truth) -> Fitted:
    """Return non-negative least squares on the right predictions (Breiman 1996, "Stacked Regressions"),
    scaled to sum to one. It is solved on the triangular factor, which has as many rows as there are
    members."""
    from scipy.optimize import nnls

    n, members, c = stack.shape
    columns = stack.transpose(0, 2, 1).reshape(n * c, members).astype(np.float64)
    triangle = np.asarray(np.linalg.qr(np.column_stack([columns, truth.target.reshape(n * c)]), mode="r"))
    solution, _ = nnls(triangle[:, :-1], triangle[:, -1])
    total = solution.sum()
    return weighted(solution / total) if total > 0 else mean(stack, truth)


def greedy(stack: np.ndarray, truth: Truth, rounds: int = 50) -> Fitted:
    """Return an ensemble selected with replacement (Caruana et al. 2004, "Ensemble Selection from Libraries
    of Models"): add the member that helps the metric most, keep the shortest prefix of the best score. Ties
    go to members already in, so that weights stay few."""
    metric = truth.metric
    members = stack.shape[1]
    counts = np.zeros(members, dtype=int)
    total = np.zeros(stack.shape[::2])
    best = -np.inf
    best_counts = np.ones(members, dtype=int)
    for _ in range(rounds):
        # Where the metric is scale-free the sum will do, else it takes the mean.
        share = 1.0 if metric.scale_free else 1 / (counts.sum() + 1)
        worths = [truth.scorer.worth((total + stack[:, member]) * share) for member in range(members)]
        order = sorted(range(members), key=lambda m: (worths[m], counts[m], -m))
        chosen = order[-1]
        counts = counts + (np.arange(members) == chosen)
        total += stack[:, chosen]
        if worths[chosen] > best:
            best = worths[chosen]
            best_counts = counts
    return weighted(best_counts / best_counts.sum())


def threshold(stack: np.ndarray, truth: Truth) -> Fitted:
    """Return the `weights` blend, its labels decided where the metric is best: the second of two classes from
    some probability on, one of ordered classes by cuts of the expected class, each of several labels from a
    probability of its own on."""
    inner = weights(stack, truth)
    cut = best_cut(inner.combine(stack), truth.scorer, truth.exclusive)
    return Fitted(lambda rows: cut(inner.combine(rows)), inner.weights)


def stacking(stack: np.ndarray, truth: Truth) -> Fitted:
    """Return multinomial logistic regression on the members' log probabilities (Wolpert 1992, "Stacked
    Generalization"), starting from equal trust: shrunk, because the members agree."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=200))
    known = np.asarray(model.fit(_log_features(stack), truth.scorer.y).classes_)

    def combine(rows: np.ndarray) -> np.ndarray:
        probabilities = np.zeros(rows.shape[::2])
        probabilities[:, known] = model.predict_proba(_log_features(rows))
        return probabilities

    return Fitted(combine)


def _has_few_classes(task: Task, metric: Metric) -> bool:
    """Return whether stacking ends soon: its parameters grow with the square of the classes."""
    return task.n_columns <= MOST_STACKED


def _log_features(stack: np.ndarray) -> np.ndarray:
    return np.asarray(np.log(np.clip(stack, 1e-4, 1)).reshape(len(stack), -1).astype(np.float64))


CLASSES = frozenset({"classification"})
PROBABILITIES = CLASSES | {"multilabel"}
ANY_TASK = PROBABILITIES | {"regression"}
# Simplest first: with equal scores the earlier one is submitted.
BLENDS: dict[str, BlendMethod] = {
    "mean": BlendMethod(mean, ANY_TASK),
    "rank-mean": BlendMethod(rank_mean, PROBABILITIES),
    "weights": BlendMethod(weights, ANY_TASK),
    "greedy": BlendMethod(greedy, ANY_TASK),
    "stacking": BlendMethod(stacking, CLASSES, _has_few_classes),
    "threshold": BlendMethod(threshold, PROBABILITIES, has_cuts),
}


def blend_names(task: Task, metric: Metric) -> list[str]:
    """Return the names of the blends that a task's predictions can have for a metric."""
    return [name for name, method in BLENDS.items() if method.takes(task, metric)]


def blend_id(name: str, members: Sequence[Predictions], metric: Metric) -> str:
    """Return an id that changes with the members, the metric, the code of blends and its libraries."""
    from podium.storage.code_version import code_id, library_versions

    member_ids = [member.id for member in members]
    return content_id(name, metric.key, member_ids, code_id(__name__), library_versions(__name__))


def fit_blend(name: str, members: Sequence[Predictions], scorer: Scorer, task: Task) -> Fitted:
    """Return the blend called `name`, fitted on all rows."""
    return _fit(name, _stack(members), scorer, task)


def _stack(members: Sequence[Predictions]) -> np.ndarray:
    return np.stack([member.oof for member in members], axis=1)


def _fit(name: str, stack: np.ndarray, scorer: Scorer, task: Task) -> Fitted:
    """Where the metric judges logarithms, members' logarithms are mixed."""
    fit = BLENDS[name].fit
    if scorer.metric.logs is None:
        return fit(stack, Truth(task.perfect(scorer.y), scorer, task.exclusive))
    logs = np.log1p(scorer.y)
    fitted = fit(_logs(stack), Truth(task.perfect(logs), Scorer(scorer.metric.logs, logs, scorer.about)))
    return Fitted(lambda rows: np.expm1(fitted.combine(_logs(rows))), fitted.weights)


def _logs(numbers: np.ndarray) -> np.ndarray:
    return np.asarray(np.log1p(np.maximum(numbers, 0)))


def blend(name: str, members: Sequence[Predictions], scorer: Scorer, task: Task, folds: Folds) -> Predictions:
    """Return the predictions of `members` combined by the method called `name`.

    `details` holds the in-sample estimate `plain_score` (fitted and scored on the same rows) and the weights
    by member. Raises BlendError for members of different data or folds.
    """
    require_same_folds(members)
    started = time.perf_counter()
    stack = _stack(members)
    oof = np.full_like(members[0].oof, np.nan)
    for fold in folds:
        fitted = _fit(name, stack[fold.train], scorer.take(fold.train), task)
        oof[fold.valid] = fitted.combine(stack[fold.valid])
    fitted = _fit(name, stack, scorer, task)
    fit_seconds = time.perf_counter() - started
    rows = np.stack([member.test for member in members], axis=1)
    test = fitted.combine(rows) if len(rows) else oof[:0]
    return Predictions(
        name=name,
        id=blend_id(name, members, scorer.metric),
        data_id=members[0].data_id,
        folds_id=members[0].folds_id,
        oof=oof,
        test=test.astype(oof.dtype),
        score=scorer.score(oof),
        fold_scores=fold_scores(scorer, oof, folds),
        fit_seconds=fit_seconds,
        predict_seconds=time.perf_counter() - started - fit_seconds,
        is_blend=True,
        details={
            "members": [member.name for member in members],
            "plain_score": scorer.score(fitted.combine(stack)),
            "weights": _named_weights(members, fitted.weights),
        },
    )


def _named_weights(members: Sequence[Predictions], weights: np.ndarray | None) -> dict[str, float] | None:
    if weights is None:
        return None
    pairs = zip(members, weights, strict=True)
    return {member.name: round(float(weight), 6) for member, weight in pairs if weight > 0}
