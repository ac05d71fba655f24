"""Metadata and row order that predict the target, though no model should know them."""

from __future__ import annotations

from collections.abc import Iterator

from podium.audit.finding import Finding
from podium.audit.groups import names_groups
from podium.audit.predictive_power import target_of
from podium.audit.probes import Probe, Probes, patterns
from podium.audit.probing import ALARMING_SHARE, LEAST_SHARE, ProbeResult, examples_of, try_probe
from podium.data.dataset import Dataset

PLAIN_ENOUGH = 0.75  # a plain probe that explains this share of what the best does is shown in its place


def find_leaks(dataset: Dataset, probes: Probes) -> Iterator[Finding]:
    """Yield the metadata that predict the target, each subject once."""
    target = target_of(dataset)
    tried = (try_probe(probe, target) for probe in _metadata(probes))
    results = [result for result in tried if result is not None]
    sure = [r for r in results if r.power.share > LEAST_SHARE and r.power.is_sure(len(results))]
    for subject in dict.fromkeys(result.probe.subject for result in sure):
        same = [result for result in sure if result.probe.subject == subject]
        best = max(result.power.share for result in same)
        plainest = next(result for result in same if result.power.share >= PLAIN_ENOUGH * best)
        yield _leak(plainest, dataset)


def _metadata(probes: Probes) -> Iterator[Probe]:
    yield from probes.files
    for probe in probes.about:
        if not probe.is_prose and not names_groups(probe):
            yield from (probe, *patterns(probe))
    yield from probes.order


def _leak(result: ProbeResult, dataset: Dataset) -> Finding:
    summary = f"{result.probe.name} alone predicts the target: {result.power.quote()}"
    if len(result.rows) < len(dataset.y):
        summary += f", on the {len(result.rows):,} rows that have it"
    helps_in_test = result.test_share is None or result.test_share >= ALARMING_SHARE
    is_alarm = result.power.share >= ALARMING_SHARE and helps_in_test
    summary += f"; {_advice(result, has_test=len(dataset.test_ids) > 0)}"
    return Finding("leak", is_alarm, summary, *result.power.score, examples_of(result, dataset))


def _advice(result: ProbeResult, has_test: bool) -> str:
    if result.power.share < ALARMING_SHARE:
        return "too little to matter much"
    if result.test_share is None and has_test:
        return "the test files do not have it, so it is never a feature"
    if result.test_share is None:
        return "keep it from the models"
    if result.test_share < ALARMING_SHARE:
        return "the test files have other values, so it is of no use there"
    return "keep it from the models, and compare them with one that sees nothing else"
