"""Read a competition's columns, its kind of target and a fitting metric from its files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from podium.competition.sources import visible_files
from podium.data.csv_files import read_header, read_table, read_texts
from podium.data.images import find_images
from podium.errors import DataError
from podium.formatting import sample
from podium.metrics import get_metric
from podium.scaffold.target import (
    Asked,
    ClassTarget,
    Target,
    are_whole,
    class_columns,
    one_target,
    prefix_of,
    several_targets,
)

NOTHING_ASKED = Asked()
LEAST_WORDS = 4  # of the median cell of a column of texts
MOST_CATEGORIES = 20  # a column of more texts, most of them of one row, is no category
LAYOUTS = [  # of dates, the likelier ones first
    *("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"),
    *("%Y/%m/%d", "%m/%d/%Y", "%d/%m/%Y", "%m/%d/%y", "%d/%m/%y", "%d.%m.%Y", "%d-%b-%Y"),
    *("%Y/%m/%d %H:%M:%S", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M", "%d.%m.%Y %H:%M"),
]


@dataclass(frozen=True)
class TableFiles:
    """Files train and test; `label` is the target's column in train; `id_column` is the sample's, which
    test has too unless its ids only count the rows, from `first_id` on. `order` says how folds follow the
    dates of the id: "forward", in whole "weeks", or "" where it is no date."""

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


@dataclass(frozen=True)
class PhotoFiles:
    """Folders train, with one folder for each class, and test; ids are the names of the files, or those
    without their `suffix`."""

    sample: str
    train: str
    test: str
    target: ClassTarget
    id_column: str
    stems: bool
    suffix: str
    remarks: list[str]


def inspect_files(folder: Path, asked: Asked = NOTHING_ASKED) -> TableFiles | PhotoFiles:
    """Return what a folder's files say of the competition.

    Raises DataError where they do not say enough, CompetitionError for an unknown metric, or where nobody
    says which class is the positive one.
    """
    if asked.metric:
        get_metric(asked.metric)
    path = _find_sample(folder)
    columns = read_header(path)
    if len(columns) < 2:
        raise DataError(
            f"{path} must have two columns or more, an id and what is predicted, got {sample(columns)}; "
            "write competition.py by hand"
        )
    answer = read_texts(path, columns)
    train, test = (_find(folder, word, lambda p: p.suffix == ".csv") for word in ("train", "test"))
    if train and test:
        return _table(path, answer, train, test, asked)
    train, test = (_find(folder, word, Path.is_dir) for word in ("train", "test"))
    if train and test:
        return _photos(path, answer, train, test, asked)
    raise DataError(
        f"{folder} must hold train.csv and test.csv, or images in train/<class>/ and test/, "
        f"got {_held(folder)}; for other layouts write competition.py by hand"
    )


def _find_sample(folder: Path) -> Path:
    found = [p for p in visible_files(folder) if p.suffix == ".csv" and "submission" in p.name.lower()]
    if not found:
        raise DataError(
            f"{folder} must hold a sample submission, a CSV with 'submission' in its name, "
            f"got {_held(folder)}; download all files of the competition"
        )
    return next((p for p in found if "sample" in p.name.lower()), found[0])


def _held(folder: Path) -> str:
    return sample(sorted(p.name for p in folder.iterdir() if not p.name.startswith(".")))


def _find(folder: Path, word: str, fits: Callable[[Path], bool]) -> Path | None:
    """Return the file that is named so, else the first one whose name begins so."""
    visible = [p for p in sorted(folder.iterdir()) if not p.name.startswith(".")]
    found = [p for p in visible if p.stem.lower().startswith(word) and fits(p)]
    return next((p for p in found if p.stem.lower() == word), found[0] if found else None)


def _table(path: Path, answer: pd.DataFrame, train: Path, test: Path, asked: Asked) -> TableFiles:
    id_column, *answers = answer.columns
    columns = read_header(train)
    shared = read_header(test)
    first_id = None
    if id_column in shared:
        _require_same_ids(path, answer[id_column], test, read_texts(test, [id_column])[id_column])
    else:
        first_id = _first_of_a_count(path, answer[id_column], test, len(read_table(test, shared)))
    remarks = list[str]()
    target, labels = _target_of_table(answer[answers], train, test, columns, shared, asked, remarks)
    features = [c for c in columns if c in shared and c not in (id_column, *labels)]
    is_read = id_column in columns and id_column in shared
    dates, order = _order_of_id(train, test, id_column, remarks) if is_read else ({}, "")
    kinds = _kinds(train, test, features, dates)
    remarks += _describe_kinds(kinds, [c for c in columns if c not in (*shared, *labels)])
    return TableFiles(
        sample=path.name,
        train=train.name,
        test=test.name,
        target=target,
        label=labels[0],
        id_column=id_column,
        text_ids=not are_whole(answer[id_column]),
        first_id=first_id,
        numbers=_of(kinds, "number"),
        categories=_of(kinds, "category"),
        dates={c: kind for c, kind in kinds.items() if kind in LAYOUTS},
        texts=_of(kinds, "text"),
        order=order,
        remarks=remarks,
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
    layout = _kind(pd.concat([known, asked]))
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


def _kinds(train: Path, test: Path, features: Sequence[str], known: Mapping[str, str]) -> dict[str, str]:
    """Return the kind of each feature (see `_kind`), and those that are known already."""
    kinds = dict(known)
    if features:
        cells = pd.concat([read_table(path, features, dtype=str) for path in (train, test)])
        kinds |= {c: _kind(cells[c]) for c in features}
    if set(kinds.values()) <= {"own", "empty"}:
        raise DataError(
            f"{train} must share numbers, categories, dates or texts with {test.name}, "
            f"got {sample(features)}, of which nearly every row has its own; write competition.py by hand"
        )
    return kinds


def _of(kinds: Mapping[str, str], kind: str) -> list[str]:
    return [column for column, its in kinds.items() if its == kind]


def _describe_kinds(kinds: Mapping[str, str], only_in_train: Sequence[str]) -> list[str]:
    dates = "".join(f", dates in {c!r} as {kind}" for c, kind in kinds.items() if kind in LAYOUTS)
    numbers, categories = (len(_of(kinds, kind)) for kind in ("number", "category"))
    texts = f", texts in {', '.join(map(repr, _of(kinds, 'text')))}" if _of(kinds, "text") else ""
    left = {
        "nearly every row has its own": _of(kinds, "own"),
        "empty": _of(kinds, "empty"),
        "not among the test rows' columns": only_in_train,
    }
    return [
        f"{numbers} columns of numbers, {categories} of categories{dates}{texts}",
        *(f"left out, {reason}: {', '.join(columns)}" for reason, columns in left.items() if columns),
    ]


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


def _kind(cells: pd.Series) -> str:
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


def _require_same_ids(path: Path, ids: pd.Series, source: Path, known: Iterable[str]) -> None:
    unknown = sorted(set(ids) - set(known))
    missing = sorted(set(known) - set(ids))
    for what, some in (("unknown", unknown), ("missing", missing)):
        if some:
            raise DataError(
                f"{path} must hold the ids of {source}, got {len(some)} {what}: {sample(some)}; "
                "look whether both are of this competition"
            )


def _first_of_a_count(path: Path, ids: pd.Series, test: Path, rows: int) -> int:
    for first in (0, 1):
        if ids.tolist() == [str(first + row) for row in range(rows)]:
            return first
    raise DataError(
        f"{path} must hold ids of a column of {test}, or count its {rows} rows, "
        f"got {sample(ids)} in column {ids.name!r}; write competition.py by hand"
    )


def _photos(path: Path, answer: pd.DataFrame, train: Path, test: Path, asked: Asked) -> PhotoFiles:
    id_column, *answers = answer.columns
    folders = sorted(p for p in train.iterdir() if p.is_dir() and not p.name.startswith("."))
    if len(folders) < 2:
        raise DataError(
            f"{train} must hold a folder of images for each class, got {len(folders)} folders; "
            "for other layouts write competition.py by hand"
        )
    images = find_images(test)
    ids = answer[id_column]
    stems = not ids.isin([p.name for p in images]).any() and ids.isin([p.stem for p in images]).any()
    _require_same_ids(path, ids, test, [p.stem if stems else p.name for p in images])
    inside = {p.name: find_images(p) for p in folders}
    labels = pd.Series([name for name, paths in inside.items() for _ in paths])
    remarks = list[str]()
    if len(answers) > 1:
        target: Target = class_columns(answers, train.name, labels, asked, remarks)
    else:
        target = one_target(answer[answers[0]], labels, str(train), asked, remarks)
    if not isinstance(target, ClassTarget):
        raise DataError(f"{train} must hold images by class, got numbers to predict; choose another metric")
    remarks.append(f"{len(labels)} images in {train.name}/<class>/, {len(images)} in {test.name}/")
    return PhotoFiles(
        sample=path.name,
        train=train.name,
        test=test.name,
        target=target,
        id_column=id_column,
        stems=bool(stems),
        suffix=images[0].suffix,
        remarks=remarks,
    )
