"""Metrics of classes: y (n,) holds codes, predictions (n, k) are probabilities."""

from __future__ import annotations

import numpy as np

from podium.metrics.metric import Array, Metric, first


def _hits(y: Array, probabilities: Array) -> Array:
    return (probabilities.argmax(axis=1) == y)[:, None].astype(np.float64)


def _surprisals(y: Array, probabilities: Array) -> Array:
    p = probabilities[np.arange(len(y)), y].astype(np.float64)
    total = probabilities.sum(axis=1, dtype=np.float64)
    return -np.log(np.clip(p / total, 1e-15, 1.0))[:, None]


def _confusion_counts(y: Array, probabilities: Array) -> Array:
    """Return true positives, false positives, false negatives (n, 3); the second class is the positive
    one."""
    predicted = probabilities.argmax(axis=1) == 1
    true = y == 1
    return np.stack([predicted & true, predicted & ~true, ~predicted & true], axis=1).astype(np.float64)


def _f1(means: Array) -> Array:
    hits = means[..., 0]
    misses = means[..., 1] + means[..., 2]
    return 2 * hits / np.maximum(2 * hits + misses, 1e-12)


METRICS = (
    Metric("accuracy", True, "labels", _hits, first, scale_free=True),
    Metric("f1", True, "labels", _confusion_counts, _f1, scale_free=True),
    Metric("log_loss", False, "probabilities", _surprisals, first, scale_free=True),
)
