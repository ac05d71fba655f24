"""What the columns of a table hold: numbers, categories, dates or texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from podium.data import cells
from podium.data.cell_parts import find_split
from podium.data.csv_files import plain_columns, read_pieces
from podium.formatting import sample

LEAST_WORDS = 4  # of the median cell of a column of texts
MOST_CATEGORIES = 20  # a column of more texts, most of them of one row, is no category
MOST_STRANGE = 100  # one cell in so many, or just one, may be no number and no word for a gap
MOST_TOLD = 3  # odd cells, and columns of them, by name
TRIED_CELLS = 100  # with which it is seen whether a column may be dates
LAYOUTS = [  # of dates, the likelier ones first
    *("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "ISO8601"),
    *("%Y/%m/%d", "%m/%d/%Y", "%d/%m/%Y", "%m/%d/%y", "%d/%m/%y", "%d.%m.%Y", "%d-%m-%Y", "%d-%b-%Y"),
    *("%d %b %Y", "%b %d, %Y", "%B %d, %Y", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M"),
    *("%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M"),
    *("%m/%d/%Y %I:%M:%S %p", "%d/%m/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%d/%m/%Y %I:%M %p"),
    *("%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d-%m-%Y %H:%M"),
]


@dataclass(frozen=True)
class ColumnKind:
    """What a column holds: "number", "category", "date" of a `layout`, "text", "own" (nearly every row has
    its own, which is no text) or "empty".

    `parts` says of how many parts its cells consist, 0 where they do not. `gaps` counts the odd cells that
    are read as gaps, `amounts` those that are numbers written otherwise.
    `other_layout` is a second one that fits the dates as well, "" where there is none.
    """

    kind: str
    layout: str = ""
    other_layout: str = ""
    gaps: Mapping[str, int] = field(default_factory=dict)
    amounts: Mapping[str, int] = field(default_factory=dict)
    parts: int = 0

    @property
    def is_odd(self) -> bool:
        """Return whether the column must be read with `clean`."""
        return bool(self.gaps or self.amounts)


Kinds = Mapping[str, ColumnKind]


def kinds_of(paths: Sequence[Path], columns: Sequence[str]) -> dict[str, ColumnKind]:
    """Return the kind of each column, which all the files have."""
    if not columns:
        return {}
    found = [plain_columns(path, columns) for path in paths]
    numbers = set.intersection(*(plain for plain, _ in found))
    empty = set.intersection(*(bare for _, bare in found))
    rest = [column for column in columns if column not in numbers]
    texts = pd.concat([piece for path in paths for piece in read_pieces(path, rest)]) if rest else None
    kinds = {column: ColumnKind("empty" if column in empty else "number") for column in columns}
    return kinds | {column: kind_of(texts[column]) for column in rest if texts is not None}


def kind_of(column: pd.Series) -> ColumnKind:
    """Return the kind of cells (n,), texts or missing."""
    counts = column.value_counts(sort=False)
    if counts.empty:
        return ColumnKind("empty")
    return _as_numbers(counts) or _as_dates(counts) or _as_words(counts, len(column))


def _as_numbers(counts: pd.Series) -> ColumnKind | None:
    """Return the kind of numbers, None for cells that are none. `counts` are of the distinct cells."""
    texts = pd.Series(counts.index)
    rows = counts.to_numpy()
    plain = cells.plain_numbers(texts).notna().to_numpy()
    read = cells.numbers(texts).notna().to_numpy()
    strange = ~read & ~cells.are_gaps(texts).to_numpy()
    is_written_otherwise = rows[plain].sum() * 2 < rows[read].sum()
    is_category = read.sum() <= MOST_CATEGORIES and (strange.any() or is_written_otherwise)
    if not read.any() or is_category or _are_many(rows[strange], rows):
        return None
    return ColumnKind("number", gaps=_counted(counts, ~read), amounts=_counted(counts, read & ~plain))


def _as_dates(counts: pd.Series) -> ColumnKind | None:
    texts = pd.Series(counts.index)
    few = texts[:TRIED_CELLS]
    likely = [layout for layout in LAYOUTS if cells.any_dates(few, layout).notna().mean() >= 0.5]
    gaps = cells.are_gaps(texts).to_numpy()
    strange = {
        layout: int(counts.to_numpy()[cells.any_dates(texts, layout).isna().to_numpy() & ~gaps].sum())
        for layout in likely
    }
    if not strange:
        return None
    layout = min(strange, key=lambda name: strange[name])
    read = cells.dates(texts, layout).notna().to_numpy()
    is_category = read.sum() <= MOST_CATEGORIES and strange[layout] > 0
    if not read.any() or is_category or _are_many(np.array([strange[layout]]), counts.to_numpy()):
        return None
    swapped = layout.translate(str.maketrans("md", "dm"))
    also = swapped != layout and strange.get(swapped) == strange[layout]
    return ColumnKind("date", layout, swapped if also else "", gaps=_counted(counts, ~read))


def _are_many(strange: np.ndarray, rows: np.ndarray) -> bool:
    return bool(strange.sum() > max(1, rows.sum() // MOST_STRANGE))


def _counted(counts: pd.Series, chosen: np.ndarray) -> dict[str, int]:
    return {str(cell): int(n) for cell, n in counts[chosen].sort_values(ascending=False).items()}


def _as_words(counts: pd.Series, rows: int) -> ColumnKind:
    distinct = pd.Series(counts.index)
    is_category = len(counts) <= max(MOST_CATEGORIES, rows / 2)
    if not is_category and distinct.str.count(r"\S+").median() >= LEAST_WORDS:
        return ColumnKind("text")
    split = find_split(distinct)
    if split:
        return ColumnKind("category", parts=split.count)
    return ColumnKind("category" if is_category else "own")


def columns_of(kinds: Kinds, kind: str) -> list[str]:
    return [column for column, its in kinds.items() if its.kind == kind]


def describe_kinds(kinds: Kinds, only_in_train: Sequence[str]) -> list[str]:
    """Return what is to be said of the columns, a line for each thing."""
    numbers, categories = (len(columns_of(kinds, kind)) for kind in ("number", "category"))
    dates = "".join(f", dates in {c!r} as {its.layout}" for c, its in kinds.items() if its.layout)
    named = ", ".join(map(repr, columns_of(kinds, "text")))
    texts = f", texts in {named}" if named else ""
    left = {
        "nearly every row has its own": columns_of(kinds, "own"),
        "empty": columns_of(kinds, "empty"),
        "not among the test rows' columns": only_in_train,
    }
    summary = f"{numbers} columns of numbers, {categories} of categories{dates}{texts}"
    return [
        *([summary] if kinds else []),
        *(f"left out, {reason}: {_some(columns, 20)}" for reason, columns in left.items() if columns),
        *_describe_parts(kinds),
        *_describe_odd(kinds, lambda its: its.gaps, "odd cells, read as gaps"),
        *_describe_odd(kinds, lambda its: its.amounts, "odd cells, read as numbers"),
        *(
            f"dates in {column!r}: {its.layout} is a guess, {its.other_layout} fits too; see DATES"
            for column, its in kinds.items()
            if its.other_layout
        ),
    ]


def _describe_parts(kinds: Kinds) -> list[str]:
    """Return no line, or one that names the columns whose cells consist of parts."""
    told = [f"{column!r} into {its.parts}" for column, its in kinds.items() if its.parts]
    return [f"cells of several parts, which models of tables split: {_some(told, MOST_TOLD)}"] if told else []


def _describe_odd(kinds: Kinds, odd: Callable[[ColumnKind], Mapping[str, int]], what: str) -> list[str]:
    """Return no line, or one that names and counts the odd cells."""
    counts = {column: odd(its) for column, its in kinds.items() if odd(its)}
    if not counts:
        return []
    sums = {column: sum(found.values()) for column, found in counts.items()}
    told = [f"{c!r} ({n} cell{'s'[: n > 1]}: {sample(counts[c])})" for c, n in sums.items()]
    return [f"{what}, in {_some(told, MOST_TOLD)}"]


def _some(parts: Iterable[str], most: int) -> str:
    """Return the parts with commas between them, of many the first ones and how many more there are."""
    parts = list(parts)
    more = f" and {len(parts) - most} more" if len(parts) > most else ""
    return ", ".join(parts[:most]) + more
