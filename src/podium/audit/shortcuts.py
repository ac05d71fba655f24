"""What X says beside its content, where it predicts the target: when a row was made, how long a text is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from podium.audit.finding import Finding
from podium.audit.predictive_power import target_of
from podium.audit.probes import Probe, Probes, has_spaces
from podium.audit.probing import LEAST_SHARE, examples_of, try_probe
from podium.data.dataset import Dataset

FALSE_SHORTCUT = 0.01  # the chance of a false finding: a person asks about time and length anyway


def find_shortcuts(dataset: Dataset, probes: Probes) -> Iterator[Finding]:
    """Yield the times and lengths of texts that predict the target."""
    target = target_of(dataset)
    tried = (try_probe(probe, target) for probe in _shortcuts(probes))
    results = [result for result in tried if result is not None]
    for result in results:
        if result.power.share > LEAST_SHARE and result.power.is_sure(len(results), FALSE_SHORTCUT):
            summary = (
                f"{result.probe.name} alone predicts the target: {result.power.quote()}; "
                f"{_meaning(result.probe)}: compare the models with one that sees nothing else"
            )
            yield Finding("leak", False, summary, *result.power.score, examples_of(result, dataset))


def _meaning(probe: Probe) -> str:
    if probe.is_time:
        return "it tells how the rows were collected, and nothing of rows yet to come"
    return "a model may learn that and not what the text says"


def _shortcuts(probes: Probes) -> Iterator[Probe]:
    for probe in probes.features:
        if probe.is_time:
            edges = np.unique(probe.train.dropna().quantile([0, 0.25, 0.5, 0.75]))
            yield _converted(probe, "in four periods", partial(_periods, edges=edges))
        elif _is_free_text(probe):
            yield _converted(probe, "characters", lambda texts: texts.str.len().astype(float))


def _is_free_text(probe: Probe) -> bool:
    return probe.is_text and has_spaces(probe.train.dropna()) and probe.train.nunique() > len(probe.train) / 2


def _converted(probe: Probe, fact: str, convert: Callable[[pd.Series], pd.Series]) -> Probe:
    test = None if probe.test is None else convert(probe.test)
    return replace(probe, fact=fact, train=convert(probe.train), test=test)


def _periods(seconds: pd.Series, edges: np.ndarray) -> pd.Series:
    """Return the day on which each moment's period begins; the first holds all that is before it too."""
    days = pd.to_datetime(edges, unit="s").strftime("%Y-%m-%d").to_numpy(dtype=object)
    codes = np.searchsorted(edges, seconds.to_numpy(), side="right") - 1
    return pd.Series(days[codes.clip(0)], seconds.index, dtype=object).where(seconds.notna(), None)
