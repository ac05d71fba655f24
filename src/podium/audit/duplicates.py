"""What copies of rows mean: labels that contradict each other, folds that are not independent."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from podium.audit.finding import Finding
from podium.data.dataset import Dataset
from podium.data.near_duplicates import Copies
from podium.formatting import sample, short

ALARMING_SHARE = 1e-3  # of the rows: fewer copies change no score
CHANCE_FACTOR = 10  # times as many pairs as independent columns would give: chance may still explain them
SHOWN_SETS = 3
SHOWN_ROWS = 2  # of each set
LONGEST_EXCERPT = 70  # characters of a row


def find_copies(dataset: Dataset, copies: Copies) -> Iterator[Finding]:
    """Yield the copies with different labels, those within the training rows, and those of test rows."""
    if copies.noun == "rows" and _is_chance(dataset, copies):
        summary = "many rows are equal, no more than chance explains in columns of so few values"
        yield Finding("duplicates", False, summary)
        return
    yield from _conflicts(dataset, copies)
    yield from _within_training(dataset, copies)
    yield from _of_test(dataset, copies)


def _is_chance(dataset: Dataset, copies: Copies) -> bool:
    """Return whether a table has about as many pairs of equal rows as if its columns were independent."""
    columns = dataset.modality.columns(dataset.X)
    n = len(dataset.y)
    counts = np.bincount(copies.near[:n])
    pairs = (counts * (counts - 1.0)).sum() / 2
    if columns is None or pairs == 0:
        return False
    collisions = [_collision(columns[name]) for name in columns]
    return bool(pairs <= CHANCE_FACTOR * np.prod(collisions) * n * (n - 1) / 2)


def _collision(column: pd.Series) -> float:
    """Return the chance that two rows have the same value."""
    shares = column.value_counts(dropna=False) / len(column)
    return float((shares**2).sum())


def _conflicts(dataset: Dataset, copies: Copies) -> Iterator[Finding]:
    n = len(dataset.y)
    near = copies.near[:n]
    exact = copies.exact[:n]
    targets = np.unique(dataset.y, axis=0, return_inverse=True)[1]
    rows = _with_several(near, targets)
    if len(rows) == 0:
        return
    task = dataset.task
    summary = (
        f"{len(rows):,} training {copies.noun} {_in_sets(near[rows])} have other {task.noun}s than their "
        f"copies, {_count(_with_several(exact, targets), exact)} {copies.exactly}; {task.conflict_advice}"
    )
    yield Finding("conflicts", task.conflicts_matter, summary, examples=_examples(dataset, copies, rows))


def _within_training(dataset: Dataset, copies: Copies) -> Iterator[Finding]:
    n = len(dataset.y)
    codes = copies.near[:n]
    rows = _repeated(codes)
    if len(rows) == 0:
        return
    splittable = rows if dataset.groups is None else _with_several(codes, dataset.groups)
    if len(splittable):
        them = "them"
        if len(splittable) < len(rows):
            them = f"{len(splittable):,} of them {_in_sets(codes[splittable])}"
        advice = f"folds may split {them}, and memorising them inflates the scores: make them groups"
    else:
        advice = "the groups of the dataset keep them together"
    is_alarm = len(splittable) >= max(1.0, ALARMING_SHARE * n)
    examples = _examples(dataset, copies, splittable if len(splittable) else rows)
    summary = f"{_each_other('training', copies, slice(n))}; {advice}"
    yield Finding("duplicates", is_alarm, summary, examples=examples)


def _of_test(dataset: Dataset, copies: Copies) -> Iterator[Finding]:
    n = len(dataset.y)
    m = len(dataset.test_ids)
    near = also_among_first(copies.near, n)
    exact = also_among_first(copies.exact, n)
    if len(near):
        summary = (
            f"{len(near):,} of {m:,} test {copies.noun} also occur in the training set, {len(exact):,} "
            f"{copies.exactly}; memorising them inflates the public score"
        )
        examples = excerpts("test data row", copies, n, near)
        is_alarm = len(near) >= max(1.0, ALARMING_SHARE * m)
        yield Finding("duplicates", is_alarm, summary, examples=examples)
    if len(_repeated(copies.near[n:])):
        yield Finding("duplicates", False, _each_other("test", copies, slice(n, None)))


def _each_other(which: str, copies: Copies, part: slice) -> str:
    near = copies.near[part]
    exact = copies.exact[part]
    rows = _repeated(near)
    return (
        f"{len(rows):,} {which} {copies.noun} {_in_sets(near[rows])} are copies of each other, "
        f"{_count(_repeated(exact), exact)} {copies.exactly}"
    )


def also_among_first(codes: np.ndarray, n: int) -> np.ndarray:
    """Return the rows after the first n, numbered from 0, whose code one of the first n has."""
    return np.flatnonzero(np.isin(codes[n:], codes[:n]))


def excerpts(which: str, copies: Copies, n: int, rows: np.ndarray) -> tuple[str, ...]:
    """Return a line for the first of these rows, which are numbered from 0 after the first n."""
    return tuple(
        f"{which} {row + 1}: {short(copies.excerpt(n + row), LONGEST_EXCERPT)}" for row in rows[:SHOWN_SETS]
    )


def _with_several(codes: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the rows whose code occurs with other values too."""
    return np.flatnonzero(pd.Series(values).groupby(codes).transform("nunique") > 1)


def _repeated(codes: np.ndarray) -> np.ndarray:
    """Return the rows whose code occurs more than once."""
    return np.flatnonzero(np.bincount(codes)[codes] > 1)


def _count(rows: np.ndarray, codes: np.ndarray) -> str:
    return f"{len(rows):,} {_in_sets(codes[rows])}" if len(rows) else "none"


def _in_sets(codes: np.ndarray) -> str:
    count = len(np.unique(codes))
    return "in 1 set" if count == 1 else f"in {count:,} sets"


def _examples(dataset: Dataset, copies: Copies, rows: np.ndarray) -> tuple[str, ...]:
    """Return one line for each of the first sets of these training rows."""
    codes = copies.near[: len(dataset.y)]
    sets = [np.flatnonzero(codes == code) for code in pd.unique(codes[rows])[:SHOWN_SETS]]
    return tuple(_example(dataset, copies, inside) for inside in sets)


def _example(dataset: Dataset, copies: Copies, rows: np.ndarray) -> str:
    first = np.sort(np.unique(dataset.y[rows], axis=0, return_index=True)[1])
    targets = dataset.labels[rows[first]].tolist()
    excerpts = [short(copies.excerpt(row), LONGEST_EXCERPT) for row in rows[:SHOWN_ROWS].tolist()]
    shown = " = ".join(filter(None, excerpts))
    return f"data rows {sample((rows + 1).tolist(), most=3)}, targets {sample(targets, most=3)}: {shown}"
