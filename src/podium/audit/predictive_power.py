"""How well one probe predicts a target: a small model, cross-validated, with its error bar.

The model cuts the probe into bins and predicts, in each, the mean of the training rows there, shrunk towards
the mean of all rows (target encoding, D. Micci-Barreca 2001). The share that it explains is the part of the
loss of the constant prediction that it saves: for classes the log loss; for numbers the squared error of
their ranks, which makes it R2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import log
from statistics import NormalDist

import numpy as np

from podium.data.dataset import Dataset
from podium.data.encoding import Encoding

# A model: from rows to learn from (r,), rows to predict (v,) and the mean target of the former (k,) to
# predictions (v, k).
Predict = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]

FOLDS = 5
PRIOR_ROWS = 2  # rows that the mean of all counts for in a bin
FALSE_ALARM = 1e-3  # the chance that one of a data set's probes seems to say something where none does
NO_LOSS = 1e-9  # a constant prediction of a constant target has no more


@dataclass(frozen=True)
class Target:
    """What probes should predict.

    `encoding` holds the target of n rows. Rows with one number in `units` (n,) are never split between folds.
    `loss` is the sum of the losses of the constant prediction; of a part of the rows it is that of all rows.
    """

    encoding: Encoding
    units: np.ndarray
    loss: float

    @property
    def is_constant(self) -> bool:
        return self.loss < NO_LOSS

    @cached_property
    def fold(self) -> np.ndarray:
        """Return the fold (n,) in which each row is predicted.

        Units of similar targets are dealt out in turn: a fold that has more of a class than the others would
        be predicted by models that know less of that class.
        """
        values = self.encoding.values
        _, first, unit = np.unique(self.units, return_index=True, return_inverse=True)
        similar = values[first] @ np.arange(1, values.shape[1] + 1)
        order = np.lexsort((np.random.default_rng(0).random(len(first)), similar))
        fold = np.empty(len(first), dtype=np.int64)
        fold[order] = np.arange(len(first)) % FOLDS
        return fold[unit]

    def part(self, rows: np.ndarray) -> Target:
        """Return the target of some rows (r,), in order."""
        if len(rows) == len(self.units):
            return self
        return Target(self.encoding.part(rows), self.units[rows], self.loss)


def target_of(dataset: Dataset) -> Target:
    """Return the target of the training rows; the groups of the data set are its units."""
    units = np.arange(len(dataset.y))
    if dataset.groups is not None:
        units = np.unique(dataset.groups, return_inverse=True)[1]
    return make_target(dataset.task.encode(dataset.y), units)


def make_target(encoding: Encoding, units: np.ndarray) -> Target:
    """Return a target whose loss is that of the mean of these rows."""
    values = encoding.values
    constant = np.tile(values.mean(axis=0), (len(values), 1))
    return Target(encoding, units, float(encoding.losses(constant).sum()))


@dataclass(frozen=True)
class PredictivePower:
    """How well n rows were predicted by models that did not see them.

    `predicted` (n, k) are the predictions of the model, `constant` (n, k) the mean of its training rows.
    """

    target: Target
    predicted: np.ndarray
    constant: np.ndarray

    @cached_property
    def gains(self) -> np.ndarray:
        """Return what each row (n,) saves of the mean loss of a row; their mean is `share`."""
        losses = self.target.encoding.losses
        return (losses(self.constant) - losses(self.predicted)) * len(self.predicted) / self.target.loss

    @cached_property
    def share(self) -> float:
        """Return the explained share of the loss of the constant prediction."""
        return float(self.gains.mean())

    @cached_property
    def score(self) -> tuple[float, float]:
        """Return the score that a person is told, accuracy or R2 of ranks, with its standard error."""
        values = self.target.encoding.row_scores(self.predicted, self.gains)
        return float(values.mean()), _standard_error(values, self.target.units)

    @property
    def floor(self) -> float:
        """Return the score that a constant prediction has on these rows."""
        return self.target.encoding.floor

    def quote(self) -> str:
        """Return the score in words."""
        return self.target.encoding.quote(*self.score, self.share)

    def is_sure(self, tries: int, false_alarm: float = FALSE_ALARM) -> bool:
        """Return whether chance is ruled out though so many probes were tried (Bonferroni).

        Both the error bar and the likelihood ratio of rows that the models did not see (Wasserman, Ramdas and
        Balakrishnan 2020, "Universal inference") must rule it out: where a class is rare, most samples hold
        none of the surprises that make an error bar long.
        """
        chance = false_alarm / tries
        error = _standard_error(self.gains, self.target.units)
        if self.share <= NormalDist().inv_cdf(1 - chance) * error:
            return False
        units = len(np.unique(self.target.units))
        return self.target.encoding.log_ratio(self.constant, self.predicted, units) > -log(chance)


def explain(bins: np.ndarray, target: Target) -> PredictivePower:
    """Return how well the means of `bins` (n,), numbers from 0, predict the target."""
    count = bins.max() + 1
    k = target.encoding.values.shape[1]
    weights = target.encoding.weights
    cells = bins * k + target.encoding.columns

    def predict(train: np.ndarray, valid: np.ndarray, mean: np.ndarray) -> np.ndarray:
        sums = np.bincount(cells[train], weights[train], count * k).reshape(count, k)
        rows = np.bincount(bins[train], minlength=count)[:, None]
        means = (sums + PRIOR_ROWS * mean) / (rows + PRIOR_ROWS)
        return np.asarray(means[bins[valid]])

    return cross_validated(target, predict)


def explain_sharply(values: np.ndarray, target: Target) -> PredictivePower:
    """Return how well a decision tree on `values` (n,), NaN where there is none, predicts the target.

    It is slower than `explain`, and exact where there is a rule.
    """
    from sklearn.tree import DecisionTreeRegressor

    def predict(train: np.ndarray, valid: np.ndarray, mean: np.ndarray) -> np.ndarray:
        tree = DecisionTreeRegressor(min_samples_leaf=2, random_state=0)
        tree.fit(values[train, None], target.encoding.values[train])
        return np.clip(tree.predict(values[valid, None]).reshape(-1, len(mean)), 1e-6, 1)

    return cross_validated(target, predict)


def cross_validated(target: Target, predict: Predict) -> PredictivePower:
    """Return how well each fold is predicted from the others; no unit is split between folds."""
    values = target.encoding.values
    predicted = np.empty_like(values)
    constant = np.empty_like(values)
    prior = 1 / max(values.shape[1], 2)  # one row of each column's share, so that no mean is 0
    for number in range(FOLDS):
        train = np.flatnonzero(target.fold != number)
        valid = np.flatnonzero(target.fold == number)
        mean = (values[train].sum(axis=0) + prior) / (len(train) + 1)
        constant[valid] = mean
        predicted[valid] = predict(train, valid, mean) if len(train) and len(valid) else mean
    return PredictivePower(target, predicted, constant)


def _standard_error(values: np.ndarray, units: np.ndarray) -> float:
    """Return the standard error of the mean of rows (n,) that come in units (n,)."""
    sums = np.bincount(units, values - values.mean())
    return float(np.sqrt((sums**2).sum()) / len(values))
