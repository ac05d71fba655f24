"""What the columns of a table hold: numbers, categories, dates or texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from podium.data.csv_files import read_table
from podium.errors import DataError
from podium.formatting import sample

LEAST_WORDS = 4  # of the median cell of a column of texts
MOST_CATEGORIES = 20  # a column of more texts, most of them of one row, is no category
LAYOUTS = [  # of dates, the likelier ones first
    *("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"),
    *("%Y/%m/%d", "%m/%d/%Y", "%d/%m/%Y", "%m/%d/%y", "%d/%m/%y", "%d.%m.%Y", "%d-%b-%Y"),
    *("%Y/%m/%d %H:%M:%S", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M", "%d.%m.%Y %H:%M"),
]


def kinds_of(
    train: Path, test: Path, features: Sequence[str], known: Mapping[str, str], may_be_none: bool = False
) -> dict[str, str]:
    """Return the kind of each feature (see `kind_of`), and those that are known already.

    Raises DataError where no feature can be used, unless there `may_be_none`.
    """
    kinds = dict(known)
    if features:
        cells = pd.concat([read_table(path, features, dtype=str) for path in (train, test)])
        kinds |= {c: kind_of(cells[c]) for c in features}
    if set(kinds.values()) <= {"own", "empty"} and not may_be_none:
        raise DataError(
            f"{train} must share numbers, categories, dates or texts with {test.name}, "
            f"got {sample(features)}, of which nearly every row has its own; write competition.py by hand"
        )
    return kinds


def columns_of(kinds: Mapping[str, str], kind: str) -> list[str]:
    return [column for column, its in kinds.items() if its == kind]


def describe_kinds(kinds: Mapping[str, str], only_in_train: Sequence[str]) -> list[str]:
    dates = "".join(f", dates in {c!r} as {kind}" for c, kind in kinds.items() if kind in LAYOUTS)
    numbers, categories = (len(columns_of(kinds, kind)) for kind in ("number", "category"))
    texts = (
        f", texts in {', '.join(map(repr, columns_of(kinds, 'text')))}" if columns_of(kinds, "text") else ""
    )
    left = {
        "nearly every row has its own": columns_of(kinds, "own"),
        "empty": columns_of(kinds, "empty"),
        "not among the test rows' columns": only_in_train,
    }
    summary = f"{numbers} columns of numbers, {categories} of categories{dates}{texts}"
    return [
        *([summary] if kinds else []),
        *(f"left out, {reason}: {', '.join(columns)}" for reason, columns in left.items() if columns),
    ]


def kind_of(cells: pd.Series) -> str:
    """Return number, category, the layout of dates, text, own (nearly every row has its own, which is no
    text) or empty."""
    values = pd.Series(cells.dropna().unique())
    if values.empty:
        return "empty"
    if np.isfinite(pd.to_numeric(values, errors="coerce")).all():
        return "number"
    for layout in LAYOUTS:
        if pd.to_datetime(values, format=layout, errors="coerce").notna().all():
            return layout
    if len(values) <= max(MOST_CATEGORIES, len(cells) / 2):
        return "category"
    return "text" if values.str.count(r"\S+").median() >= LEAST_WORDS else "own"
