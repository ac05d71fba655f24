"""Each metric with its direction, what it needs, and what its error bars are made of."""

from podium.metrics.combined import columnwise, weighted
from podium.metrics.custom import custom_metric
from podium.metrics.labels import f_beta
from podium.metrics.metric import FunctionMetric, Metric, RowMetric
from podium.metrics.registry import METRICS, get_metric, require_fitting
from podium.metrics.scorer import Scorer

__all__ = [
    "METRICS",
    "FunctionMetric",
    "Metric",
    "RowMetric",
    "Scorer",
    "columnwise",
    "custom_metric",
    "f_beta",
    "get_metric",
    "require_fitting",
    "weighted",
]
