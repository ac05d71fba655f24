"""Each metric with its direction, what it needs, and what its error bars are made of."""

from podium.metrics.metric import Metric
from podium.metrics.registry import METRICS, get_metric, require_fitting

__all__ = ["METRICS", "Metric", "get_metric", "require_fitting"]
