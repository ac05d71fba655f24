"""Figures: what competitions declare to have drawn of their data, and how predictions are drawn."""

from podium.plots.catalogue import (
    balance,
    examples,
    leaders,
    lengths,
    mark_counts,
    numbers,
    over_time,
    photos,
    shares,
    target,
)

__all__ = [
    "balance",
    "examples",
    "leaders",
    "lengths",
    "mark_counts",
    "numbers",
    "over_time",
    "photos",
    "shares",
    "target",
]
