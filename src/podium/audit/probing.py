"""One probe tried on the target, and how its findings are told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from podium.audit.binning import RARE_VALUE_ROWS, bin_rows
from podium.audit.predictive_power import PredictivePower, Target, explain
from podium.audit.probes import Probe
from podium.data.dataset import Dataset
from podium.formatting import short

LEAST_ROWS = 50  # that have a value: of fewer the error bars are guesses
ALARMING_SHARE = 0.05  # of the loss explained: two even classes are told apart with accuracy 0.63
LEAST_SHARE = 0.01  # of the loss explained that is worth a note
TOLD_BINS = 3  # examples of a finding


@dataclass(frozen=True)
class ProbeResult:
    """What a probe says of the rows (r,) that have a value.

    `bins` (r,) are those rows' bins, `power` how well they predict the target. `test_share` is the share that
    the probe would explain of the test rows, None where they lack it.
    """

    probe: Probe
    rows: np.ndarray
    bins: np.ndarray
    power: PredictivePower
    test_share: float | None


def try_probe(probe: Probe, target: Target, rare: int = RARE_VALUE_ROWS) -> ProbeResult | None:
    """Return what a probe says; None if fewer than LEAST_ROWS rows have a value, or all have the same."""
    rows = np.flatnonzero(probe.train.notna())
    all_bins, test_bins = bin_rows(probe, rare)
    bins = all_bins[rows]
    if len(rows) < LEAST_ROWS or bins.min() == bins.max():
        return None
    power = explain(bins, target.part(rows))
    test_share = None
    if probe.test is not None:
        gains = np.bincount(bins, power.gains) / np.maximum(np.bincount(bins), 1)
        known = test_bins[(test_bins >= 0) & (test_bins < len(gains))]
        test_share = float(gains[known].sum() / len(test_bins) * len(probe.train) / len(rows))
    return ProbeResult(probe, rows, bins, power, test_share)


def examples_of(result: ProbeResult, dataset: Dataset) -> tuple[str, ...]:
    """Return a line for each of the bins that explain most."""
    values = result.probe.train.iloc[result.rows]
    y = dataset.y[result.rows]
    gains = np.bincount(result.bins, result.power.gains)
    lines = []
    for code in np.argsort(-gains, kind="stable")[:TOLD_BINS]:
        if gains[code] > 0:
            inside = result.bins == code
            lines.append(f"{_name_bin(values[inside])}: {describe_rows(y[inside], y, dataset)}")
    return tuple(lines)


def describe_rows(inside: np.ndarray, y: np.ndarray, dataset: Dataset) -> str:
    """Return what the targets `inside` a part of the rows are, beside those of all rows y."""
    return f"{len(inside):,} rows, {dataset.task.describe_part(inside, y)}"


def _name_bin(values: pd.Series) -> str:
    distinct = values.unique()
    if len(distinct) > 1 and values.dtype == object:
        return f"{len(distinct):,} rare values"
    if len(distinct) > 1:
        return f"{values.min():.12g} to {values.max():.12g}"
    only = distinct[0]
    return f"{only:.12g}" if isinstance(only, float) else short(only)
