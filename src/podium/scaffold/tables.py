"""Read a competition of tables from its files: the target, the ids, and what the columns hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from podium.data.csv_files import read_header, read_table, read_texts
from podium.errors import DataError
from podium.formatting import sample
from podium.scaffold.column_kinds import LAYOUTS, columns_of, describe_kinds, kind_of, kinds_of
from podium.scaffold.ids import first_of_a_count, require_same_ids
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
    """Files train and test; `label` is the target's column in train; `id_column` is the sample's, which
    test has too unless its ids only count the rows, from `first_id` on. `order` says how folds follow the
    dates of the id: "forward", in whole "weeks", or "" where it is no date. Rows with one value in the column
    `group` stay together. The sample may stand for test where the rows are `images`."""

    sample: str
    train: str
    test: str
    target: Target
    label: str
    id_column: str
    text_ids: bool
    first_id: int | None
    numbers: list[str]
    categories: list[str]
    dates: dict[str, str]
    texts: list[str]
    order: str
    remarks: list[str]
    images: NamedImages | None = None
    group: str = ""


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
    id_column, *answers = answer.columns
    columns = read_header(train)
    shared = read_header(test)
    first_id = None
    if id_column in shared:
        require_same_ids(path, answer[id_column], test, read_texts(test, [id_column])[id_column])
    else:
        first_id = first_of_a_count(path, answer[id_column], test, len(read_table(test, shared)))
    remarks = list[str]()
    target, labels = _target_of_table(answer[answers], train, test, columns, shared, asked, remarks)
    others = [c for c in columns if c not in (id_column, *labels, *([images.column] if images else []))]
    group = find_groups(train, test, others, shared, remarks) if images else ""
    features = [c for c in others if c in shared and c != group]
    is_read = images is None and id_column in columns and id_column in shared
    dates, order = _order_of_id(train, test, id_column, remarks) if is_read else ({}, "")
    kinds = kinds_of(train, test, features, dates, may_be_none=images is not None)
    remarks += describe_kinds(kinds, [c for c in others if c not in (*shared, group)])
    return TableFiles(
        sample=path.name,
        train=train.name,
        test=test.name,
        target=target,
        label=labels[0],
        id_column=id_column,
        text_ids=images is not None or not are_whole(answer[id_column]),
        first_id=first_id,
        numbers=columns_of(kinds, "number"),
        categories=columns_of(kinds, "category"),
        dates={c: kind for c, kind in kinds.items() if kind in LAYOUTS},
        texts=columns_of(kinds, "text"),
        order=order,
        remarks=remarks,
        images=images,
        group=group,
    )


def _target_of_table(
    answers: pd.DataFrame,
    train: Path,
    test: Path,
    columns: Sequence[str],
    shared: Sequence[str],
    asked: Asked,
    remarks: list[str],
) -> tuple[Target, list[str]]:
    """Return the target, and the columns of the training file that hold it."""
    names = [str(name) for name in answers]
    if len(names) == 1:
        label = _label_column(names[0], columns, shared, train, test)
        labels = read_texts(train, [label])[label]
        return one_target(answers[names[0]], labels, f"{train}: {label}", asked, remarks), [label]
    if set(names) <= set(columns):
        return several_targets(read_texts(train, names), str(train), asked, remarks), names
    only = [c for c in columns if c not in shared]
    cells = read_texts(train, only)
    for label in only:
        if prefix_of(names, cells[label]) is not None:
            return class_columns(names, label, cells[label], asked, remarks), [label]
    raise DataError(
        f"{train} must hold the sample submission's columns {sample(names)}, or a column of these classes, "
        f"got {sample(only)} beside those of {test.name}; write competition.py by hand"
    )


def _order_of_id(train: Path, test: Path, id_column: str, remarks: list[str]) -> tuple[dict[str, str], str]:
    """Return an id that is a date with its layout, because it is a feature too, and how folds follow it:
    "forward" where all test rows are later, "weeks" where they lie between the training rows. Of another id
    both are empty."""
    known, asked = (read_texts(path, [id_column])[id_column] for path in (train, test))
    layout = kind_of(pd.concat([known, asked]))
    if layout not in LAYOUTS:
        return {}, ""
    last = pd.to_datetime(known, format=layout).max()
    order = "forward" if pd.to_datetime(asked, format=layout).min() > last else "weeks"
    said = {
        "forward": "all test rows are later: folds follow time, each scored by what was before it",
        "weeks": "test rows lie between the training rows: whole weeks are scored together",
    }
    remarks.append(f"the id {id_column!r} is a date, and a feature; {said[order]}")
    return {id_column: layout}, order


def _label_column(column: str, columns: Sequence[str], shared: Sequence[str], train: Path, test: Path) -> str:
    only = [c for c in columns if c not in shared]
    by_name = [c for c in columns if c == column] or [c for c in only if c.lower() == column.lower()]
    found = by_name or only
    if len(found) == 1:
        return found[0]
    raise DataError(
        f"{train} must have the sample submission's column {column!r}, or just one that {test.name} lacks, "
        f"got {sample(only)} of that kind; write competition.py by hand"
    )
