"""The ids of the sample submission, looked up in the test rows."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from podium.errors import DataError
from podium.formatting import sample

LEAST_GROUPS = 10  # of ids that share their beginning
LEAST_GROUPED = 0.1  # the part of the ids that share it with another one
LARGEST_GROUP = 0.1  # the part of the ids that one beginning may have


def require_same_ids(path: Path, ids: pd.Series, source: Path, known: Iterable[str]) -> None:
    """Raise DataError unless the sample's ids are those of the test rows."""
    unknown = sorted(set(ids) - set(known))
    missing = sorted(set(known) - set(ids))
    for what, some in (("unknown", unknown), ("missing", missing)):
        if some:
            raise DataError(
                f"{path} must hold the ids of {source}, got {len(some)} {what}: {sample(some)}; "
                "look whether both are of this competition"
            )


def first_of_a_count(path: Path, ids: pd.Series, test: Path, rows: int) -> int:
    """Return the first of ids that count the test rows, 0 or 1. Raise DataError for others."""
    for first in (0, 1):
        if ids.tolist() == [str(first + row) for row in range(rows)]:
            return first
    raise DataError(
        f"{path} must hold ids of a column of {test}, or count its {rows} rows, "
        f"got {sample(ids)} in column {ids.name!r}; write competition.py by hand"
    )


def group_separator(train: pd.Series, test: pd.Series) -> str:
    """Return the sign before the last part of the ids if what stands before it is a group: many ids share
    it, and never a training row with a test row. Else return ""."""
    for sign in ("_", "-", "/"):
        groups = train.str.rpartition(sign)[0]
        counts = groups.value_counts()
        shared = counts[counts > 1]
        if (
            (groups != "").all()
            and len(shared) >= LEAST_GROUPS
            and shared.sum() >= LEAST_GROUPED * len(train)
            and counts.max() <= LARGEST_GROUP * len(train)
            and not set(groups) & set(test.str.rpartition(sign)[0])
        ):
            return sign
    return ""
