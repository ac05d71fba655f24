"""Read a competition's columns, its kind of target and a fitting metric from its files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from podium.data.csv_files import read_header, read_table, read_texts
from podium.data.images import find_images
from podium.errors import DataError
from podium.formatting import sample
from podium.metrics import get_metric

MOST_CLASSES = 20  # more whole numbers than these are amounts, not classes
LAYOUTS = [  # of dates, the likelier ones first
    *("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"),
    *("%Y/%m/%d", "%m/%d/%Y", "%d/%m/%Y", "%m/%d/%y", "%d/%m/%y", "%d.%m.%Y", "%d-%b-%Y"),
    *("%Y/%m/%d %H:%M:%S", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M", "%d.%m.%Y %H:%M"),
]
Label = str | int | bool


@dataclass(frozen=True)
class ClassTarget:
    """A target of classes. `column` is its name in a submission, `classes` are the labels as the training
    data have them; `coded` says that a submission holds their numbers from 0 instead."""

    column: str
    metric: str
    classes: list[Label]
    coded: bool

    @property
    def described(self) -> str:
        """Return in a few words what is to be predicted."""
        return f"one of {len(self.classes)} classes"


@dataclass(frozen=True)
class NumberTarget:
    """A target of numbers. `column` is its name in a submission."""

    column: str
    metric: str
    classes: tuple[Label, ...] = ()
    coded: bool = False

    @property
    def described(self) -> str:
        """Return in a few words what is to be predicted."""
        return "a number"


Target = ClassTarget | NumberTarget


@dataclass(frozen=True)
class TableFiles:
    """Files train and test; `label` is the target's column in train; `id_column` is the sample's, which
    test has too unless its ids only count the rows, from `first_id` on."""

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
    remarks: list[str]


@dataclass(frozen=True)
class PhotoFiles:
    """Folders train, with one folder for each class, and test; ids are the names of the files, or those
    without their `suffix`."""

    sample: str
    train: str
    test: str
    target: Target
    id_column: str
    stems: bool
    suffix: str
    remarks: list[str]


def inspect_files(folder: Path, metric: str = "") -> TableFiles | PhotoFiles:
    """Return what a folder's files say of the competition.

    Raises DataError where they do not say enough, CompetitionError for an unknown metric.
    """
    if metric:
        get_metric(metric)
    path = _find_sample(folder)
    columns = read_header(path)
    if len(columns) != 2:
        raise DataError(
            f"{path} must have two columns, an id and a target, got {len(columns)}: {sample(columns)}; "
            "other submissions are not supported"
        )
    answer = read_texts(path, columns)
    train, test = (_find(folder, word, lambda p: p.suffix == ".csv") for word in ("train", "test"))
    if train and test:
        return _table(path, answer, train, test, metric)
    train, test = (_find(folder, word, Path.is_dir) for word in ("train", "test"))
    if train and test:
        return _photos(path, answer, train, test, metric)
    raise DataError(
        f"{folder} must hold train.csv and test.csv, or images in train/<class>/ and test/, "
        f"got {_held(folder)}; for other layouts write competition.py by hand"
    )


def _find_sample(folder: Path) -> Path:
    found = sorted(p for p in folder.glob("*.csv") if "submission" in p.name.lower())
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
    found = sorted(p for p in folder.iterdir() if p.stem.lower().startswith(word) and fits(p))
    return next((p for p in found if p.stem.lower() == word), found[0] if found else None)


def _table(path: Path, answer: pd.DataFrame, train: Path, test: Path, metric: str) -> TableFiles:
    id_column, column = answer.columns
    columns = read_header(train)
    shared = read_header(test)
    label = _label_column(column, columns, shared, train, test)
    first_id = None
    if id_column in shared:
        _require_same_ids(path, answer[id_column], test, read_texts(test, [id_column])[id_column])
    else:
        first_id = _first_of_a_count(path, answer[id_column], test, len(read_table(test, shared)))
    remarks = list[str]()
    target = _target(answer[column], read_texts(train, [label])[label], f"{train}: {label}", metric, remarks)
    kinds = _kinds(train, test, [c for c in columns if c in shared and c not in (id_column, label)])
    remarks += _describe_kinds(kinds, [c for c in columns if c not in (*shared, label)])
    return TableFiles(
        sample=path.name,
        train=train.name,
        test=test.name,
        target=target,
        label=label,
        id_column=id_column,
        text_ids=not _are_whole(answer[id_column]),
        first_id=first_id,
        numbers=_of(kinds, "number"),
        categories=_of(kinds, "category"),
        dates={c: kind for c, kind in kinds.items() if kind in LAYOUTS},
        remarks=remarks,
    )


def _kinds(train: Path, test: Path, features: Sequence[str]) -> dict[str, str]:
    kinds = dict[str, str]()
    if features:
        cells = pd.concat([read_table(path, features, dtype=str) for path in (train, test)])
        kinds = {c: _kind(cells[c]) for c in features}
    if set(kinds.values()) <= {"own", "empty"}:
        raise DataError(
            f"{train} must share numbers, categories or dates with {test.name}, got {sample(features)}, of "
            "which nearly every row has its own; write competition.py by hand, as nlp-disaster-tweets has it"
        )
    return kinds


def _of(kinds: Mapping[str, str], kind: str) -> list[str]:
    return [column for column, its in kinds.items() if its == kind]


def _describe_kinds(kinds: Mapping[str, str], only_in_train: Sequence[str]) -> list[str]:
    dates = "".join(f", dates in {c!r} as {kind}" for c, kind in kinds.items() if kind in LAYOUTS)
    numbers, categories = (len(_of(kinds, kind)) for kind in ("number", "category"))
    left = {
        "nearly every row has its own": _of(kinds, "own"),
        "empty": _of(kinds, "empty"),
        "not among the test rows' columns": only_in_train,
    }
    return [
        f"{numbers} columns of numbers, {categories} of categories{dates}",
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
    """number, category, the layout of dates, own (nearly every row has its own text) or empty."""
    values = pd.Series(cells.dropna().unique())
    if values.empty:
        return "empty"
    if np.isfinite(pd.to_numeric(values, errors="coerce")).all():
        return "number"
    for layout in LAYOUTS:
        if pd.to_datetime(values, format=layout, errors="coerce").notna().all():
            return layout
    return "own" if len(values) > max(MOST_CLASSES, len(cells) / 2) else "category"


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


def _are_whole(values: pd.Series) -> bool:
    """Return whether all are whole numbers as a program writes them: 7, not 007 or 7.0."""
    return bool(values.str.fullmatch(r"0|-?[1-9]\d{0,17}").all())


def _target(shown: pd.Series, labels: pd.Series, source: str, metric: str, remarks: list[str]) -> Target:
    """Return the kind of target, given the sample's values `shown` and the `labels` of the training rows."""
    empty = labels == ""
    if empty.any():
        raise DataError(
            f"{source} must hold a target in each row, got an empty cell in data row {empty.argmax() + 1} "
            f"({empty.sum()} such cells); remove those rows"
        )
    numbers = pd.to_numeric(labels, errors="coerce")
    if _holds_numbers(metric, numbers, shown):
        if numbers.isna().any():
            strange = labels[numbers.isna()].unique()
            raise DataError(f"{source} must hold numbers for {metric}, got {sample(strange)}; choose another")
        metric = metric or _metric_of(numbers)
        remarks.append(
            f"target {shown.name!r}: numbers from {numbers.min():g} to {numbers.max():g}, metric {metric}"
        )
        return NumberTarget(str(shown.name), metric)
    return _of_classes(shown, labels, source, metric or "accuracy", remarks)


def _of_classes(shown: pd.Series, labels: pd.Series, source: str, metric: str, remarks: list[str]) -> Target:
    if _fractions(shown):
        raise DataError(
            f"the sample submission must hold labels of {source}, got {sample(shown.unique())} in column "
            f"{shown.name!r}, which look like probabilities; submissions of probabilities are not supported"
        )
    classes = _typed(labels)
    counts = labels.value_counts()
    remarks.append(
        f"target {shown.name!r}: {len(classes)} classes {sample(classes)}, of {counts.min()} to "
        f"{counts.max()} rows, metric {metric}"
    )
    coded = _are_codes(shown, labels)
    if coded:
        pairs = ", ".join(f"{code} for {label!r}" for code, label in list(enumerate(classes))[:10])
        remarks.append(f"the sample holds numbers, not these labels: taken as {pairs}; make sure of it")
    return ClassTarget(str(shown.name), metric, classes, coded)


def _holds_numbers(metric: str, numbers: pd.Series, shown: pd.Series) -> bool:
    """Return whether the metric, or without one the files, ask for numbers."""
    if metric:
        return get_metric(metric).needs == "numbers"
    return _are_amounts(numbers, _fractions(shown))


def _fractions(shown: pd.Series) -> bool:
    numbers = pd.to_numeric(shown, errors="coerce")
    return bool((numbers % 1 != 0).any() and numbers.notna().all())


def _are_amounts(labels: pd.Series, fractions: bool) -> bool:
    """Numbers to predict: with fractions, or many, or more than two where the sample shows fractions."""
    if labels.isna().any():
        return False
    distinct = labels.nunique()
    return bool((labels % 1 != 0).any()) or distinct > MOST_CLASSES or (fractions and distinct > 2)


def _metric_of(numbers: pd.Series) -> str:
    """Return the metric for numbers: the error of logarithms for amounts with a long tail, such as prices."""
    skew, log_skew = pd.DataFrame({0: numbers, 1: np.log1p(numbers.clip(0))}).skew().tolist()
    return "rmsle" if numbers.min() >= 0 and skew > max(1, abs(log_skew)) else "rmse"


def _typed(labels: pd.Series) -> list[Label]:
    """Return the distinct labels in order, whole numbers (1 and 1.0, not 01) and truth values as such."""
    distinct = sorted(labels.unique())
    whole = pd.Series(distinct).str.removesuffix(".0")
    if _are_whole(whole):
        return sorted({int(label) for label in whole})
    if set(distinct) <= {"False", "True"}:
        return [label == "True" for label in distinct]
    return list(distinct)


def _are_codes(shown: pd.Series, labels: pd.Series) -> bool:
    """Return whether the sample holds numbers from 0 where the training data have words."""
    codes = [str(code) for code in range(labels.nunique())]
    if shown.isin(labels).any() or not shown.isin(codes).all():
        return False
    return type(_typed(labels)[0]) is not int


def _photos(path: Path, answer: pd.DataFrame, train: Path, test: Path, metric: str) -> PhotoFiles:
    id_column, column = answer.columns
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
    target = _target(answer[column], labels, str(train), metric, remarks)
    if not target.classes:
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
