"""A metric bound to the rows that it judges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from podium.data.dataset import Dataset
from podium.metrics.combined import WEIGHTS
from podium.metrics.metric import Array, Draws, Metric


def readable(dataset: Dataset) -> pd.DataFrame:
    """Return the columns (n, c) that metrics can read of the training rows: those of `about`, and the
    `weights` where there are any."""
    about = pd.DataFrame(index=range(len(dataset.y))) if dataset.about is None else dataset.about
    return about if dataset.weights is None else about.assign(**{WEIGHTS: dataset.weights})


@dataclass(frozen=True)
class Scorer:
    """A metric, the targets y of n rows, and of their `about` the columns that the metric reads."""

    metric: Metric
    y: Array
    about: pd.DataFrame | None = None

    @classmethod
    def of(cls, metric: Metric, dataset: Dataset) -> Scorer:
        """Return the scorer of a data set's training rows."""
        if not metric.reads:
            return cls(metric, dataset.y)
        return cls(metric, dataset.y, readable(dataset)[list(metric.reads)])

    def take(self, rows: Array) -> Scorer:
        """Return the scorer of some of the rows."""
        return Scorer(self.metric, self.y[rows], None if self.about is None else self.about.iloc[rows])

    def score(self, predicted: Array) -> float:
        """Return the score of predictions (n, c)."""
        return self.metric.score(self.y, predicted, self.about)

    def worth(self, predicted: Array) -> float:
        """Return a number that is the larger, the better the predictions (n, c) are; the least one where
        these rows have no score."""
        gain = self.metric.gain(self.score(predicted), over=0.0)
        return -np.inf if np.isnan(gain) else gain

    def resampled(self, entries: Sequence[Array], draws: Draws) -> tuple[Array, Array]:
        """Return the scores (e,) of predictions (e, n, c), and those (b, e) on b resamples."""
        return self.metric.resampled(self.y, np.asarray(entries), draws, self.about)
