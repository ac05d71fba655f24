"""Plots that a competition declares.

Each public function here returns a plot, or several: functions that draw a figure of a data set.

Columns are given by name and found in X, in what else the files say of the rows, or in what is known of image
files without decoding them: `width`, `height`, `size`, `bytes`, `suffix`. Missing values are left out.
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
from podium.plots.columns import (
    as_moments,
    as_numbers,
    classes_of_rows,
    count_by_class,
    find_column,
    has_classes,
    main_classes_of_rows,
    rows_by_class,
    split_by_class,
)
from podium.plots.text_marks import TEXT_MARKS

if TYPE_CHECKING:  # whoever imports a competition must not wait for matplotlib
    from podium.plots.figures import Figure

Plot = Callable[[Dataset], "Figure"]
BALANCE = "Class balance"
TARGET = "Target distribution"
_PERIODS = {"year": "Y", "month": "M", "day": "D"}  # the code that pandas has for each
_MOST_BARS = 20
_MOST_CLASSES_TOLD = 3  # in one sentence


# ---- the target


def target_plot(dataset: Dataset) -> tuple[str, Plot]:
    """Return the title and the plot that show how the target of a data set is distributed."""
    if dataset.task.kind == "regression":
        return TARGET, target()
    return BALANCE, balance()


def balance(downsampled: bool = False) -> Plot:
    """Plot the rows of each class; on request also what is left where each class is cut to the size of the
    smallest."""

    def plot(dataset: Dataset) -> Figure:
        counts = rows_by_class(dataset)
        shown = counts.nlargest(_MOST_BARS) if len(counts) > _MOST_BARS else counts
        table = shown.to_frame("rows")
        if downsampled:
            columns = {"before downsampling": shown, "after downsampling": counts.min()}
            table = pd.DataFrame(columns, index=shown.index)
        alt = _describe_balance(counts, len(dataset.y), downsampled)
        return _figures().bars(BALANCE, alt, table, "rows")

    return plot


def _describe_balance(counts: pd.Series, rows: int, downsampled: bool) -> str:
    parts = [f"{plain(n)} of {quoted(name)} ({percent(n / rows)})" for name, n in counts.items()]
    text = ", ".join(parts)
    if len(parts) > _MOST_CLASSES_TOLD:
        smallest = parts[int(counts.argmin())]
        largest = parts[int(counts.argmax())]
        text = f"From {smallest} to {largest}, {len(parts)} classes"
    after = f"; downsampled {plain(counts.min())} of each" if downsampled else ""
    return f"{text}{after}.".replace(" of", " rows of", 1)


def target(what: str = "number to predict", log: bool = False) -> Plot:
    """Plot a histogram of the numbers to predict; `what` names them and their unit."""

    def plot(dataset: Dataset) -> Figure:
        y = pd.DataFrame(dataset.y, columns=dataset.task.names or ["training rows"])
        spans = [
            f"{plain(values.min())} to {plain(values.max())}, median {plain(values.median())}"
            for _, values in y.items()
        ]
        alt = f"{plain(len(y))} rows from {'; '.join(spans)}"
        return _distribution(TARGET, alt, {str(name): values for name, values in y.items()}, what, log)

    return plot


# ---- columns


def numbers(column: str, what: str, log: bool = False) -> Plot:
    """Plot a histogram of a column of numbers for each class; `what` names them and their unit."""

    def plot(dataset: Dataset) -> Figure:
        return _distribution_by_class(dataset, what, as_numbers(find_column(dataset, column)), log)

    return plot


def lengths(column: str, by: Literal["set", "class"] = "set") -> Plot:
    """Plot a histogram of the lengths of texts in the training and the test set, or of each class."""

    def plot(dataset: Dataset) -> Figure:
        unit = f"characters of {column}"
        train = find_column(dataset, column).str.len()
        if by == "class":
            return _distribution_by_class(dataset, unit, train)
        sets = {"training set": train}
        if len(dataset.test_ids):
            sets["test set"] = find_column(dataset, column, test=True).str.len()
        medians = [f"{plain(values.median())} in the {name}" for name, values in sets.items()]
        both = " in both sets" if len(sets) > 1 else ""
        return _distribution(f"{_capitalised(unit)}{both}", f"Median {', '.join(medians)}", sets, unit)

    return plot


def mark_counts(column: str) -> tuple[Plot, ...]:
    """Plot a histogram for each of the `TEXT_MARKS`: how many of them the texts of each class have."""
    return tuple(partial(_plot_mark, mark, column) for mark in TEXT_MARKS)


def _plot_mark(mark: str, column: str, dataset: Dataset) -> Figure:
    what = f"{mark} in {column}"
    counts = find_column(dataset, column).str.count(TEXT_MARKS[mark])
    parts = split_by_class(dataset, as_numbers(counts))
    return _distribution(_title(dataset, what), _describe_means(parts), parts, what)


def shares(column: str, most: int = 8) -> Plot:
    """Plot the share that the values which are most frequent in any class have of each class."""

    def plot(dataset: Dataset) -> Figure:
        title = _title(dataset, f"most frequent {column}")
        counts = count_by_class(find_column(dataset, column), main_classes_of_rows(dataset))
        if counts.empty:
            return _empty(title, column)
        table = _most_frequent(100 * counts / counts.sum().clip(lower=1), most)
        leading = [
            f"{quoted(share.idxmax())} in {quoted(name)} ({percent(share.max() / 100)})"
            for name, share in table.items()
            if share.any()
        ]
        alt = f"{', '.join(leading)}{_without_value(len(dataset.y) - counts.to_numpy().sum())}."
        return _figures().bars(title, alt, table, "rows of the class, %")

    return plot


def _most_frequent(table: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return the rows that rank highest in any column, by the column in which they are largest."""
    best_rank = table.rank(ascending=False, method="first").min(axis=1)
    table = table.loc[best_rank.nsmallest(most).index]
    cells = table.to_numpy()
    return table.iloc[np.lexsort((-cells.max(axis=1), cells.argmax(axis=1)))]


def leaders(column: str, other_than: str, most: int = 8) -> Plot:
    """Plot the values that have the most rows of any class but the one called `other_than`."""

    def plot(dataset: Dataset) -> Figure:
        title = f"{_capitalised(column)} with most rows not {other_than}"
        counts = count_by_class(find_column(dataset, column), classes_of_rows(dataset))
        if other_than not in counts:
            raise CompetitionError(
                f"no class {other_than!r} to plot; {did_you_mean(other_than, map(str, counts))}"
            )
        unit = f"rows not {other_than}"
        others = counts.drop(columns=other_than).sum(axis=1)
        if not others.any():
            return _empty(title, column)
        table = pd.DataFrame({unit: others, "all rows": counts.sum(axis=1)}).nlargest(most, unit)
        of_others, of_all = table.iloc[0]
        alt = (
            f"{quoted(table.index[0])} holds most: {plain(of_others)} of {plain(others.sum())} rows that are "
            f"not {quoted(other_than)}, which are {percent(of_others / of_all)} of its own"
            f"{_without_value(len(dataset.y) - counts.to_numpy().sum())}."
        )
        return replace(_figures().bars(title, alt, table[[unit]], unit), table=table)

    return plot


def over_time(column: str) -> Plot:
    """Plot the rows of each class a year, or a month or day where that says more. The column holds seconds
    since 1970, or dates."""

    def plot(dataset: Dataset) -> Figure:
        moments = as_moments(find_column(dataset, column))
        unit = _unit_of_time(moments)
        title = f"Rows a {unit}, by {column}"
        periods = moments.dt.to_period(_PERIODS[unit])
        counts = count_by_class(periods, main_classes_of_rows(dataset)).rename_axis(unit)
        if counts.empty:
            return _empty(title, column)
        counts = counts.reindex(pd.period_range(counts.index[0], counts.index[-1], name=unit), fill_value=0)
        alt = (
            f"From {counts.index[0]} to {counts.index[-1]}, at most {_describe_peaks(dataset, counts)}"
            f"{_without_value(moments.isna().sum())}."
        )
        return _figures().lines(title, alt, counts, unit, f"rows a {unit}")

    return plot


def _unit_of_time(moments: pd.Series) -> str:
    """Return the coarsest unit of time by which the moments still make a line of several points."""
    if not moments.notna().any():
        return "day"
    days = (moments.max() - moments.min()) / pd.Timedelta(days=1)
    if days > 4 * 365:
        return "year"
    return "month" if days > 120 else "day"


def _describe_peaks(dataset: Dataset, counts: pd.DataFrame) -> str:
    peaks = []
    for name, column in counts.items():
        of_class = f" of {quoted(name)}" if has_classes(dataset) else ""
        if column.any():
            peaks.append(f"{plain(column.max())}{of_class} in {column.idxmax()}")
    return ", ".join(peaks)


# ---- images


def photos() -> tuple[Plot, ...]:
    """Plot some image files, and their sizes, which should say nothing of the class."""
    pixels = [numbers(side, f"{side}, pixels") for side in ("width", "height")]
    return (examples(), shares("size", most=5), *pixels, numbers("bytes", "bytes a file", log=True))


def examples(each: int = 6, side: int = 56) -> Plot:
    """Plot images of each class, drawn at random, the same ones each time."""

    def plot(dataset: Dataset) -> Figure:
        rng = np.random.default_rng(0)
        classes = classes_of_rows(dataset).where(_have_pictures(dataset))
        rows = {
            name: rng.choice(np.flatnonzero(classes == name), each, replace=bool(n < each))
            for name, n in classes.value_counts(sort=False)[:_MOST_BARS].items()
            if n
        }
        shown = {str(name): [_pixels(dataset, row, side) for row in some] for name, some in rows.items()}
        table = pd.DataFrame(rows, index=pd.RangeIndex(1, each + 1)).T.rename_axis("class") + 1
        of_classes = f" each of {len(rows)} classes" if has_classes(dataset) else ""
        alt = f"{each}{of_classes}, drawn at random from {plain(classes.count())} images."
        title = _title(dataset, "some images")
        return _figures().pictures(title, alt, table.add_prefix("data row of "), shown)

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


def _pixels(dataset: Dataset, row: int, side: int) -> np.ndarray:
    """Return the pixels (side, side, 3) of 0..255 of a training row; grey where a file cannot be decoded."""
    try:
        image = dataset.modality.preview(dataset.X, row)
    except DataError:
        image = None
    blank = Image.new("RGB", (side, side), GREY)
    return ImageSpec(side, side, keep_aspect=True).pixels((image or blank).convert("RGB"))


# ---- histograms


def _distribution_by_class(dataset: Dataset, what: str, values: pd.Series, log: bool = False) -> Figure:
    parts = split_by_class(dataset, values)
    return _distribution(_title(dataset, what), _describe_medians(parts), parts, what, log)


def _distribution(
    title: str, alt: str, parts: Mapping[str, pd.Series], unit: str, log: bool = False
) -> Figure:
    """Draw a histogram of the values of each part; its last bin takes in a long tail.

    `alt` is a sentence without its full stop: what the histogram leaves out is added to it.
    """
    missing = sum(int(values.isna().sum()) for values in parts.values())
    known = {name: values.dropna().to_numpy(dtype=float) for name, values in parts.items()}
    values = np.concatenate(list(known.values()))
    if not len(values):
        return _empty(title, unit)
    edges = log_edges(values, unit) if log else linear_edges(values)
    is_whole = bool((values == np.round(values)).all())
    lows = np.ceil(edges[:-1]) if is_whole else edges[:-1]
    alt = f"{alt}{_left_out(values, edges, lows[-1])}{_without_value(missing)}."
    cut = {name: np.where(part > edges[-1], lows[-1], part) for name, part in known.items()}
    figure = _figures().histogram(title, alt, cut, unit, edges, log)
    highs = np.append(np.ceil(edges[1:-1]) - 1 if is_whole else edges[1:-1], values.max())
    table = figure.table.assign(to=highs).set_axis(pd.Index(lows, name="from"))
    table[list(known)] = (100 * table[list(known)]).round(2)
    table = table.rename(columns={name: f"{name}, %" for name in known})
    if is_whole:
        table = table.astype({"to": int}).set_axis(table.index.astype(int))
    return replace(figure, table=table)


def _left_out(values: np.ndarray, edges: np.ndarray, last_low: float) -> str:
    zeros = tail = ""
    if values.min() < edges[0]:
        zeros = f"; {percent((values == 0).mean())} of rows have 0, not drawn"
    if values.max() > edges[-1]:
        tail = f"; the last bin holds all from {plain(last_low)} on"
    return zeros + tail


def _describe_medians(parts: Mapping[str, pd.Series]) -> str:
    medians = {name: values.median() for name, values in parts.items() if values.notna().any()}
    if not any(medians.values()):
        return _describe_means(parts)
    return f"Median {', '.join(f'{plain(median)} in {quoted(name)}' for name, median in medians.items())}"


def _describe_means(parts: Mapping[str, pd.Series]) -> str:
    """Return the means, for numbers that are mostly 0: their median would say nothing."""
    known = {name: values.dropna() for name, values in parts.items() if values.notna().any()}
    means = [
        f"{plain(values.mean())} in {quoted(name)} ({percent((values > 0).mean())} have any)"
        for name, values in known.items()
    ]
    return f"On average {', '.join(means)}"


# ---- words


def _empty(title: str, what: str) -> Figure:
    """Return a figure without a drawing, for a column without values."""
    from markupsafe import Markup

    return _figures().Figure(title, f"No row has a value: {what}.", pd.DataFrame(), Markup(""))


def _without_value(rows: int) -> str:
    return f"; {plain(rows)} without a value" if rows else ""


def _title(dataset: Dataset, what: str) -> str:
    by_class = " by class" if has_classes(dataset) else ""
    return f"{_capitalised(what)}{by_class}"


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _figures() -> ModuleType:
    """Return the module that draws, which is only imported when something is drawn."""
    from podium.plots import figures

    return figures
