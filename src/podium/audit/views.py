"""What can be said of rows without understanding them: one column, or one fact of a file, at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from podium.data.dataset import Dataset
from podium.data.images import ImageFiles
from podium.data.multimodal import Parts

LONG_TEXT = 5  # words on average: prose, not a name or a key
COUNTING = 20  # the range of numbers that count, by their number: a part of them may be in other files
FILE_FACTS = {  # of images, the plainer ones first: subject and fact
    "size": ("pixel dimensions", "width x height"),
    "width": ("pixel dimensions", "width"),
    "height": ("pixel dimensions", "height"),
    "aspect": ("pixel dimensions", "width / height"),
    "bytes": ("file size", ""),
    "suffix": ("file format", ""),
}


@dataclass(frozen=True)
class View:
    """`train` (n,) and `test` (m,) hold floats, or text; NaN where there is nothing. `test` is None where
    the test files do not say it. `subject` is what a person calls it, `fact` what of that is looked at,
    empty where it is the thing itself. With `is_time` they are moments."""

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
    def is_long_text(self) -> bool:
        texts = self.train.dropna().tolist() if self.is_text else []
        return sum(len(text.split()) for text in texts) >= LONG_TEXT * max(1, len(texts))

    @cached_property
    def is_key(self) -> bool:
        """Whether every row has another value: a text without white space, or a number that counts."""
        values = self.train
        if values.isna().any() or values.duplicated().any():
            return False
        if self.is_text:
            return not has_spaces(values)
        return bool((values % 1 == 0).all()) and values.max() - values.min() < COUNTING * len(values)


@dataclass(frozen=True)
class Views:
    """All views of a dataset: the columns of X, those that no model is given (without any that only repeat
    one of X), facts of image files, and the order of the rows."""

    features: list[View]
    about: list[View]
    files: list[View]
    order: list[View]


def views_of(dataset: Dataset) -> Views:
    some = len(dataset.test_ids) > 0
    train, test = frame_of(dataset.X), frame_of(dataset.X_test) if some else None
    features = [] if train is None else list(_columns(train, test))
    about_test = dataset.about_test if some else None
    about = [] if dataset.about is None else list(_columns(dataset.about, about_test))
    values = [view.train for view in features]
    news = [view for view in about if not any(view.train.equals(other) for other in values)]
    return Views(features, news, list(_file_views(dataset)), list(_order(dataset)))


def frame_of(X: Any) -> pd.DataFrame | None:
    """The columns of X, or of all its parts that have any; None where its rows are pixels or files."""
    if isinstance(X, Parts):
        frames = [
            frame.reset_index(drop=True) for part in X.named.values() if (frame := _frame(part)) is not None
        ]
        return pd.concat(frames, axis=1).pipe(lambda f: f.loc[:, ~f.columns.duplicated()]) if frames else None
    return _frame(X)


def _frame(X: Any) -> pd.DataFrame | None:
    if isinstance(X, pd.DataFrame):
        return X
    if isinstance(X, np.ndarray) and X.ndim <= 2:
        table = X.reshape(len(X), int(np.prod(X.shape[1:])))
        return pd.DataFrame(table, columns=[f"X[:, {i}]" for i in range(table.shape[1])])
    return None


def images_of(X: Any) -> ImageFiles | None:
    """X itself, or that part of it."""
    images = X.named.get("images") if isinstance(X, Parts) else X
    return images if isinstance(images, ImageFiles) else None


def _file_views(dataset: Dataset) -> Iterator[View]:
    """Of image files: dimensions, size, format, and pattern of the name."""
    files, test_files = images_of(dataset.X), images_of(dataset.X_test)
    if files is None or test_files is None or not files.seen.any():
        return
    if len(test_files) and not test_files.seen.any():
        return
    train, test = _facts(files), _facts(test_files) if len(test_files) else pd.DataFrame()
    for column, (subject, fact) in FILE_FACTS.items():
        yield View(subject, fact, train[column], test.get(column))
    yield from patterns(View("file name", "", train["name"], test.get("name")))


def _order(dataset: Dataset) -> Iterator[View]:
    """Where in its file a row stands, of test rows on the scale of the training rows. Of images in several
    folders a loader made up the order, so it says nothing."""
    if isinstance(dataset.X, ImageFiles) and len({path.parent for path in dataset.X.paths}) > 1:
        return
    n, m = len(dataset.y), len(dataset.test_ids)
    train, test = pd.Series(np.arange(n) + 1.0), pd.Series((np.arange(m) + 0.5) * n / m + 0.5)
    yield View("row order", "", train, test if m else None)


def patterns(view: View) -> list[View]:
    """Of names and keys: their shape, their length, the number that they end in. In test rows only of
    those whose shape the training rows have too."""
    if not view.is_text or has_spaces(view.train.dropna()):
        return []
    train = _patterns(view.train)
    test = None if view.test is None else _patterns(view.test)
    if test is not None:
        test = test.where(test["shape"].isin(set(train["shape"])))
    return [
        replace(view, fact=f, train=train[f], test=None if test is None else test[f]) for f in map(str, train)
    ]


def _patterns(names: pd.Series) -> pd.DataFrame:
    shape = names.str.replace(r"[^\W\d_]+", "a", regex=True).str.replace(r"\d+", "0", regex=True)
    number = names.str.extract(r"(\d{1,15})\D*$")[0].astype(float)
    return pd.DataFrame({"shape": shape, "length": names.str.len().astype(float), "number": number})


def _facts(files: ImageFiles) -> pd.DataFrame:
    """Nothing of those that are blank."""
    there = files[files.seen]
    facts = there.metadata()
    width, height = facts["width"], facts["height"]
    facts["size"] = (width.astype(str) + "x" + height.astype(str)).astype(object)
    facts["aspect"] = width / np.maximum(height, 1)
    facts["name"] = pd.Series([path.stem for path in there.paths], dtype=object)
    facts["suffix"] = facts["suffix"].astype(object)
    return facts.set_axis(np.flatnonzero(files.seen)).reindex(np.arange(len(files)))


def _columns(train: pd.DataFrame, test: pd.DataFrame | None) -> Iterator[View]:
    for name in train.columns:
        shared = test is not None and name in test.columns
        parts = [train[name], test[name]] if shared and test is not None else [train[name]]
        values = _typed(pd.concat(parts, ignore_index=True)).replace([np.inf, -np.inf], np.nan)
        rest = values.iloc[len(train) :].reset_index(drop=True) if shared else None
        is_time = pd.api.types.is_datetime64_any_dtype(train[name])
        yield View(f"column {str(name)!r}", "", values.iloc[: len(train)], rest, is_time)


def _typed(column: pd.Series) -> pd.Series:
    """Numbers, truths, and times in seconds as floats; else text, nothing where it is empty."""
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


def has_spaces(texts: pd.Series) -> bool:
    return bool(texts.str.contains(r"\s", regex=True).mean() > 0.1)
