"""Cells that hold several things: deck, number and side of `B/0/P`, letters and number of `C85`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from podium.data.cells import numbers

SIGNS = ("/", "_", "|", ":", ";", ",", "-", " ")  # between the parts of a cell, the likelier ones first
MOST_PARTS = 6
LETTERS_AND_NUMBERS = 4  # parts of a cell that is split by no sign
ALIKE = 0.95  # the share of cells that have as many parts
COMMON_SHAPES = 10
COMMON = 0.8  # the share of cells that have one of the common shapes
TRIED = 5_000  # distinct cells by which a column is judged
NUMERIC = 0.9  # the share of a part's cells that are numbers where it is one


@dataclass(frozen=True)
class Split:
    """How a column's cells are split: at `sign` into `count` parts, or, where `sign` is "", into the letters
    before the first digit, the first number, the last one and the number of words. The parts `are_numbers`
    or categories."""

    sign: str
    count: int
    are_numbers: tuple[bool, ...]

    def apply(self, cells: pd.Series) -> pd.DataFrame:
        """Return the parts of cells (n,) of text as columns (n, count) of floats and texts, named after the
        column and numbered from 1. An empty part, and a part of an empty cell, is a gap."""
        parts = _parts(cells, self.sign, self.count)
        read = {
            f"{cells.name} part {number + 1}": _typed(parts[number], is_number)
            for number, is_number in enumerate(self.are_numbers)
        }
        return pd.DataFrame(read, index=cells.index)


def find_split(cells: pd.Series) -> Split | None:
    """Return how cells (n,) of text are split, None where they have none.

    They have parts where nearly all have as many between one of the signs, or where few shapes, one of them
    with a digit, are those of most cells. Cells that are all words or all numbers have none, nor have keys,
    such as C0001, of which no part says anything.
    """
    distinct = pd.Series(cells.dropna().unique()[:TRIED], dtype="str").str.strip()
    if len(distinct) < 2:
        return None
    for sign in SIGNS:
        count = _count_of_parts(distinct, sign)
        if count:
            return _with_types(distinct, sign, count)
    return _with_types(distinct, "", LETTERS_AND_NUMBERS) if _has_common_shapes(distinct) else None


def _count_of_parts(distinct: pd.Series, sign: str) -> int:
    """Return into how many parts nearly all cells are split by a sign, 0 where they are not."""
    counts = distinct.str.count(_escaped(sign)) + 1
    count = int(counts.mode().iloc[0])
    if not 2 <= count <= MOST_PARTS or (counts == count).mean() < ALIKE:
        return 0
    has_digits = distinct.str.contains(r"\d").mean() >= 0.5
    return count if has_digits else 0


def _has_common_shapes(distinct: pd.Series) -> bool:
    """Return whether most cells have one of a few shapes, such as A9 or A/9 9, and letters and digits are
    both among them."""
    shapes = distinct.str.replace(r"[^\W\d_]+", "A", regex=True).str.replace(r"\d+", "9", regex=True)
    counts = shapes.value_counts()
    common = counts.iloc[:COMMON_SHAPES]
    named = "".join(map(str, common.index))
    is_mixed = "A" in named and "9" in named
    return bool(is_mixed and common.sum() >= COMMON * len(distinct))


def _with_types(distinct: pd.Series, sign: str, count: int) -> Split | None:
    parts = _parts(distinct, sign, count)
    are_numbers = tuple(_is_number(parts[number]) for number in range(count))
    is_key = not any(_says_something(parts[number]) for number in range(count))
    return None if is_key else Split(sign, count, are_numbers)


def _says_something(part: pd.Series) -> bool:
    """Return whether a part is neither the same in all cells nor another one in nearly each."""
    filled = part.dropna()
    return 2 <= filled.nunique() <= len(filled) / 2


def _is_number(part: pd.Series) -> bool:
    filled = part.dropna()
    return bool(len(filled) and numbers(filled).notna().mean() >= NUMERIC)


def _typed(part: pd.Series, is_number: bool) -> pd.Series:
    return numbers(part) if is_number else part


def _parts(cells: pd.Series, sign: str, count: int) -> pd.DataFrame:
    """Return texts (n, count), with gaps where a part is empty."""
    stripped = cells.astype("str").where(cells.notna()).str.strip()
    found = _between_signs(stripped, sign, count) if sign else _letters_and_numbers(stripped)
    return found.replace("", np.nan)


def _between_signs(cells: pd.Series, sign: str, count: int) -> pd.DataFrame:
    parts = cells.str.split(_escaped(sign), n=count - 1, expand=True, regex=True)
    return parts.reindex(columns=range(count))


def _letters_and_numbers(cells: pd.Series) -> pd.DataFrame:
    words = cells.str.count(r"\S+")
    parts: Sequence[pd.Series] = [
        cells.str.extract(r"^(\D*)", expand=False).str.rstrip(),
        cells.str.extract(r"(\d+)", expand=False),
        cells.str.extract(r"(\d+)\D*$", expand=False),
        words.astype("str").where(words.notna()),
    ]
    return pd.concat(parts, axis=1, keys=range(len(parts)))


def _escaped(sign: str) -> str:
    return r"\s+" if sign == " " else rf"\s*\{sign}\s*"
