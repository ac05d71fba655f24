"""What can be known of rows without understanding them: one column, or one fact of a file, at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from podium.data.dataset import Dataset
from podium.data.text_cleaning import is_prose

COUNTER_RANGE = 20  # numbers that count rows span less than so many times the rows: some are elsewhere
SPACED_SHARE = 0.1  # a column of which a larger share has white space holds no names or keys
FILE_FACTS = {  # the plainer facts first: subject and fact
    "size": ("pixel dimensions", "width x height"),
    "width": ("pixel dimensions", "width"),
    "height": ("pixel dimensions", "height"),
    "aspect": ("pixel dimensions", "width / height"),
    "bytes": ("file size", ""),
    "suffix": ("file format", ""),
}
FILE_NAME = "file name"


@dataclass(frozen=True)
class Probe:
    """One value of each row.

    `train` (n,) and `test` (m,) hold floats, or text; NaN or None where a row has no value. `test` is None
    where the test files lack it. `subject` is what a person calls it; `fact` says what of the subject is
    looked at, "" where it is the subject itself. With `is_time` the values are seconds since 1970.
    """

    subject: str
    fact: str
    train: pd.Series
    test: pd.Series | None
    is_time: bool = False

    @property
    def name(self) -> str:
        return f"{self.subject} ({self.fact})" if self.fact else self.subject

    @property
    def is_constant(self) -> bool:
        return len(self.train) > 1 and self.train.nunique(dropna=False) < 2

    @property
    def is_text(self) -> bool:
        return self.train.dtype == object

    @cached_property
    def is_prose(self) -> bool:
        return self.is_text and is_prose(self.train)

    @cached_property
    def is_key(self) -> bool:
        """Return whether every row has another value: a text without white space, or a number that counts."""
        values = self.train
        if values.isna().any() or values.duplicated().any():
            return False
        if self.is_text:
            return not has_spaces(values)
        is_whole = bool((values % 1 == 0).all())
        return is_whole and values.max() - values.min() < COUNTER_RANGE * len(values)


@dataclass(frozen=True)
class Probes:
    """All probes of a data set.

    `features` are the columns of X, `about` the columns that no model is given (without those that repeat a
    column of X), `files` the facts of image files, `order` the place of a row among all rows.
    """

    features: list[Probe]
    about: list[Probe]
    files: list[Probe]
    order: list[Probe]


def probes_of(dataset: Dataset) -> Probes:
    """Return all probes of a data set."""
    has_test = len(dataset.test_ids) > 0
    train = dataset.modality.columns(dataset.X)
    test = dataset.modality.columns(dataset.X_test) if has_test else None
    features = [] if train is None else list(_columns(train, test))
    about_test = dataset.about_test if has_test else None
    about = [] if dataset.about is None else list(_columns(dataset.about, about_test))
    known = [probe.train for probe in features]
    further = [probe for probe in about if not any(probe.train.equals(values) for values in known)]
    return Probes(features, further, list(_file_probes(dataset)), list(_order(dataset)))


def patterns(probe: Probe) -> list[Probe]:
    """Return the shape of names and keys, their length, and the number that they end in.

    Other values have no patterns. Test rows have one only where a training row has a name of that shape.
    """
    if not probe.is_text or has_spaces(probe.train.dropna()):
        return []
    train = _patterns(probe.train)
    test = pd.DataFrame()
    if probe.test is not None:
        found = _patterns(probe.test)
        test = found.where(found["shape"].isin(set(train["shape"])))
    return [replace(probe, fact=fact, train=train[fact], test=test.get(fact)) for fact in map(str, train)]


def has_spaces(texts: pd.Series) -> bool:
    """Return whether more than a few of the texts hold white space, so that they are no names or keys."""
    return bool(texts.str.contains(r"\s", regex=True).mean() > SPACED_SHARE)


def _file_probes(dataset: Dataset) -> Iterator[Probe]:
    """Yield dimensions, size and format of image files, and the patterns of their names."""
    train = dataset.modality.file_facts(dataset.X)
    test = dataset.modality.file_facts(dataset.X_test) if len(dataset.test_ids) else pd.DataFrame()
    if train is None or test is None:
        return
    for column, (subject, fact) in FILE_FACTS.items():
        yield Probe(subject, fact, train[column], test.get(column))
    yield from patterns(Probe(FILE_NAME, "", train["name"], test.get("name")))


def _order(dataset: Dataset) -> Iterator[Probe]:
    """Yield the place of a row in its file; that of test rows is on the scale of the training rows."""
    if not dataset.modality.has_order(dataset.X):
        return
    n = len(dataset.y)
    m = len(dataset.test_ids)
    train = pd.Series(np.arange(n) + 1.0)
    test = pd.Series((np.arange(m) + 0.5) * n / m + 0.5) if m else None
    yield Probe("row order", "", train, test)


def _patterns(names: pd.Series) -> pd.DataFrame:
    shape = names.str.replace(r"[^\W\d_]+", "a", regex=True).str.replace(r"\d+", "0", regex=True)
    number = names.str.extract(r"(\d{1,15})\D*$")[0].astype(float)
    return pd.DataFrame({"shape": shape, "length": names.str.len().astype(float), "number": number})


def _columns(train: pd.DataFrame, test: pd.DataFrame | None) -> Iterator[Probe]:
    for name in train.columns:
        parts = [train[name]]
        if test is not None and name in test.columns:
            parts.append(test[name])
        values = _typed(pd.concat(parts, ignore_index=True)).replace([np.inf, -np.inf], np.nan)
        rest = values.iloc[len(train) :].reset_index(drop=True) if len(parts) > 1 else None
        is_time = pd.api.types.is_datetime64_any_dtype(train[name])
        yield Probe(f"column {str(name)!r}", "", values.iloc[: len(train)], rest, is_time)


def _typed(column: pd.Series) -> pd.Series:
    """Return numbers, truth values, and times in seconds as floats; else text, None where it is empty."""
    if pd.api.types.is_numeric_dtype(column):
        return column.astype(np.float64)
    if pd.api.types.is_datetime64_any_dtype(column):
        return _seconds(column)
    text = column.astype(object).where(column.notna(), None).map(str, na_action="ignore")
    text = text.str.strip().replace("", None)
    numbers = pd.to_numeric(text, errors="coerce")
    if numbers.notna().equals(text.notna()):
        return numbers.astype(np.float64)
    if text.dropna().str.match(r"\d{4}-\d").all():
        times = pd.to_datetime(text, format="ISO8601", errors="coerce", utc=True)
        if times.notna().equals(text.notna()):
            return _seconds(times)
    return text.astype(object)


def _seconds(times: pd.Series) -> pd.Series:
    start = pd.Timestamp(0, tz=times.dt.tz)
    return (times - start) / pd.Timedelta(seconds=1)
