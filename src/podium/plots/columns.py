"""Columns of a data set by name, as numbers, moments or classes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from podium.data.dataset import Dataset
from podium.errors import DataError
from podium.formatting import did_you_mean

TIMES_SIGN = "\N{MULTIPLICATION SIGN}"
_MOST_SERIES = 6  # classes that can be told apart in one figure


def find_column(dataset: Dataset, name: str, test: bool = False) -> pd.Series:
    """Return a column of the training rows (n,), or of the test rows (m,), numbered from 0; an empty text is
    missing.

    It is looked for in X, then in what else the files say of the rows, then in the facts of the rows' own
    files. Raises DataError if it is nowhere.
    """
    X = dataset.X_test if test else dataset.X
    about = dataset.about_test if test else dataset.about
    frames = [frame for frame in (dataset.modality.columns(X), about) if frame is not None]
    if not any(name in frame for frame in frames):
        facts = dataset.modality.file_facts(X)
        frames += [] if facts is None else [_with_times_sign(facts)]
    for frame in frames:
        if name in frame:
            values = frame[name].reset_index(drop=True)
            return values.where(values != "")
    known = [str(column) for frame in frames for column in frame.columns]
    which = "test" if test else "training"
    raise DataError(
        f"a plot asks for column {name!r} of the {which} rows, which neither X nor about has; "
        f"{did_you_mean(name, known)}"
    )


def _with_times_sign(facts: pd.DataFrame) -> pd.DataFrame:
    """Return the facts of files with sizes as people write them: 40\N{MULTIPLICATION SIGN}30."""
    return facts.assign(size=facts["size"].str.replace("x", TIMES_SIGN))


def as_numbers(values: pd.Series) -> pd.Series:
    """Return the values as finite floats; whatever is no number is missing."""
    return pd.to_numeric(values, errors="coerce").astype(float).replace([np.inf, -np.inf], np.nan)


def as_moments(values: pd.Series) -> pd.Series:
    """Return seconds since 1970, or texts of dates, as timestamps without a zone; the rest is missing."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return values.dt.tz_localize(None)
    seconds = as_numbers(values)
    if seconds.notna().any():
        return pd.to_datetime(seconds, unit="s", errors="coerce")
    return pd.to_datetime(values, errors="coerce", utc=True, format="mixed").dt.tz_localize(None)


def has_classes(dataset: Dataset) -> bool:
    """Return whether each row is of one class, so that figures can tell classes apart."""
    return dataset.task.kind == "classification"


def classes_of_rows(dataset: Dataset) -> pd.Series:
    """Return the class of each training row (n,) as a category; one class for all rows that have none."""
    if not has_classes(dataset):
        return pd.Series(pd.Categorical(["training rows"] * len(dataset.y)))
    return pd.Series(pd.Categorical.from_codes(dataset.y, pd.Index(dataset.task.names)))


def main_classes_of_rows(dataset: Dataset) -> pd.Series:
    """Return `classes_of_rows`; where there are too many for one figure, the rarer ones are one class."""
    classes = classes_of_rows(dataset)
    names = list(classes.cat.categories)
    if len(names) <= _MOST_SERIES:
        return classes
    frequent = set(classes.value_counts().index[: _MOST_SERIES - 1])
    others = f"{len(names) - len(frequent)} other classes"
    order = [*(name for name in names if name in frequent), others]
    return classes.map(lambda name: name if name in frequent else others).astype(pd.CategoricalDtype(order))


def rows_by_class(dataset: Dataset) -> pd.Series:
    """Return the number of training rows of each class, or with each label where a row may have several."""
    if dataset.task.kind == "multilabel":
        return pd.Series(dataset.y.sum(axis=0), index=dataset.task.names).rename_axis("label")
    return classes_of_rows(dataset).value_counts(sort=False).rename_axis("class")


def count_by_class(values: pd.Series, classes: pd.Series) -> pd.DataFrame:
    """Return the number of rows (values, classes) of each value that occurs; missing values are left out."""
    return pd.crosstab(values, classes).reindex(columns=classes.cat.categories, fill_value=0)


def split_by_class(dataset: Dataset, values: pd.Series) -> dict[str, pd.Series]:
    """Return the values of the rows of each of the main classes."""
    classes = main_classes_of_rows(dataset)
    return {name: values[classes == name] for name in classes.cat.categories}
