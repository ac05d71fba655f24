"""Columns whose missing values predict the target."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from podium.audit.finding import Finding
from podium.audit.predictive_power import PredictivePower, explain, target_of
from podium.audit.probes import Probes
from podium.audit.probing import ALARMING_SHARE, LEAST_ROWS, LEAST_SHARE, describe_rows
from podium.data.dataset import Dataset


@dataclass(frozen=True)
class Gap:
    """The rows in which `missing` (n,) says that a column has no value."""

    subject: str
    missing: np.ndarray
    is_feature: bool


def find_gaps(dataset: Dataset, probes: Probes) -> Iterator[Finding]:
    """Yield the gaps that predict the target.

    Columns with gaps in the same rows, or in exactly the other rows, are one finding.
    """
    target = target_of(dataset)
    together: dict[bytes, list[Gap]] = {}
    for gap in _gaps(probes):
        together.setdefault((gap.missing ^ gap.missing[0]).tobytes(), []).append(gap)
    for same in together.values():
        power = explain(same[0].missing.astype(np.int64), target)
        if power.share > LEAST_SHARE and power.is_sure(len(together)):
            yield _finding(same, power, dataset)


def _gaps(probes: Probes) -> Iterator[Gap]:
    for is_feature, columns in ((True, probes.features), (False, probes.about)):
        for probe in columns:
            missing = probe.train.isna().to_numpy()
            if len(missing) >= LEAST_ROWS and 0 < missing.sum() < len(missing):
                yield Gap(probe.subject, missing, is_feature)


def _finding(same: Sequence[Gap], power: PredictivePower, dataset: Dataset) -> Finding:
    missing = same[0].missing
    empty = [gap.subject for gap in same if gap.missing[0] == missing[0]]
    filled = [gap.subject for gap in same if gap.missing[0] != missing[0]]
    only = f" and only there one of {', '.join(filled)}" if filled else ""
    of_features = all(gap.is_feature for gap in same)
    advice = "keep it from the models"
    if of_features:
        advice = "make sure that test rows have gaps for the same reasons"
    summary = (
        f"{missing.sum():,} rows have no value of {', '.join(empty)}{only}; that alone predicts the target: "
        f"{power.quote()}; {advice}"
    )
    examples = (
        f"without a value: {describe_rows(dataset.y[missing], dataset.y, dataset)}",
        f"with one: {describe_rows(dataset.y[~missing], dataset.y, dataset)}",
    )
    is_alarm = power.share >= ALARMING_SHARE and not of_features
    return Finding("missing", is_alarm, summary, *power.score, examples)
