"""Where the bins of a histogram begin and end."""

from __future__ import annotations

import numpy as np

from podium.errors import DataError

_MOST_BINS = 30
_LEAST_SPAN = 5  # of whole numbers
_RARE_SHARE = 0.2  # of rows: if fewer differ from zero, zeros would dwarf all other bins
_LONG_TAIL = 1.5  # the bins end at the 99th percentile where the largest value lies so much further
_FINE_FROM = 16  # from this value on, a quarter of a doubling still covers several whole numbers


def linear_edges(values: np.ndarray) -> np.ndarray:
    """Return the edges (b + 1,) of bins of one width.

    Integer bins cover equally many values; a dominant zero is left out.
    """
    low = values.min()
    high = np.quantile(values, 0.99)
    largest = values.max()
    is_whole = (values == np.round(values)).all()
    if is_whole:
        share_above = (values > 0).mean()
        if low == 0 and 0 < share_above < _RARE_SHARE:
            low = 1
        high = max(high, low + _LEAST_SPAN)
    if largest - low <= _LONG_TAIL * (high - low):
        high = largest
    if is_whole:
        step = max(1, np.ceil((high - low + 1) / _MOST_BINS))
        return low - 0.5 + step * np.arange((high - low) // step + 2)
    return np.linspace(low, high if high > low else low + 1, _MOST_BINS + 1)


def log_edges(values: np.ndarray, what: str) -> np.ndarray:
    """Return the edges (b + 1,) of bins for a logarithmic axis.

    A bin is a doubling, or a quarter of one where even that holds several whole numbers. Zeros get a bin of
    their own. Raises DataError, naming `what` the values are, for negative values.
    """
    if values.min() < 0:
        raise DataError(
            f"{what} must not be negative on a logarithmic axis, got {values.min()}; plot without log"
        )
    above = values[values > 0]
    low, high = (above.min(), above.max()) if len(above) else (1.0, 1.0)
    step = 0.25 if low >= _FINE_FROM else 1
    edges = low * 2 ** (step * np.arange(np.floor(np.log2(high / low) / step) + 2))
    return np.append(0.0, edges) if (values == 0).any() else edges
