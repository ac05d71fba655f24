"""Each metric with its direction, what it needs, and what its error bars are made of."""

from podium.metrics.combined import columnwise, weighted
from podium.metrics.custom import custom_metric
from podium.metrics.labels import f_beta
from podium.metrics.metric import FunctionMetric, Metric, RowMetric
from podium.metrics.numbers import pinball
from podium.metrics.ranking import map_at, precision_at, recall_at, top_k_accuracy
from podium.metrics.registry import METRICS, get_metric, metric_names, require_fitting
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
    "map_at",
    "metric_names",
    "pinball",
    "precision_at",
    "recall_at",
    "require_fitting",
    "top_k_accuracy",
    "weighted",
]
