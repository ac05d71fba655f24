"""Columns of X that are the target in disguise."""

from __future__ import annotations

from collections.abc import Iterator

from podium.audit.binning import bin_rows
from podium.audit.finding import Finding
from podium.audit.predictive_power import explain_sharply, target_of
from podium.audit.probes import Probes
from podium.audit.probing import examples_of, try_probe
from podium.data.dataset import Dataset

DETERMINING_SHARE = 0.98  # of the way from the constant to a perfect score: no honest feature is as good
WORTH_A_TREE = 0.5  # of the loss explained in bins: less is far from all
RARE_IN_A_TREE = 2  # rows of a text: one that has fewer can never be predicted


def find_determined(dataset: Dataset, probes: Probes) -> Iterator[Finding]:
    """Yield the columns of X, one of which alone gives the target."""
    target = target_of(dataset)
    for probe in probes.features:
        result = try_probe(probe, target)
        if result is None or result.power.share < WORTH_A_TREE:
            continue
        values = bin_rows(probe, RARE_IN_A_TREE)[0].astype(float) if probe.is_text else probe.train.to_numpy()
        power = explain_sharply(values[result.rows], target.part(result.rows))
        score, error = power.score
        if score - power.floor >= DETERMINING_SHARE * (1 - power.floor):
            summary = f"{probe.subject} of X alone gives the target: {power.quote()}; find out why"
            yield Finding("leak", True, summary, score, error, examples_of(result, dataset))
