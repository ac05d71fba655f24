"""Plots that a competition declares: each function here makes one that draws a figure of a dataset.

Columns are given by name and found in X, in what else the files say of the rows, or in what can be known of
image files without looking: `width`, `height`, `size`, `bytes`, `suffix`. Missing values are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from PIL import Image

from podium.data.dataset import Dataset
from podium.data.image_spec import GREY, ImageSpec
from podium.errors import CompetitionError, DataError
from podium.formatting import did_you_mean, percent, plain, quoted
from podium.plots.bin_edges import linear_edges, log_edges
from podium.plots.text_marks import TEXT_MARKS

if TYPE_CHECKING:  # whoever imports a competition must not wait for matplotlib
    from podium.plots.figures import Figure

Plot = Callable[[Dataset], "Figure"]
BALANCE = "Class balance"
TARGET = "Target distribution"
_MOST_BARS = 20
_MOST_SERIES = 6


def target_plot(dataset: Dataset) -> tuple[str, Plot]:
    """Return the title and the plot that show how the target of a data set is distributed."""
    if dataset.task.kind == "regression":
        return TARGET, target()
    return BALANCE, balance()


def balance(downsampled: bool = False) -> Plot:
    """The rows of each class; with what is left where each is cut to the size of the smallest."""

    def plot(dataset: Dataset) -> Figure:
        counts = _classes(dataset, fold=False).value_counts(sort=False).rename_axis("class")
        table = counts.nlargest(_MOST_BARS) if len(counts) > _MOST_BARS else counts
        frame = table.to_frame("before" if downsampled else "rows")
        if downsampled:
            frame = frame.assign(after=counts.min()).rename(columns=lambda name: f"{name} downsampling")
        return _figures().bars(BALANCE, _balance_in_words(counts, downsampled), frame, "rows")

    return plot


def _balance_in_words(counts: pd.Series, downsampled: bool) -> str:
    said = [f"{plain(n)} of {quoted(name)} ({percent(n / counts.sum())})" for name, n in counts.items()]
    if len(said) > 3:
        said = [f"From {said[int(counts.argmin())]} to {said[int(counts.argmax())]}, {len(said)} classes"]
    after = f"; downsampled {plain(counts.min())} of each" if downsampled else ""
    return f"{', '.join(said)}{after}.".replace(" of", " rows of", 1)


def target(what: str = "number to predict", log: bool = False) -> Plot:
    """A histogram of what is to be predicted; `what` names it and its unit."""

    def plot(dataset: Dataset) -> Figure:
        y = pd.Series(dataset.y)
        alt = f"{plain(len(y))} rows from {plain(y.min())} to {plain(y.max())}, median {plain(y.median())}"
        return _spread(TARGET, alt, {"training rows": y}, what, log)

    return plot


def numbers(column: str, what: str, log: bool = False) -> Plot:
    """A histogram of a column of numbers for each class; `what` names them and their unit."""

    def plot(dataset: Dataset) -> Figure:
        return _by_class(dataset, what, _numbers(_find(dataset, column)), log)

    return plot


def lengths(column: str, by: Literal["set", "class"] = "set") -> Plot:
    """A histogram of the lengths of texts in the training and the test set, or of each class."""

    def plot(dataset: Dataset) -> Figure:
        unit, train = f"characters of {column}", _find(dataset, column).str.len()
        if by == "class":
            return _by_class(dataset, unit, train)
        sets = {"training set": train}
        if len(dataset.test_ids):
            sets["test set"] = _find(dataset, column, test=True).str.len()
        medians = [f"{plain(values.median())} in the {name}" for name, values in sets.items()]
        both = " in both sets" if len(sets) > 1 else ""
        return _spread(f"{_capital(unit)}{both}", f"Median {', '.join(medians)}", sets, unit)

    return plot


def marks(column: str) -> tuple[Plot, ...]:
    """A histogram for each of the `TEXT_MARKS`: how many of them the texts of each class have."""
    return tuple(partial(_count_of, mark, column) for mark in TEXT_MARKS)


def _count_of(mark: str, column: str, dataset: Dataset) -> Figure:
    what = f"{mark} in {column}"
    counts = _find(dataset, column).str.count(TEXT_MARKS[mark])
    parts = _parts(dataset, _numbers(counts))
    return _spread(_title(dataset, what), _averages(parts), parts, what)


def shares(column: str, most: int = 8) -> Plot:
    """Of the values that are most frequent in any class, the share that they have of each class."""

    def plot(dataset: Dataset) -> Figure:
        title = f"Most frequent {column}{_of_classes(dataset)}"
        counts = _cross(_find(dataset, column), _classes(dataset))
        if counts.empty:
            return _nothing(title, column)
        table = 100 * counts / counts.sum().clip(lower=1)
        table = table.loc[table.rank(ascending=False, method="first").min(axis=1).nsmallest(most).index]
        cells = table.to_numpy()
        table = table.iloc[np.lexsort((-cells.max(axis=1), cells.argmax(axis=1)))]
        said = [
            f"{quoted(share.idxmax())} in {quoted(name)} ({percent(share.max() / 100)})"
            for name, share in table.items()
            if share.any()
        ]
        alt = f"{', '.join(said)}{_without(len(dataset.y) - counts.to_numpy().sum())}."
        return _figures().bars(title, alt, table, "rows of the class, %")

    return plot


def leaders(column: str, other_than: str, most: int = 8) -> Plot:
    """The values with which most rows come that are of another class than the one of that name."""

    def plot(dataset: Dataset) -> Figure:
        title = f"{_capital(column)} with most rows not {other_than}"
        counts = _cross(_find(dataset, column), _classes(dataset, fold=False))
        if other_than not in counts:
            raise CompetitionError(
                f"no class {other_than!r} to plot; {did_you_mean(other_than, map(str, counts))}"
            )
        rows, others = f"rows not {other_than}", counts.drop(columns=other_than).sum(axis=1)
        if not others.any():
            return _nothing(title, column)
        table = pd.DataFrame({rows: others, "all rows": counts.sum(axis=1)}).nlargest(most, rows)
        name, (mine, all_rows) = table.index[0], table.iloc[0]
        alt = (
            f"{quoted(name)} holds most: {plain(mine)} of {plain(others.sum())} rows that are not "
            f"{quoted(other_than)}, which are {percent(mine / all_rows)} of its own"
        )
        without = _without(len(dataset.y) - counts.to_numpy().sum())
        return replace(_figures().bars(title, f"{alt}{without}.", table[[rows]], rows), table=table)

    return plot


def over_time(column: str) -> Plot:
    """The rows of each class a year, or a month or day where that says more; of seconds since 1970, or
    dates."""

    def plot(dataset: Dataset) -> Figure:
        moments = _moments(_find(dataset, column))
        days = (moments.max() - moments.min()) / pd.Timedelta(days=1) if moments.notna().any() else 0
        unit, code = ("year", "Y") if days > 4 * 365 else ("month", "M") if days > 120 else ("day", "D")
        title = f"Rows a {unit}, by {column}"
        counts = _cross(moments.dt.to_period(code), _classes(dataset)).rename_axis(unit)
        if counts.empty:
            return _nothing(title, column)
        counts = counts.reindex(pd.period_range(counts.index[0], counts.index[-1], name=unit), fill_value=0)
        of = {} if _has_one_class(dataset) else {name: f" of {quoted(name)}" for name in counts}
        peaks = [f"{plain(c.max())}{of.get(n, '')} in {c.idxmax()}" for n, c in counts.items() if c.any()]
        alt = (
            f"From {counts.index[0]} to {counts.index[-1]}, at most {', '.join(peaks)}"
            f"{_without(moments.isna().sum())}."
        )
        return _figures().lines(title, alt, counts, unit, f"rows a {unit}")

    return plot


def photos() -> tuple[Plot, ...]:
    """Of image files: some to look at, and their sizes, which should say nothing of the class."""
    pixels = [numbers(side, f"{side}, pixels") for side in ("width", "height")]
    return (examples(), shares("size", most=5), *pixels, numbers("bytes", "bytes a file", log=True))


def examples(each: int = 6, side: int = 56) -> Plot:
    """Images of each class, drawn by chance, the same ones each time."""

    def plot(dataset: Dataset) -> Figure:
        rng = np.random.default_rng(0)
        classes = _classes(dataset, fold=False).where(_have_pictures(dataset))
        rows = {
            name: rng.choice(np.flatnonzero(classes == name), each, replace=bool(n < each))
            for name, n in classes.value_counts(sort=False)[:_MOST_BARS].items()
            if n
        }
        shown = {str(name): [_picture(dataset, row, side) for row in some] for name, some in rows.items()}
        table = pd.DataFrame(rows, index=pd.RangeIndex(1, each + 1)).T.rename_axis("class") + 1
        alt = f"{each} each of {len(rows)} classes, drawn by chance from {plain(classes.count())} images."
        return _figures().pictures(
            _title(dataset, "some images"), alt, table.add_prefix("data row of "), shown
        )

    return plot


def _have_pictures(dataset: Dataset) -> np.ndarray:
    """Return which training rows (n,) have a picture. Raise CompetitionError if rows of this kind have
    none."""
    facts = dataset.modality.file_facts(dataset.X)
    if facts is not None:
        return facts["bytes"].notna().to_numpy()
    if dataset.modality.preview(dataset.X, 0) is None:
        raise CompetitionError(f"examples must be of images, got {dataset.modality.name} rows; plot others")
    return np.full(len(dataset.X), True)


def _picture(dataset: Dataset, row: int, side: int) -> np.ndarray:
    """Return the pixels (side, side, 3) of 0..255 of a row; grey where a file cannot be decoded."""
    try:
        image = dataset.modality.preview(dataset.X, row)
    except DataError:
        image = None
    blank = Image.new("RGB", (side, side), GREY)
    return ImageSpec(side, side, keep_aspect=True).pixels((image or blank).convert("RGB"))


def _find(dataset: Dataset, name: str, test: bool = False) -> pd.Series:
    """Return a column (n,), or of the test rows (m,), numbered from 0; a text without characters is
    missing."""
    X = dataset.X_test if test else dataset.X
    about = dataset.about_test if test else dataset.about
    frames = [frame for frame in (dataset.modality.columns(X), about) if frame is not None]
    if not any(name in frame for frame in frames):
        facts = dataset.modality.file_facts(X)
        frames += [] if facts is None else [_with_signs(facts)]
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


def _with_signs(facts: pd.DataFrame) -> pd.DataFrame:
    """Return the facts with sizes such as 40\N{MULTIPLICATION SIGN}30, as people write them."""
    return facts.assign(size=facts["size"].str.replace("x", "\N{MULTIPLICATION SIGN}"))


def _numbers(values: pd.Series) -> pd.Series:
    """What is no number is missing."""
    return pd.to_numeric(values, errors="coerce").astype(float).replace([np.inf, -np.inf], np.nan)


def _moments(values: pd.Series) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(values):
        return values.dt.tz_localize(None)
    seconds = _numbers(values)
    if seconds.notna().any():
        return pd.to_datetime(seconds, unit="s", errors="coerce")
    return pd.to_datetime(values, errors="coerce", utc=True, format="mixed").dt.tz_localize(None)


def _has_one_class(dataset: Dataset) -> bool:
    return dataset.task.kind != "classification"


def _classes(dataset: Dataset, fold: bool = True) -> pd.Series:
    """The class of each training row (n,), as a category; where there are too many to be told apart in
    one figure, the rarer ones are one. Numbers to predict have one class."""
    if _has_one_class(dataset):
        return pd.Series(pd.Categorical(["training rows"] * len(dataset.y)))
    names = dataset.task.names
    labels = pd.Series(pd.Categorical.from_codes(dataset.y, pd.Index(names)))
    if not fold or len(names) <= _MOST_SERIES:
        return labels
    kept = set(labels.value_counts().index[: _MOST_SERIES - 1])
    others = f"{len(names) - len(kept)} other classes"
    order = [name for name in names if name in kept]
    return labels.map(lambda name: name if name in kept else others).astype(
        pd.CategoricalDtype([*order, others])
    )


def _cross(values: pd.Series, classes: pd.Series) -> pd.DataFrame:
    """The rows (values, classes) of each value that there is."""
    return pd.crosstab(values, classes).reindex(columns=classes.cat.categories, fill_value=0)


def _parts(dataset: Dataset, values: pd.Series) -> dict[str, pd.Series]:
    classes = _classes(dataset)
    return {name: values[classes == name] for name in classes.cat.categories}


def _by_class(dataset: Dataset, what: str, values: pd.Series, log: bool = False) -> Figure:
    parts = _parts(dataset, values)
    return _spread(_title(dataset, what), _medians(parts), parts, what, log)


def _spread(title: str, alt: str, parts: Mapping[str, pd.Series], unit: str, log: bool = False) -> Figure:
    """A histogram of those values that there are; its last bin takes in a long tail. `alt` has no end yet."""
    missing = sum(int(values.isna().sum()) for values in parts.values())
    known = {name: values.dropna().to_numpy(dtype=float) for name, values in parts.items()}
    values = np.concatenate(list(known.values()))
    if not len(values):
        return _nothing(title, unit)
    edges = log_edges(values, unit) if log else linear_edges(values)
    whole = bool((values == np.round(values)).all())
    low = np.ceil(edges[:-1]) if whole else edges[:-1]
    cut = {name: np.where(part > edges[-1], low[-1], part) for name, part in known.items()}
    high = np.append(np.ceil(edges[1:-1]) - 1 if whole else edges[1:-1], values.max())
    none = f"; {percent((values == 0).mean())} of rows have 0, not drawn" if values.min() < edges[0] else ""
    tail = f"; the last bin holds all from {plain(low[-1])} on" if values.max() > edges[-1] else ""
    figure = _figures().histogram(title, f"{alt}{none}{tail}{_without(missing)}.", cut, unit, edges, log)
    table = figure.table.assign(to=high).set_axis(pd.Index(low, name="from"))
    table[list(known)] = (100 * table[list(known)]).round(2)
    table = table.rename(columns={name: f"{name}, %" for name in known})
    return replace(figure, table=_as_whole(table) if whole else table)


def _as_whole(table: pd.DataFrame) -> pd.DataFrame:
    return table.astype({"to": int}).set_axis(table.index.astype(int))


def _medians(parts: Mapping[str, pd.Series]) -> str:
    medians = {name: values.median() for name, values in parts.items() if values.notna().any()}
    if not any(medians.values()):
        return _averages(parts)
    return f"Median {', '.join(f'{plain(median)} in {quoted(name)}' for name, median in medians.items())}"


def _averages(parts: Mapping[str, pd.Series]) -> str:
    """Of numbers that are 0 more often than not the median says nothing."""
    known = {name: values.dropna() for name, values in parts.items() if values.notna().any()}
    said = [
        f"{plain(v.mean())} in {quoted(n)} ({percent((v > 0).mean())} have any)" for n, v in known.items()
    ]
    return f"On average {', '.join(said)}"


def _nothing(title: str, what: str) -> Figure:
    from markupsafe import Markup

    return _figures().Figure(title, f"No row has a value: {what}.", pd.DataFrame(), Markup(""))


def _without(rows: int) -> str:
    return f"; {plain(rows)} without a value" if rows else ""


def _title(dataset: Dataset, what: str) -> str:
    return f"{_capital(what)}{_of_classes(dataset)}"


def _of_classes(dataset: Dataset) -> str:
    return "" if _has_one_class(dataset) else " by class"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _figures() -> ModuleType:
    from podium.plots import figures

    return figures
