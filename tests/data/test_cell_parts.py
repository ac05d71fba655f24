"""Cells of several parts are split where the parts say something."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podium.data.cell_parts import find_split


def column(cells):
    return pd.Series(cells, name="c", dtype="str")


def test_deck_number_and_side_become_three_columns():
    cells = column([f"{deck}/{number}/{side}" for deck in "ABC" for number in range(20) for side in "PS"])
    parts = find_split(cells).apply(column(["B/7/S", None, "G/1500/P"]))
    assert parts.columns.tolist() == ["c part 1", "c part 2", "c part 3"]
    assert parts["c part 1"].tolist()[::2] == ["B", "G"]
    assert parts["c part 2"].tolist()[::2] == [7.0, 1500.0]
    assert parts.iloc[1].isna().all()


def test_letters_and_numbers_of_odd_tickets_are_told_apart():
    rng = np.random.default_rng(0)
    tickets = column([f"{rng.choice(['A/5 ', 'PC ', ''])}{rng.integers(1000, 9999)}" for _ in range(300)])
    parts = find_split(tickets).apply(column(["A/5 2117", "3471", "C23 C25"]))
    assert parts["c part 1"].fillna("none").tolist() == ["A/", "none", "C"]
    assert parts["c part 3"].tolist() == [2117, 3471, 25]
    assert parts["c part 4"].tolist() == [2, 1, 2]


@pytest.mark.parametrize(
    "cells",
    [
        [f"C{number:04}" for number in range(300)],  # keys
        [f"user_{number}" for number in range(300)],
        ["red", "green", "blue"] * 100,
        [str(number) for number in range(300)],
        [f"{number:08x}" for number in np.random.default_rng(0).integers(2**31, size=300)],
        [None, None],
        [],
    ],
    ids=["letter and count", "name and count", "words", "numbers", "hashes", "empty", "none"],
)
def test_keys_words_and_numbers_have_no_parts(cells):
    assert find_split(column(cells)) is None


def test_units_are_told_from_their_numbers():
    cells = column([f"{n} {unit}" for n in range(1, 30) for unit in ("weeks", "months", "years")])
    parts = find_split(cells).apply(column(["3 years"]))
    assert parts.iloc[0].tolist() == [3.0, "years"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.none() | st.text(max_size=12), max_size=40))
def test_any_cells_are_split_into_as_many_columns_or_none(cells):
    split = find_split(column(cells))
    if split:
        parts = split.apply(column(cells))
        assert parts.shape == (len(cells), split.count)
        assert parts[column(cells).isna().to_numpy()].isna().all(axis=None)
