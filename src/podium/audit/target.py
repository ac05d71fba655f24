"""The target: how it is distributed, and labels that cannot be right."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from podium.audit.finding import Finding
from podium.data.dataset import Dataset
from podium.formatting import percent, sample, short

OFTEN = 0.05  # of the rows have one and the same number: a gap, a limit, or a default
MOST = 10  # classes that a line names


def find_labels(dataset: Dataset) -> Iterator[Finding]:
    """Labels that no row has, and labels that differ in case or white space only."""
    if dataset.classes is None:
        return
    counts = np.bincount(dataset.y, minlength=dataset.width)
    if unused := dataset.classes[counts == 0].tolist():
        summary = (
            f"no training row has the label {sample(unused)}; no model can learn it: look at the classes"
        )
        yield Finding("labels", True, summary)
    plain = pd.Series([str(label).strip().casefold() for label in dataset.classes])
    if alike := dataset.classes[plain.duplicated(keep=False).to_numpy()].tolist():
        summary = f"the labels {sample(alike)} differ in case or white space only; make one of them"
        yield Finding("labels", True, summary)


def class_names(dataset: Dataset) -> list[str]:
    """What people call the classes, on one line each."""
    names = dataset.classes if dataset.class_names is None else dataset.class_names
    return [] if names is None else [short(name) for name in names]


def find_balance(dataset: Dataset) -> Finding:
    if dataset.classes is None:
        return _of_numbers(dataset.y)
    counts = np.bincount(dataset.y, minlength=dataset.width)
    order = np.argsort(-counts, kind="stable")
    names = class_names(dataset)
    shares = [f"{names[code]} {percent(counts[code] / len(dataset.y))}" for code in order[:MOST]]
    more = f", and {len(order) - MOST} more" if len(order) > MOST else ""
    return Finding(
        "balance", False, f"{dataset.width} classes in {len(dataset.y):,} rows: {', '.join(shares)}{more}"
    )


def _of_numbers(y: np.ndarray) -> Finding:
    low, median, high = np.quantile(y, [0, 0.5, 1])
    values, counts = np.unique(y, return_counts=True)
    often = counts >= OFTEN * len(y)
    summary = f"{len(y):,} rows with targets from {low:g} to {high:g}, median {median:g}"
    if len(values) > 1 / OFTEN and often.any():
        shown = [f"{v:g} ({percent(c / len(y))})" for v, c in zip(values[often], counts[often], strict=True)]
        summary += f"; often the same: {', '.join(shown[:5])}"
    return Finding("balance", False, summary)
