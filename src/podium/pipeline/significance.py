"""How sure a score is: bootstrap error bars and paired tests, on predictions.

The bootstrap (Efron and Tibshirani 1993, "An Introduction to the Bootstrap", chapters 6 and 16)
draws rows with replacement, whole groups where rows come in groups, and scores every entry on the
same draws, so that a difference between two entries is paired. It speaks of the noise of a finite
set of rows; the noise of training on another sample shows in the spread over folds, which the
t-test uses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, sqrt

import numpy as np

from podium.metrics import Metric
from podium.pipeline.predictions import Predictions

RESAMPLES = 1000
SIGNIFICANT = 0.05
_CHUNK = 50  # draws a matrix product: keeps memory at 50 floats a row


@dataclass(frozen=True)
class Comparison:
    """One entry against the best: `difference` is positive where it is worse, with its standard
    error and the two-sided p-value of no difference."""

    difference: float
    standard_error: float
    p_value: float

    @property
    def is_tie(self) -> bool:
        return self.p_value >= SIGNIFICANT


@dataclass(frozen=True)
class Bootstrap:
    """`scores` (e,) of e entries and `draws` (b, e), their scores on b resamples."""

    metric: Metric
    scores: np.ndarray
    draws: np.ndarray

    @property
    def standard_errors(self) -> np.ndarray:
        return self.draws.std(axis=0, ddof=1)

    def best(self, among: Sequence[int]) -> int:
        """Return the best of these entries; the first of equal ones."""
        return max(among, key=lambda entry: self.metric.gain(float(self.scores[entry]), over=0.0))

    def compare(self, entry: int, best: int) -> Comparison:
        """Return the paired test of two entries: the difference over its bootstrap standard error, against
        the normal distribution."""
        difference = self.metric.gain(self.scores[best], over=self.scores[entry])
        error = float((self.draws[:, best] - self.draws[:, entry]).std(ddof=1))
        if error == 0:
            return Comparison(difference, 0.0, p_value=float(difference == 0))
        return Comparison(difference, error, p_value=erfc(abs(difference) / error / sqrt(2)))


def bootstrap(
    metric: Metric,
    y: np.ndarray,
    entries: Sequence[Predictions],
    groups: np.ndarray | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Bootstrap:
    """Score the out-of-fold predictions of all entries on the same resamples of rows or groups."""
    rows = np.stack([metric.row_statistics(y, p.oof) for p in entries], axis=1)  # (n, e, c)
    n, e, c = rows.shape
    sums = np.concatenate([rows.reshape(n, e * c), np.ones((n, 1))], axis=1)
    totals = resampled_sums(sums, groups, resamples, seed)  # (b, e * c + 1): the last column counts rows
    means = (totals[:, :-1] / totals[:, -1:]).reshape(resamples, e, c)
    return Bootstrap(metric, metric.value(rows.mean(axis=0)), metric.value(means))


def compare_folds(gains: np.ndarray, valid_to_train: float) -> Comparison:
    """Test the mean of the differences (k,) on k folds against zero by the corrected resampled t-test (Nadeau
    and Bengio 2003, "Inference for the Generalization Error"): folds share training rows, so their variance
    is too small; `valid_to_train` is how many rows are scored for each that is trained on."""
    from scipy.special import stdtr

    k = len(gains)
    difference = float(gains.mean())
    error = float(np.sqrt((1 / k + valid_to_train) * gains.var(ddof=1)))
    if error == 0:
        return Comparison(difference, 0.0, p_value=float(difference == 0))
    return Comparison(difference, error, p_value=float(2 * stdtr(k - 1, -abs(difference) / error)))


def holm(p_values: np.ndarray) -> np.ndarray:
    """Return p-values (m,) corrected for m tests at once (Holm 1979, "A Simple Sequentially Rejective
    Multiple Test Procedure")."""
    order = p_values.argsort()
    steps = p_values[order] * np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.maximum.accumulate(steps).clip(max=1)
    return adjusted


def resampled_sums(
    rows: np.ndarray, groups: np.ndarray | None, resamples: int = RESAMPLES, seed: int = 0
) -> np.ndarray:
    """Return sums (b, c) of the columns of `rows` (n, c) over resamples of rows or groups."""
    units = rows if groups is None else _sum_by_group(rows, groups)
    rng = np.random.default_rng(seed)
    drawn = [
        _counts(rng, len(units), min(_CHUNK, resamples - start)) @ units
        for start in range(0, resamples, _CHUNK)
    ]
    return np.concatenate(drawn)


def _sum_by_group(sums: np.ndarray, groups: np.ndarray) -> np.ndarray:
    _, codes = np.unique(groups, return_inverse=True)
    by_group = np.zeros((codes.max() + 1, sums.shape[1]))
    np.add.at(by_group, codes, sums)
    return by_group


def _counts(rng: np.random.Generator, units: int, draws: int) -> np.ndarray:
    """Return how often each unit is drawn (draws, units)."""
    picks = (np.bincount(rng.integers(units, size=units), minlength=units) for _ in range(draws))
    return np.stack(list(picks)).astype(np.float64)
