"""What competitions declare to have drawn of their data, and the figures themselves."""

from podium.plots.catalogue import (
    balance,
    examples,
    leaders,
    lengths,
    marks,
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
    "marks",
    "numbers",
    "over_time",
    "photos",
    "shares",
    "target",
]
