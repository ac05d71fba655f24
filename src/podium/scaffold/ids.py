"""The ids of the sample submission, looked up in the test rows."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from podium.errors import DataError
from podium.formatting import sample


def require_same_ids(path: Path, ids: pd.Series, source: Path, known: Iterable[str]) -> None:
    unknown = sorted(set(ids) - set(known))
    missing = sorted(set(known) - set(ids))
    for what, some in (("unknown", unknown), ("missing", missing)):
        if some:
            raise DataError(
                f"{path} must hold the ids of {source}, got {len(some)} {what}: {sample(some)}; "
                "look whether both are of this competition"
            )


def first_of_a_count(path: Path, ids: pd.Series, test: Path, rows: int) -> int:
    for first in (0, 1):
        if ids.tolist() == [str(first + row) for row in range(rows)]:
            return first
    raise DataError(
        f"{path} must hold ids of a column of {test}, or count its {rows} rows, "
        f"got {sample(ids)} in column {ids.name!r}; write competition.py by hand"
    )
