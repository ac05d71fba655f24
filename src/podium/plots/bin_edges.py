"""Where the bins of a histogram begin and end."""

from __future__ import annotations

import numpy as np

from podium.errors import DataError

_MOST, _LEAST = 30, 5
_RARE = 0.2  # of the rows
_TAIL = 1.5  # the bins end at the 99th percentile where the largest value lies so much further


def linear_edges(values: np.ndarray) -> np.ndarray:
    """Of whole numbers the bins hold equally many; a zero that would dwarf all others has none."""
    low, high, most = values.min(), np.quantile(values, 0.99), values.max()
    whole = (values == np.round(values)).all()
    if whole:
        low = 1 if low == 0 and _RARE > (values > 0).mean() > 0 else low
        high = max(high, low + _LEAST)
    high = most if most - low <= _TAIL * (high - low) else high
    if whole:
        step = max(1, np.ceil((high - low + 1) / _MOST))
        return low - 0.5 + step * np.arange((high - low) // step + 2)
    return np.linspace(low, high if high > low else low + 1, _MOST + 1)


def log_edges(values: np.ndarray, what: str) -> np.ndarray:
    """Each bin a doubling, or a quarter of one where even that holds several whole numbers; one for 0."""
    if values.min() < 0:
        raise DataError(
            f"{what} must not be negative on a logarithmic axis, got {values.min()}; plot without log"
        )
    above = values[values > 0]
    low, high = (above.min(), above.max()) if len(above) else (1.0, 1.0)
    step = 0.25 if low >= 16 else 1
    edges = low * 2 ** (step * np.arange(np.floor(np.log2(high / low) / step) + 2))
    return np.append(0.0, edges) if (values == 0).any() else edges
