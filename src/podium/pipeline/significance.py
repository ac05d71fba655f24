"""How sure a score is: bootstrap error bars and paired tests, on predictions.

The bootstrap (Efron and Tibshirani 1993, "An Introduction to the Bootstrap", chapters 6 and 16)
draws rows with replacement, whole groups where rows come in groups, and scores every entry on the
same draws, so that a difference between two entries is paired. It speaks of the noise of a finite
set of rows; the noise of training on another sample shows in the spread over folds, which the
t-test uses.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import erfc, sqrt

import numpy as np

from podium.metrics import Metric, Scorer
from podium.pipeline.predictions import Predictions

RESAMPLES = 1000
FEW_RESAMPLES = 200  # where a metric is computed anew on each
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
        """Return the standard error (e,) of each score, over the draws that have one: a rare class may be in
        none of a draw's rows."""
        return spread(self.draws)

    def best(self, among: Sequence[int]) -> int:
        """Return the best of these entries; the first of equal ones."""
        return max(among, key=lambda entry: self.metric.gain(float(self.scores[entry]), over=0.0))

    def compare(self, entry: int, best: int) -> Comparison:
        """Return the paired test of two entries: the difference over its bootstrap standard error, against
        the normal distribution."""
        difference = self.metric.gain(self.scores[best], over=self.scores[entry])
        error = float(spread(self.draws[:, best] - self.draws[:, entry]))
        if error == 0:
            return Comparison(difference, 0.0, p_value=float(difference == 0))
        return Comparison(difference, error, p_value=erfc(abs(difference) / error / sqrt(2)))


@dataclass(frozen=True)
class Resamples:
    """Resamples of rows, or of whole groups (n,), drawn with replacement: the same ones each time."""

    groups: np.ndarray | None = None
    resamples: int = RESAMPLES
    seed: int = 0

    def sums(self, rows: np.ndarray) -> np.ndarray:
        """Return sums (b, c) of the columns of `rows` (n, c) over the resamples."""
        units = rows if self.groups is None else _sum_by_group(rows, self.groups)
        return np.concatenate([counts @ units for counts in self._chunks(len(units), self.resamples)])

    def counts(self, rows: int) -> Iterator[np.ndarray]:
        """Yield how often each of n rows was drawn (n,), for fewer resamples: each is a score of its own."""
        codes = np.arange(rows) if self.groups is None else np.unique(self.groups, return_inverse=True)[1]
        for counts in self._chunks(int(codes.max()) + 1, min(self.resamples, FEW_RESAMPLES)):
            yield from counts[:, codes]

    def _chunks(self, units: int, resamples: int) -> Iterator[np.ndarray]:
        """Yield how often each unit is drawn (draws, units), some draws at a time."""
        rng = np.random.default_rng(self.seed)
        for start in range(0, resamples, _CHUNK):
            yield _counts(rng, units, min(_CHUNK, resamples - start))


def bootstrap(
    scorer: Scorer,
    entries: Sequence[Predictions],
    groups: np.ndarray | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Bootstrap:
    """Score the out-of-fold predictions of all entries on the same resamples of rows or groups."""
    scores, draws = scorer.resampled([p.oof for p in entries], Resamples(groups, resamples, seed))
    return Bootstrap(scorer.metric, scores, draws)


def spread(draws: np.ndarray) -> np.ndarray:
    """Return the standard deviation over the first axis, without draws that have no score."""
    if not np.isnan(draws).any():
        return np.asarray(draws.std(axis=0, ddof=1))
    return np.asarray(np.nanstd(draws, axis=0, ddof=1))


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


def _sum_by_group(sums: np.ndarray, groups: np.ndarray) -> np.ndarray:
    _, codes = np.unique(groups, return_inverse=True)
    by_group = np.zeros((codes.max() + 1, sums.shape[1]))
    np.add.at(by_group, codes, sums)
    return by_group


def _counts(rng: np.random.Generator, units: int, draws: int) -> np.ndarray:
    """Return how often each unit is drawn (draws, units)."""
    picks = (np.bincount(rng.integers(units, size=units), minlength=units) for _ in range(draws))
    return np.stack(list(picks)).astype(np.float64)
