"""Read a competition of tables from its files: the target, the ids, and what the columns hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from podium.data import cells
from podium.data.csv_files import read_header, read_pieces, renamed_columns
from podium.errors import DataError
from podium.formatting import sample
from podium.scaffold.column_kinds import ColumnKind, columns_of, describe_kinds, kind_of, kinds_of
from podium.scaffold.ids import first_of_a_count, group_separator, require_same_ids
from podium.scaffold.images import NamedImages, find_groups
from podium.scaffold.target import (
    Asked,
    Target,
    are_whole,
    class_columns,
    one_target,
    prefix_of,
    several_targets,
)


@dataclass(frozen=True)
class TableFiles:
    """Files train and test; `label` is the target's column in train; `id_columns` are the sample's, which
    test has too unless its ids only count the rows, from `first_id` on. `order` says how folds follow the
    dates of `moment`, one of the id columns: "forward", in whole "weeks", or "" where none is a date.
    `group_sign` stands in each id after the name of a group, "" where there are no groups. With `clean` some
    cells of numbers and dates are odd. Rows with one value in the column `group` stay together. The sample
    may stand for test where the rows are `images`. `rows` counts those of train."""

    sample: str
    train: str
    test: str
    target: Target
    label: str
    id_columns: list[str]
    text_ids: bool
    first_id: int | None
    numbers: list[str]
    categories: list[str]
    dates: dict[str, str]
    texts: list[str]
    moment: str
    order: str
    group_sign: str
    clean: bool
    remarks: list[str]
    rows: int
    images: NamedImages | None = None
    group: str = ""

    @property
    def id_column(self) -> str | tuple[str, ...]:
        """Return the column of the id, or several."""
        return tuple(self.id_columns) if len(self.id_columns) > 1 else self.id_columns[0]


@dataclass(frozen=True)
class _Ids:
    """What the ids say: the kinds of those that are features, and `moment`, `order` and `group_sign` of
    `TableFiles`."""

    kinds: Mapping[str, ColumnKind] = field(default_factory=dict)
    moment: str = ""
    order: str = ""
    group_sign: str = ""


@dataclass(frozen=True)
class _Files:
    """The two files, and their columns."""

    train: Path
    test: Path
    columns: list[str]
    shared: list[str]
    remarks: list[str] = field(default_factory=list)

    @property
    def only(self) -> list[str]:
        """Return the columns that the test file lacks."""
        shared = set(self.shared)
        return [column for column in self.columns if column not in shared]


def inspect_table(
    path: Path,
    answer: pd.DataFrame,
    train: Path,
    test: Path,
    asked: Asked,
    images: NamedImages | None = None,
) -> TableFiles:
    """Return what the files train and test say, given the cells of the sample submission, and the images that
    the files name."""
    files = _Files(train, test, read_header(train), read_header(test))
    ids, answers = _split_sample(answer, files.shared)
    first_id = _find_ids(path, answer[ids], files)
    target, labels, rows = _target_of_table(answer[answers], files, asked)
    others = [c for c in files.columns if c not in {*ids, *labels, images and images.column}]
    group = find_groups(train, test, others, files.shared, files.remarks) if images else ""
    left = {*_counters(files), group}
    features = [c for c in others if c in set(files.shared) - left]
    told = _read_ids(ids, files) if images is None else _Ids()
    kinds = {**told.kinds, **kinds_of([train, test], features)}
    if images is None and {its.kind for its in kinds.values()} <= {"own", "empty"}:
        raise DataError(
            f"{train} must share numbers, categories, dates or texts with {test.name}, "
            f"got {sample(kinds)}, of which nearly every row has its own; write competition.py by hand"
        )
    read = {*files.shared, group}
    files.remarks.extend(describe_kinds(kinds, [c for c in others if c not in read]))
    return TableFiles(
        sample=path.name,
        train=train.name,
        test=test.name,
        target=target,
        label=labels[0],
        id_columns=ids,
        text_ids=images is not None or len(ids) > 1 or not are_whole(answer[ids[0]]),
        first_id=first_id,
        numbers=columns_of(kinds, "number"),
        categories=columns_of(kinds, "category"),
        dates={column: its.layout for column, its in kinds.items() if its.layout},
        texts=columns_of(kinds, "text"),
        moment=told.moment,
        order=told.order,
        group_sign=told.group_sign,
        clean=any(its.is_odd for its in kinds.values()),
        remarks=files.remarks,
        rows=rows,
        images=images,
        group=group,
    )


def _texts(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    """Return the named columns as text, an empty cell as "". The others are not read: long rows are told when
    the declaration is tried."""
    return pd.concat(read_pieces(path, columns, keep_default_na=False), ignore_index=True)


def _split_sample(answer: pd.DataFrame, shared: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the columns of the id and those of the answers. The id is the first column, or all columns that
    the test file has too where the first one alone repeats itself."""
    first, *others = (str(column) for column in answer)
    known = [column for column in others if first in shared and column in shared]
    ids = [first, *known] if answer[first].duplicated().any() else [first]
    answers = [column for column in others if column not in known]
    if not answers:  # then the test file holds what is to be predicted
        return [first], others
    return ids, answers


def _find_ids(path: Path, ids: pd.DataFrame, files: _Files) -> int | None:
    """Return the first of ids that count the rows, None where the test file holds the ids. Raise DataError
    where neither fits."""
    first, *others = ids.columns
    if first not in files.shared:
        return first_of_a_count(path, ids[first], files.test, _count_rows(files.test, files.shared[:1]))
    known = _texts(files.test, [first, *others])
    require_same_ids(path, _joined(ids), files.test, _joined(known))
    if others:
        files.remarks.append(f"the id is {' and '.join(map(repr, ids.columns))} together")
    return None


def _joined(ids: pd.DataFrame) -> pd.Series:
    return ids.agg(",".join, axis=1) if ids.shape[1] > 1 else ids.iloc[:, 0]


def _count_rows(path: Path, columns: Sequence[str]) -> int:
    return sum(len(piece) for piece in read_pieces(path, columns))


def _target_of_table(answers: pd.DataFrame, files: _Files, asked: Asked) -> tuple[Target, list[str], int]:
    """Return the target, the columns of the training file that hold it, and its rows."""
    names = [str(name) for name in answers]
    remarks = files.remarks
    if len(names) == 1:
        label = _label_column(names[0], files)
        labels = _texts(files.train, [label])[label]
        target: Target = one_target(answers[names[0]], labels, f"{files.train}: {label}", asked, remarks)
        return target, [label], len(labels)
    if set(names) <= set(files.columns):
        several = _texts(files.train, names)
        return several_targets(several, str(files.train), asked, remarks), names, len(several)
    cells_of = _texts(files.train, files.only) if files.only else pd.DataFrame()
    for label in files.only:
        if prefix_of(names, cells_of[label]) is not None:
            target = class_columns(names, label, cells_of[label], asked, remarks)
            return target, [label], len(cells_of)
    raise DataError(
        f"{files.train} must hold the sample submission's columns {sample(names)}, or a column of these "
        f"classes, got {sample(files.only)} beside those of {files.test.name}; write competition.py by hand"
    )


def _label_column(column: str, files: _Files) -> str:
    by_name = [c for c in files.columns if c == column]
    found = by_name or [c for c in files.only if c.lower() == column.lower()] or files.only
    if len(found) == 1:
        return found[0]
    raise DataError(
        f"{files.train} must have the sample submission's column {column!r}, or just one that "
        f"{files.test.name} lacks, got {sample(files.only)} of that kind; write competition.py by hand"
    )


def _read_ids(ids: list[str], files: _Files) -> _Ids:
    """Return what the ids say, where both files hold them. A date in the id, and each part of an id of
    several columns, is a feature too."""
    if not set(ids) <= set(files.shared) & set(files.columns):
        return _Ids()
    known, asked = (_texts(path, ids) for path in (files.train, files.test))
    kinds = {column: kind_of(pd.concat([known[column], asked[column]])) for column in ids}
    moment = next((column for column, its in kinds.items() if its.layout and not its.is_odd), "")
    if moment:
        order = _order(known[moment], asked[moment], kinds[moment].layout, files.remarks)
        return _Ids(kinds, moment, order)
    if len(ids) > 1:
        return _Ids(kinds)
    return _Ids(group_sign=_groups(known[ids[0]], asked[ids[0]], files.remarks))


def _counters(files: _Files) -> list[str]:
    """Return the columns without a name that only count the rows, and tell of all whose name was made."""
    given = renamed_columns(files.train)
    if not given:
        return []
    nameless = [column for column, its in given.items() if not its]
    counters = [c for c in nameless if _counts_up(_texts(files.train, [c])[c])]
    files.remarks.append(f"columns without a name, or with one that stands twice, are called {sample(given)}")
    if counters:
        files.remarks.append(f"left out, counts the rows: {', '.join(counters)}")
    return counters


def _counts_up(cells_of: pd.Series) -> bool:
    steps = cells.plain_numbers(cells_of).diff().iloc[1:]
    return bool((steps == 1).all())


def _groups(known: pd.Series, asked: pd.Series, remarks: list[str]) -> str:
    sign = group_separator(known, asked)
    if sign:
        n = known.str.rpartition(sign)[0].nunique()
        remarks.append(
            f"ids such as {known.iloc[0]!r} share what stands before {sign!r}, never with a test row: "
            f"{n} groups, kept together in folds"
        )
    return sign


def _order(known: pd.Series, asked: pd.Series, layout: str, remarks: list[str]) -> str:
    """Return how folds follow an id that is a date: "forward" where all test rows are later, "weeks" where
    they lie between the training rows."""
    is_later = cells.dates(asked, layout).min() > cells.dates(known, layout).max()
    order = "forward" if is_later else "weeks"
    told = {
        "forward": "all test rows are later: folds follow time, each scored by what was before it",
        "weeks": "test rows lie between the training rows: whole weeks are scored together",
    }
    remarks.append(f"the id {known.name!r} is a date, and a feature; {told[order]}")
    return order
