"""Metrics by name: podium's own, and those that other packages add by the entry point `podium.metrics`."""

from __future__ import annotations

from podium.data.dataset import Dataset
from podium.errors import CompetitionError, DataError
from podium.formatting import did_you_mean
from podium.metrics import classification, regression
from podium.metrics.metric import Metric
from podium.storage.plugins import load_plugin, plugin_names

GROUP = "podium.metrics"
METRICS = {metric.name: metric for metric in (*classification.METRICS, *regression.METRICS)}


def get_metric(name: str) -> Metric:
    """Return the metric of that name. Raise CompetitionError for a name that is none."""
    metric = METRICS.get(name) or load_plugin(GROUP, name, Metric, CompetitionError)
    if metric is None:
        raise CompetitionError(f"no metric {name!r}; {did_you_mean(name, [*METRICS, *plugin_names(GROUP)])}")
    return metric


def require_fitting(metric: Metric, dataset: Dataset) -> None:
    """Raise CompetitionError if the metric cannot judge this kind of target, DataError if it is not defined
    for some of the targets."""
    if metric.needs not in dataset.task.gives:
        own = ", ".join(m.name for m in METRICS.values() if m.needs in dataset.task.gives)
        fitting = own or f"another package's, by the entry point {GROUP}"
        raise CompetitionError(
            f"metric {metric.name!r} must be given {metric.needs}, got a {dataset.task.kind} task; "
            f"declare one of {fitting}, or load another Dataset"
        )
    low = dataset.y < metric.least
    if low.any():
        raise DataError(
            f"metric {metric.name!r} must be given targets of {metric.least:g} or more, "
            f"got {dataset.y.min():g} ({low.sum()} such rows); declare another metric"
        )
