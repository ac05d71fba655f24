"""What copies of rows mean: labels that contradict each other, folds that are not apart."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from podium.audit.copies import Copies
from podium.audit.finding import Finding
from podium.audit.views import frame_of
from podium.data.dataset import Dataset
from podium.formatting import sample, short

MATTERS = 1e-3  # of the rows: fewer change no score
BY_CHANCE = 10  # times as many pairs as independent columns would give: chance may still explain them
SHOWN = 3  # sets, each of two rows
LONGEST = 70  # characters of a row


def find_copies(dataset: Dataset, copies: Copies) -> Iterator[Finding]:
    """Copies with different labels, within the training rows, and between them and the test rows."""
    if copies.what == "rows" and _by_chance(dataset, copies):
        summary = "many rows are equal, no more than is to be expected of columns of so few values"
        yield Finding("duplicates", False, summary)
        return
    yield from _conflicts(dataset, copies)
    yield from _within(dataset, copies)
    yield from _in_test(dataset, copies)


def _by_chance(dataset: Dataset, copies: Copies) -> bool:
    """Whether a table has about as many pairs of equal rows as if its columns were independent."""
    frame, n = frame_of(dataset.X), len(dataset.y)
    counts = np.bincount(copies.near[:n])
    pairs = (counts * (counts - 1.0)).sum() / 2
    if frame is None or pairs == 0:
        return False
    collisions = [float(((frame[c].value_counts(dropna=False) / n) ** 2).sum()) for c in frame]
    return bool(pairs <= BY_CHANCE * np.prod(collisions) * n * (n - 1) / 2)


def _conflicts(dataset: Dataset, copies: Copies) -> Iterator[Finding]:
    near, exact = (codes[: len(dataset.y)] for codes in (copies.near, copies.exact))
    rows, same = _differing(near, dataset.y), _differing(exact, dataset.y)
    if len(rows) == 0:
        return
    label, advice = "label", "mend them, or drop these rows (FoldPlan.contradictions)"
    if dataset.is_regression:
        label, advice = "target", "no model can tell them apart"
    summary = (
        f"{len(rows):,} training {copies.what} {_in_sets(near[rows])} have other {label}s than their copies, "
        f"{_counted(same, exact)} {copies.exactly}; {advice}"
    )
    yield Finding("conflicts", not dataset.is_regression, summary, examples=_examples(dataset, copies, rows))


def _within(dataset: Dataset, copies: Copies) -> Iterator[Finding]:
    n = len(dataset.y)
    codes = copies.near[:n]
    rows = _repeated(codes)
    if len(rows) == 0:
        return
    parted = rows if dataset.groups is None else _differing(codes, dataset.groups)
    if len(parted):
        some = "them" if len(parted) == len(rows) else f"{len(parted):,} of them {_in_sets(codes[parted])}"
        advice = f"folds may part {some} and score what was learnt by heart: make groups of them"
    else:
        advice = "the groups of the dataset keep them together"
    is_alarm = len(parted) >= max(1.0, MATTERS * n)
    shown = _examples(dataset, copies, parted if len(parted) else rows)
    summary = f"{_each_other('training', copies, slice(n))}; {advice}"
    yield Finding("duplicates", is_alarm, summary, examples=shown)


def _in_test(dataset: Dataset, copies: Copies) -> Iterator[Finding]:
    n, m = len(dataset.y), len(dataset.test_ids)
    near, exact = (np.flatnonzero(np.isin(codes[n:], codes[:n])) for codes in (copies.near, copies.exact))
    if len(near):
        summary = (
            f"{len(near):,} of {m:,} test {copies.what} stand among the training rows too, {len(exact):,} "
            f"{copies.exactly}; who knows those by heart scores better on Kaggle than on new rows"
        )
        shown = tuple(
            f"test data row {row + 1}: {short(copies.shown(n + row), LONGEST)}" for row in near[:SHOWN]
        )
        yield Finding("duplicates", len(near) >= max(1.0, MATTERS * m), summary, examples=shown)
    if len(_repeated(copies.near[n:])):
        yield Finding("duplicates", False, _each_other("test", copies, slice(n, None)))


def _each_other(which: str, copies: Copies, part: slice) -> str:
    near, exact = copies.near[part], copies.exact[part]
    rows = _repeated(near)
    return (
        f"{len(rows):,} {which} {copies.what} {_in_sets(near[rows])} are copies of each other, "
        f"{_counted(_repeated(exact), exact)} {copies.exactly}"
    )


def _differing(codes: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The rows whose code is there with other values too."""
    return np.flatnonzero(pd.Series(values).groupby(codes).transform("nunique") > 1)


def _repeated(codes: np.ndarray) -> np.ndarray:
    """The rows whose code is there more than once."""
    return np.flatnonzero(np.bincount(codes)[codes] > 1)


def _counted(rows: np.ndarray, codes: np.ndarray) -> str:
    return f"{len(rows):,} {_in_sets(codes[rows])}" if len(rows) else "none"


def _in_sets(codes: np.ndarray) -> str:
    count = len(np.unique(codes))
    return f"in {count:,} set{'s'[: count != 1]}"


def _examples(dataset: Dataset, copies: Copies, rows: np.ndarray) -> tuple[str, ...]:
    """One line for each of the first sets of these training rows."""
    codes = copies.near[: len(dataset.y)]
    sets = [np.flatnonzero(codes == code) for code in pd.unique(codes[rows])[:SHOWN]]
    return tuple(_example(dataset, copies, inside) for inside in sets)


def _example(dataset: Dataset, copies: Copies, rows: np.ndarray) -> str:
    said = list(dict.fromkeys(dataset.targets[rows].tolist()))
    shown = " = ".join(filter(None, (short(copies.shown(row), LONGEST) for row in rows[:2].tolist())))
    return f"data rows {sample((rows + 1).tolist(), most=3)}, targets {sample(said, most=3)}: {shown}"
