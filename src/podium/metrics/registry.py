"""Metrics by name: podium's own, families with a number in their name (`map@3`), means over several targets
(`mean_rmsle`), and those that other packages add by the entry point `podium.metrics`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from podium.data.dataset import Dataset
from podium.errors import CompetitionError, DataError
from podium.formatting import did_you_mean, sample
from podium.metrics import labels, numbers, probabilities, ranking
from podium.metrics.combined import columnwise
from podium.metrics.metric import Metric
from podium.metrics.scorer import readable
from podium.storage.plugins import load_plugin, plugin_names

GROUP = "podium.metrics"
MEAN = "mean_"
METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (*labels.METRICS, *probabilities.METRICS, *ranking.METRICS, *numbers.METRICS)
}
FAMILIES: dict[str, Callable[[float], Metric]] = {
    "map": lambda k: ranking.map_at(int(k)),
    "top": lambda k: ranking.top_k_accuracy(int(k)),
    "precision": lambda k: ranking.precision_at(int(k)),
    "recall": lambda k: ranking.recall_at(int(k)),
    "pinball": numbers.pinball,
}


def get_metric(metric: str | Metric) -> Metric:
    """Return the metric of that name, or a competition's own metric as it is.

    Raises CompetitionError for a name that is none.
    """
    if isinstance(metric, Metric):
        return metric
    found = METRICS.get(metric) or _of_family(metric) or _mean_of(metric)
    found = found or load_plugin(GROUP, metric, Metric, CompetitionError)  # type: ignore[type-abstract]
    if found is None:
        raise CompetitionError(f"no metric {metric!r}; {did_you_mean(metric, metric_names())}")
    return found


def metric_names() -> list[str]:
    """Return the names of all metrics, of a family that of one member."""
    return [
        *METRICS,
        *(f"{family}@{0.5 if family == 'pinball' else 3}" for family in FAMILIES),
        *plugin_names(GROUP),
    ]


def _of_family(name: str) -> Metric | None:
    family, at, number = name.partition("@")
    if not at or family not in FAMILIES:
        return None
    try:
        value = float(number)
    except ValueError:
        return None
    fits = 0 < value < 1 if family == "pinball" else value >= 1 and value == int(value)
    return FAMILIES[family](value) if fits else None


def _mean_of(name: str) -> Metric | None:
    """Return the mean over several targets of the metric whose name follows `mean_`."""
    one = METRICS.get(name.removeprefix(MEAN))
    if not name.startswith(MEAN) or one is None or not _judges_one_target(one):
        return None
    return columnwise(one)


def _judges_one_target(metric: Metric) -> bool:
    """Return whether a metric can be asked about each target alone: as one of two classes, or one number."""
    return metric.columns is not None or metric.name in ("log_loss", "brier")


def require_fitting(metric: Metric, dataset: Dataset) -> None:
    """Raise CompetitionError if the metric cannot judge this kind of target, DataError if it is not defined
    for some of the targets."""
    task = dataset.task
    fits_columns = metric.columns in (None, task.n_columns)
    if task.kind not in metric.tasks or not fits_columns:
        expected = " or ".join(sorted(metric.tasks))
        size = "" if fits_columns else f" with {metric.columns} prediction column(s)"
        raise CompetitionError(
            f"metric {metric.name!r} must judge a {expected} task{size}, got a {task.kind} task with "
            f"{task.n_columns}; declare one of {sample(_fitting(task.kind, task.n_columns), most=8)}, "
            "or load another Dataset"
        )
    lacking = sorted(set(metric.reads) - set(readable(dataset))) if metric.reads else []
    if lacking:
        raise CompetitionError(
            f"metric {metric.name!r} must be given the columns {lacking} of Dataset.about, or "
            "Dataset.weights, found none; load them"
        )
    low = dataset.y < metric.least
    if np.any(low):
        raise DataError(
            f"metric {metric.name!r} must be given targets of {metric.least:g} or more, "
            f"got {dataset.y.min():g} ({low.sum()} such rows); declare another metric"
        )


def _fitting(kind: str, columns: int) -> list[str]:
    own = [m.name for m in METRICS.values() if kind in m.tasks and m.columns in (None, columns)]
    means = [
        f"{MEAN}{m.name}" for m in METRICS.values() if kind in m.tasks and m.columns == 1 and columns > 1
    ]
    return [*own, *means]
