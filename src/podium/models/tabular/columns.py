"""Steps from rows to the columns that models of tables learn from.

X is a frame as `podium.data.csv_files.read_features` gives it, or has one as its part "table": columns of
floats, of text, of timestamps, with cells missing anywhere. A part "text" adds what `TextSummary` says of it.
What is to be learnt of the columns is learnt in the fold.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler

from podium.data.multimodal import MultimodalRows, part
from podium.data.task import Task
from podium.models.tabular.encoders import CellParts, OtherRows, TargetMeans
from podium.models.text.summary import TextSummary

Columns = Callable[[pd.DataFrame], list[str]]

LARGEST_NUMBER = 1e38
RARE_CATEGORY_ROWS = 5  # a category of fewer rows is one of "the others"
MOST_CATEGORIES = 200  # categories of a column; histograms of gradient boosting have room for 255
MANY_VALUES = 10  # categories of a column, from which on they are also counted and encoded by the target


class TableColumns(TransformerMixin, BaseEstimator):
    """Turns rows into one frame: the table's columns, the parts of cells that hold several things, and
    numbers that sum up the texts, where there are any."""

    def fit(self, X: Any, y: Any = None) -> TableColumns:
        self.parts_ = CellParts().fit(bounded_part(X, "table"))
        texts = _texts(X)
        self.summary_ = None if texts is None else TextSummary().fit(texts)
        return self

    def transform(self, X: Any) -> pd.DataFrame:
        frame = self.parts_.transform(bounded_part(X, "table")).reset_index(drop=True)
        texts = _texts(X)
        if self.summary_ is None or texts is None:
            return frame
        summary = self.summary_.transform(texts).reset_index(drop=True)
        return pd.concat([frame, summary], axis=1)


def _texts(X: Any) -> pd.DataFrame | None:
    return X.parts.get("text") if isinstance(X, MultimodalRows) else None


def bounded_part(X: Any, name: str) -> pd.DataFrame:
    """Return the part of that name, its numbers such as floats of 32 bits hold: trees know no others."""
    frame = part(X, name)
    numbers = frame.select_dtypes("number")
    if not (numbers.abs() > LARGEST_NUMBER).to_numpy().any():
        return frame
    return frame.assign(**numbers.clip(-LARGEST_NUMBER, LARGEST_NUMBER))


def _columns(**kind: Any) -> Columns:
    """Return a selector of the columns of a kind that are not empty in the training rows."""
    return partial(_not_empty, make_column_selector(**kind))


def _not_empty(select: Columns, frame: pd.DataFrame) -> list[str]:
    return [column for column in select(frame) if frame[column].notna().any()]


NUMBERS = _columns(dtype_include="number")
DATES = _columns(dtype_include="datetime")
CATEGORIES = _columns(dtype_exclude=["number", "datetime"])


def many_valued(frame: pd.DataFrame) -> list[str]:
    """Return the categories of many values, whose rows are worth counting: of a key each row has its own."""
    return [
        column
        for column in CATEGORIES(frame)
        if MANY_VALUES <= frame[column].nunique() <= frame[column].count() / 2
    ]


def for_linear_models(task: Task) -> Pipeline:
    """Return steps to columns of one scale: gaps are filled with the median and marked, each category has a
    column, and one of many values its target means and its count."""
    filled = SimpleImputer(strategy="median", add_indicator=True)
    columns = make_column_transformer(
        (make_pipeline(filled, StandardScaler()), NUMBERS),
        (make_pipeline(calendar(), filled, StandardScaler()), DATES),
        (_target_means(task), many_valued),
        (make_pipeline(OtherRows(), StandardScaler()), many_valued),
        (
            OneHotEncoder(
                handle_unknown="infrequent_if_exist",
                min_frequency=RARE_CATEGORY_ROWS,
                max_categories=MOST_CATEGORIES,
                dtype=np.float32,
            ),
            CATEGORIES,
        ),
    )
    return make_pipeline(TableColumns(), columns)


def for_trees(task: Task) -> Pipeline:
    """Return steps to a frame of floats: gaps stay gaps, categories become numbers from 0, unknown ones
    gaps, and one of many values has its target means and its count too."""
    codes = OrdinalEncoder(
        handle_unknown="use_encoded_value",
        unknown_value=np.nan,
        encoded_missing_value=np.nan,
        min_frequency=RARE_CATEGORY_ROWS,
        max_categories=MOST_CATEGORIES,
    )
    columns = make_column_transformer(
        ("passthrough", NUMBERS),
        (calendar(), DATES),
        (codes, CATEGORIES),
        (_target_means(task), many_valued),
        (OtherRows(), many_valued),
    )
    return make_pipeline(TableColumns(), columns.set_output(transform="pandas"))


def _target_means(task: Task) -> TargetMeans:
    return TargetMeans("continuous" if task.kind == "regression" else "auto")


def calendar() -> FunctionTransformer:
    """Return a step from dates to their parts."""
    return FunctionTransformer(_calendar)


def _calendar(dates: pd.DataFrame) -> pd.DataFrame:
    """Return the days since 1970, year, month, weekday and hour of each date."""
    parts: dict[str, pd.Series] = {}
    for column in dates:
        time = dates[column].dt
        days = (dates[column] - pd.Timestamp(0)) / pd.Timedelta(days=1)
        named = {
            "days": days,
            "year": time.year,
            "month": time.month,
            "weekday": time.day_of_week,
            "hour": time.hour,
        }
        parts |= {f"{column} {name}": values.astype(np.float64) for name, values in named.items()}
    return pd.DataFrame(parts, index=dates.index)


def as_categories() -> FunctionTransformer:
    """Return a step that makes the categories, which `for_trees` numbered, categories of pandas: gradient
    boosting then splits them by set, not by order."""
    return FunctionTransformer(_as_categories)


def _as_categories(frame: pd.DataFrame) -> pd.DataFrame:
    # One dtype whatever the rows, lest the codes of a part of the rows mean something else.
    kind = pd.CategoricalDtype(list(range(MOST_CATEGORIES + 1)))
    typed = frame.astype({c: kind for c in frame.columns if c.startswith("ordinalencoder__")})
    return typed.set_axis([str(i) for i in range(typed.shape[1])], axis=1)  # XGBoost refuses [, ] and <


def as_texts() -> FunctionTransformer:
    """Return a step that makes categories of pandas texts, a gap "": CatBoost knows no others."""
    return FunctionTransformer(_as_texts)


def _as_texts(frame: pd.DataFrame) -> pd.DataFrame:
    categories = frame.select_dtypes("category")
    return frame.assign(**{str(c): categories[c].astype(object).map(_code_text) for c in categories})


def _code_text(code: Any) -> str:
    return "" if pd.isna(code) else str(int(code))
