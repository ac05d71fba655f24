"""Folds that follow time: stretches of dates that are not cut, with a gap where one is asked for."""

from __future__ import annotations

import numpy as np

from podium.competition.declaration import FoldPlan
from podium.errors import FoldError

ORDERS = ("blocks", "forward")
DAY = np.timedelta64(1, "D")


def time_blocks(times: np.ndarray, plan: FoldPlan) -> np.ndarray:
    """Return the fold (n,) of each row: stretches of time of about as many rows each, in their order.

    Rows of one date, or of one number, are in one fold. With the order "forward" the first stretch is -1, in
    no fold. Raises FoldError for fewer dates than stretches, or a time that is missing.
    """
    moments = _moments(times)
    if np.isnan(moments).any():
        raise FoldError(
            f"Dataset.times must have a time for each row, got {np.isnan(moments).sum()} rows without one; "
            "fill them"
        )
    first = 1 if plan.order == "forward" else 0
    blocks = plan.n_splits + first
    known, inverse, counts = np.unique(_dates(moments, times), return_inverse=True, return_counts=True)
    if len(known) < blocks:
        raise FoldError(
            f"{plan.n_splits} folds by time must have at least {blocks} different dates, got {len(known)}; "
            "plan fewer folds"
        )
    return _cut(counts, blocks)[inverse] - first


def hidden_by_time(times: np.ndarray, valid_fold: np.ndarray, plan: FoldPlan) -> np.ndarray:
    """Return which rows (k, n) each fold may not train on: those within the gap around its scored rows, and
    with the order "forward" all that are not before them."""
    moments = _moments(times)
    hidden = np.zeros((valid_fold.max() + 1, len(moments)), dtype=bool)
    for number in range(len(hidden)):
        scored = moments[valid_fold == number]
        hidden[number] = moments > scored.min() - plan.gap
        if plan.order == "blocks":
            hidden[number] &= moments < scored.max() + plan.gap
    return hidden


def _moments(times: np.ndarray) -> np.ndarray:
    """Return times as numbers (n,): dates as days since 1970."""
    if times.dtype.kind != "M":
        return times.astype(np.float64)
    days = (times - np.datetime64("1970-01-01")) / DAY
    return np.where(np.isnat(times), np.nan, days)


def _dates(moments: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return the day of each row, where times are dates: a day is not cut."""
    return np.floor(moments) if times.dtype.kind == "M" else moments


def _cut(counts: np.ndarray, blocks: int) -> np.ndarray:
    """Return the block of each date (d,), for the rows that each date has: blocks of about as many rows, of
    one date at least."""
    later = np.arange(1, blocks)
    starts = counts.cumsum().searchsorted(counts.sum() * later / blocks) + 1
    starts = np.maximum.accumulate(starts - later) + later  # each block starts after the one before
    starts = np.minimum(starts, len(counts) - blocks + later)  # and leaves a date for each block after it
    return starts.searchsorted(np.arange(len(counts)), side="right")
