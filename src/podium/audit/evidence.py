"""How much one view of the rows says of a target: a small model, cross-validated, with its error bar.

The model cuts the view into bins and predicts, in each, the mean of the training rows there, shrunk
towards the mean of all (target encoding, D. Micci-Barreca 2001). What it explains is the share of the
log loss of the constant prediction that it saves; of numbers, the share of the squared error of their
ranks, which is R2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import log
from statistics import NormalDist

import numpy as np
import pandas as pd

from podium.audit.views import View
from podium.data.dataset import Dataset

# From rows to learn from (r,), rows to predict (v,), and the mean of the former (k,), predictions (v, k).
Say = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]

FOLDS = 5
PRIOR = 2  # rows that the mean of all counts for in a bin
RARE = 5  # a text of fewer rows is one of "the rare"
MOST = 32  # bins of a column of numbers, of 50 rows and more
FALSE_ALARM = 1e-3  # the chance that among all views of a data set, none of which says anything, one seems to


@dataclass(frozen=True)
class Target:
    """`hot` (n, k) has a column for each class, or one of ranks from 0 to 1; rows of one of `units` (n,)
    are never parted. `loss` is the sum of losses of the constant prediction, over all rows also where these
    are only a part."""

    hot: np.ndarray
    units: np.ndarray
    loss: float

    @property
    def is_numbers(self) -> bool:
        return self.hot.shape[1] == 1

    @property
    def is_constant(self) -> bool:
        return self.loss < 1e-9

    @cached_property
    def codes(self) -> np.ndarray:
        return self.hot.argmax(axis=1)

    @cached_property
    def fold(self) -> np.ndarray:
        """In which each row is predicted (n,): units of like target are dealt out in turn, for a fold that
        has more of a class than the others would be predicted by models that have seen less of it."""
        _, first, unit = np.unique(self.units, return_index=True, return_inverse=True)
        like = self.hot[first] @ np.arange(1, self.hot.shape[1] + 1)
        order = np.lexsort((np.random.default_rng(0).random(len(first)), like))
        fold = np.empty(len(first), dtype=np.int64)
        fold[order] = np.arange(len(first)) % FOLDS
        return fold[unit]

    def part(self, rows: np.ndarray) -> Target:
        if len(rows) == len(self.hot):
            return self
        return Target(self.hot[rows], self.units[rows], self.loss)


def target_of(dataset: Dataset) -> Target:
    units = np.arange(len(dataset.y))
    if dataset.groups is not None:
        units = np.unique(dataset.groups, return_inverse=True)[1]
    if dataset.is_regression:
        return make_target(pd.Series(dataset.y).rank(pct=True).to_numpy()[:, None], units)
    return make_target(np.eye(dataset.width)[dataset.y], units)


def make_target(hot: np.ndarray, units: np.ndarray) -> Target:
    constant = np.tile(hot.mean(axis=0), (len(hot), 1))
    return Target(hot, units, float(_losses(hot, constant).sum()))


def _losses(hot: np.ndarray, said: np.ndarray) -> np.ndarray:
    if hot.shape[1] == 1:
        return ((said - hot) ** 2)[:, 0]
    return -np.log((said * hot).sum(axis=1))


@dataclass(frozen=True)
class Evidence:
    """Of n rows: `said` (n, k) of each by models that did not see it, `blind` (n, k) by the constant."""

    target: Target
    said: np.ndarray
    blind: np.ndarray

    @cached_property
    def gains(self) -> np.ndarray:
        """What each row adds to `share`."""
        hot, loss = self.target.hot, self.target.loss
        return (_losses(hot, self.blind) - _losses(hot, self.said)) * len(hot) / loss

    @cached_property
    def share(self) -> float:
        return float(self.gains.mean())

    @cached_property
    def error(self) -> float:
        return _standard_error(self.gains, self.target.units)

    @cached_property
    def score(self) -> tuple[float, float]:
        """Accuracy, or R2 of ranks, with its standard error."""
        if self.target.is_numbers:
            return self.share, self.error
        hits = (self.said.argmax(axis=1) == self.target.codes).astype(np.float64)
        return float(hits.mean()), _standard_error(hits, self.target.units)

    @property
    def majority(self) -> float:
        return float(self.target.hot.mean(axis=0).max())

    def is_sure(self, tries: int, false_alarm: float = FALSE_ALARM) -> bool:
        """Whether chance is ruled out though so many views were tried (Bonferroni): by the error bar, and by
        the likelihood ratio of rows that the models did not see (Wasserman, Ramdas and Balakrishnan 2020,
        "Universal inference"); for where a class is rare, most samples hold none of the surprises that
        make an error bar long."""
        chance = false_alarm / tries
        return self.share > NormalDist().inv_cdf(1 - chance) * self.error and self._log_ratio > -log(chance)

    @property
    def _log_ratio(self) -> float:
        """Of the likelihoods of `said` and `blind`, units counted as one row each."""
        units = len(np.unique(self.target.units))
        blind, said = (_losses(self.target.hot, p).sum() for p in (self.blind, self.said))
        if self.target.is_numbers:
            return units / 2 * log(max(blind, 1e-12) / max(said, 1e-12))
        return units / len(self.said) * float(blind - said)


def explain(bins: np.ndarray, target: Target) -> Evidence:
    """By the means of `bins` (n,), numbers from 0."""
    count, k = bins.max() + 1, target.hot.shape[1]
    weights = target.hot[:, 0] if target.is_numbers else np.ones(len(bins))
    cells = bins * k + target.codes

    def say(train: np.ndarray, valid: np.ndarray, base: np.ndarray) -> np.ndarray:
        sums = np.bincount(cells[train], weights[train], count * k).reshape(count, k)
        rows = np.bincount(bins[train], minlength=count)[:, None]
        return ((sums + PRIOR * base) / (rows + PRIOR))[bins[valid]]

    return cross_validated(target, say)


def explain_sharply(values: np.ndarray, target: Target) -> Evidence:
    """By a decision tree on `values` (n,), NaN where there is none: slower, exact where there is a rule."""
    from sklearn.tree import DecisionTreeRegressor

    def say(train: np.ndarray, valid: np.ndarray, base: np.ndarray) -> np.ndarray:
        tree = DecisionTreeRegressor(min_samples_leaf=2, random_state=0)
        tree.fit(values[train, None], target.hot[train])
        return np.clip(tree.predict(values[valid, None]).reshape(-1, len(base)), 1e-6, 1)

    return cross_validated(target, say)


def cross_validated(target: Target, say: Say) -> Evidence:
    """By what `say` predicts of rows from others, no unit being parted."""
    said, blind = np.empty_like(target.hot), np.empty_like(target.hot)
    k = target.hot.shape[1]
    for number in range(FOLDS):
        train, valid = np.flatnonzero(target.fold != number), np.flatnonzero(target.fold == number)
        base = (target.hot[train].sum(axis=0) + 1 / max(k, 2)) / (len(train) + 1)
        blind[valid] = base
        said[valid] = say(train, valid, base) if len(train) and len(valid) else base
    return Evidence(target, said, blind)


def binned(view: View, rare: int = RARE) -> tuple[np.ndarray, np.ndarray]:
    """Bins (n,) of training rows and (m,) of test rows, -1 for what no training row has; of numbers at most
    `MOST` bins of equal shares, a frequent number in one of its own."""
    train, test = view.train, view.train[:0] if view.test is None else view.test
    if view.is_text:
        return _by_value(train.fillna(""), test.fillna(""), rare)
    edges = _edges(train.dropna().to_numpy())
    return _by_edges(train.to_numpy(), edges), _by_edges(test.to_numpy(), edges)


def _by_value(train: pd.Series, test: pd.Series, rare: int) -> tuple[np.ndarray, np.ndarray]:
    counts = train.value_counts(sort=False)
    code = pd.Series(np.where(counts < rare, 0, np.arange(len(counts)) + 1), index=counts.index)
    numbers = np.unique(code.to_numpy())
    code[:] = np.searchsorted(numbers, code.to_numpy())
    return train.map(code).to_numpy(np.int64), test.map(code).fillna(-1).to_numpy(np.int64)


def _edges(values: np.ndarray) -> np.ndarray:
    """Each bin begins at one of these."""
    distinct, counts = np.unique(values, return_counts=True)
    most = min(MOST, max(2, len(values) // 50))
    if len(distinct) <= most:
        return distinct
    edges = np.quantile(values, np.arange(1, most) / most, method="higher")
    frequent = distinct[counts >= len(values) / most]
    return np.unique(np.concatenate([edges, frequent, np.nextafter(frequent, np.inf)]))


def _by_edges(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(values), 0, np.searchsorted(edges, values, side="right") + 1)


def _standard_error(values: np.ndarray, units: np.ndarray) -> float:
    """Of a mean of rows that come in units."""
    sums = np.bincount(units, values - values.mean())
    return float(np.sqrt((sums**2).sum()) / len(values))
