"""Columns that say which rows belong together, where no split keeps them together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from podium.audit.finding import Finding
from podium.audit.predictive_power import target_of
from podium.audit.probes import Probe, Probes
from podium.audit.probing import ALARMING_SHARE, examples_of, try_probe
from podium.data.dataset import Dataset

LEAST_GROUPS = 20
MOST_ROWS_OF_A_GROUP = 50  # in the mean
MOST_SHARED_TEST_ROWS = 0.05  # of the test rows: else their groups are those of the training rows


def find_groups(dataset: Dataset, probes: Probes) -> Iterator[Finding]:
    """Yield the columns whose rows with one value share their target, while test rows have other values."""
    target = target_of(dataset)
    columns = [_as_names(probe) for probe in (*probes.about, *probes.features) if names_groups(probe)]
    tried = (try_probe(probe, target, rare=2) for probe in columns)
    results = [result for result in tried if result is not None]
    for result in results:
        if result.power.share >= ALARMING_SHARE and result.power.is_sure(len(results)):
            others = ", and the test rows have other values" if result.probe.test is not None else ""
            summary = (
                f"rows with the same value of {result.probe.subject} share their target{others}: "
                f"{result.power.quote()}; make it the groups of the dataset, or the scores are too good"
            )
            yield Finding("groups", True, summary, *result.power.score, examples_of(result, dataset))


def names_groups(probe: Probe) -> bool:
    """Return whether a probe says which rows belong together.

    Such a probe has many values, of a few rows each, and other values in the test rows.
    """
    values = probe.train.dropna()
    is_name = probe.is_text or (probe.test is not None and bool((values % 1 == 0).all()))
    if not is_name or probe.is_prose:
        return False
    counts = values.value_counts()
    if len(counts) < LEAST_GROUPS or len(values) > MOST_ROWS_OF_A_GROUP * len(counts):
        return False
    if counts[counts > 1].sum() < len(values) / 2:
        return False
    return probe.test is None or float(probe.test.isin(counts.index).mean()) <= MOST_SHARED_TEST_ROWS


def _as_names(probe: Probe) -> Probe:
    test = None if probe.test is None else probe.test.astype(object)
    return replace(probe, train=probe.train.astype(object), test=test)
