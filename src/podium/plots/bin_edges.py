"""Where the bins of a histogram begin and end."""

from __future__ import annotations

import numpy as np

from podium.errors import DataError

_MOST_BINS = 30
_LEAST_SPAN = 5  # of whole numbers
_RARE_SHARE = 0.2  # of the rows
_TAIL = 1.5  # the bins end at the 99th percentile where the largest value lies so much further


def linear_edges(values: np.ndarray) -> np.ndarray:
    """Return the edges (b + 1,) of bins of one width.

    Integer bins cover equally many values; a dominant zero is left out.
    """
    low = values.min()
    high = np.quantile(values, 0.99)
    most = values.max()
    whole = (values == np.round(values)).all()
    if whole:
        low = 1 if low == 0 and _RARE_SHARE > (values > 0).mean() > 0 else low
        high = max(high, low + _LEAST_SPAN)
    high = most if most - low <= _TAIL * (high - low) else high
    if whole:
        step = max(1, np.ceil((high - low + 1) / _MOST_BINS))
        return low - 0.5 + step * np.arange((high - low) // step + 2)
    return np.linspace(low, high if high > low else low + 1, _MOST_BINS + 1)


def log_edges(values: np.ndarray, what: str) -> np.ndarray:
    """Return edges of which each bin is a doubling, or a quarter of one where even that holds several whole
    numbers; zeros get a bin of their own. Raise DataError for negative values."""
    if values.min() < 0:
        raise DataError(
            f"{what} must not be negative on a logarithmic axis, got {values.min()}; plot without log"
        )
    above = values[values > 0]
    low, high = (above.min(), above.max()) if len(above) else (1.0, 1.0)
    step = 0.25 if low >= 16 else 1
    edges = low * 2 ** (step * np.arange(np.floor(np.log2(high / low) / step) + 2))
    return np.append(0.0, edges) if (values == 0).any() else edges
