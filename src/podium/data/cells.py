"""Cells of a table as people and programs write them: numbers, dates, and words for a gap."""

from __future__ import annotations

import numpy as np
import pandas as pd

GAPS = frozenset(  # in lower case; an empty cell is one in any case
    {"", "?", "-", "--", ".", "*", "n/a", "n.a.", "na", "nan", "none", "null", "nil", "missing", "unknown"}
    | {"not available", "0000-00-00", "0000-00-00 00:00:00"}
)
# 1,163.74 and $3 and -€1.5 and 12 %
_AMOUNT = r"[-+]?[$€£¥]? ?[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:[eE][-+]?\d+)? ?[%$€£¥]?"
# What nanoseconds since 1970 can say, which is how pandas counts.
EARLIEST = pd.Timestamp("1677-09-22")
LATEST = pd.Timestamp("2262-04-11")


def plain_numbers(cells: pd.Series) -> pd.Series:
    """Return cells (n,) of text as floats (n,), those that are no finite number as NaN."""
    values = pd.to_numeric(cells, errors="coerce").astype(np.float64)
    return values.where(np.isfinite(values))


def numbers(cells: pd.Series) -> pd.Series:
    """Return the same, also of numbers with thousands separators, a sign of money or of per cent: 12 for
    12 %."""
    values = plain_numbers(cells)
    rest = cells[values.isna() & cells.notna()].astype(str).str.strip()
    amounts = rest[rest.str.fullmatch(_AMOUNT)].str.replace(r"[$€£¥%, ]", "", regex=True)
    values[amounts.index] = plain_numbers(amounts)
    return values


def dates(cells: pd.Series, layout: str) -> pd.Series:
    """Return cells (n,) of text as timestamps (n,) without a time zone, in UTC where they name one.

    `layout` is a format of pandas.to_datetime. A cell that does not follow it, or lies outside the years 1677
    to 2262, is NaT.
    """
    times = any_dates(cells, layout)
    return times.where((times > EARLIEST) & (times < LATEST))


def any_dates(cells: pd.Series, layout: str) -> pd.Series:
    """Return the same, with dates of any year."""
    return pd.to_datetime(cells, format=layout, errors="coerce", utc=True).dt.tz_localize(None)


def are_gaps(cells: pd.Series) -> pd.Series:
    """Return which cells (n,) of text are words for a gap, or numbers that are not finite."""
    infinite = pd.to_numeric(cells, errors="coerce").abs() == np.inf
    return infinite | cells.str.strip().str.casefold().isin(GAPS)
