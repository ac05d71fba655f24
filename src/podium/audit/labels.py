"""The target: labels that cannot be right, and how it is distributed."""

from __future__ import annotations

from collections.abc import Iterator

from podium.audit.finding import Finding
from podium.data.dataset import Dataset


def find_labels(dataset: Dataset) -> Iterator[Finding]:
    """Yield the faults of the labels."""
    for fault in dataset.task.label_faults(dataset.y):
        yield Finding("labels", True, fault)


def find_balance(dataset: Dataset) -> Finding:
    """Return how the target is distributed."""
    return Finding("balance", False, dataset.task.describe(dataset.y))
