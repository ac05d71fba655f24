"""Figures of partial dependence: the mean prediction over the values of one column."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

from podium.formatting import plain, short
from podium.plots import figures
from podium.plots.figures import SERIES, Figure

_ROW_HEIGHT = 0.3  # inches of a category


def dependence_figure(column: str, table: pd.DataFrame) -> Figure:
    """Draw the rows that `partial_dependence` gives for one column: a curve for each class, label or number,
    with the band of the folds' models; categories one below the other.

    Of two classes one is drawn, and of many those whose curves rise or fall the most.
    """
    drawn = _drawn_targets(table)
    kind = table["kind"].iloc[0]
    height = 1.2 + _ROW_HEIGHT * table["value"].nunique() if kind == "category" else 2.9

    def paint(axes: Axes) -> None:
        for number, target in enumerate(drawn):
            curve = table[table["target"] == target]
            if kind == "category":
                _paint_categories(axes, curve, target, (number + 0.5) / len(drawn) - 0.5)
            else:
                _paint_curve(axes, curve, target, is_date=kind == "date")
        _name_axes(axes, column, drawn, kind)

    return figures.draw(
        f"Dependence on {short(column)}",
        _described(column, table, drawn),
        _numbers(table),
        paint,
        height=height,
    )


def _drawn_targets(table: pd.DataFrame) -> list[str]:
    means = {
        str(target): rows["mean"].to_numpy(float) for target, rows in table.groupby("target", sort=False)
    }
    names = list(means)
    if len(names) == 2 and np.allclose(means[names[0]] + means[names[1]], 1):
        return names[1:]
    steepest = sorted(names, key=lambda name: np.ptp(means[name]), reverse=True)[: len(SERIES)]
    return [name for name in names if name in steepest]


def _described(column: str, table: pd.DataFrame, drawn: list[str]) -> str:
    """Return in words between which means the steepest of the curves runs."""
    means = {target: table.loc[table["target"] == target, "mean"].to_numpy(float) for target in drawn}
    target = max(drawn, key=lambda name: np.ptp(means[name]))
    values = table.loc[table["target"] == target, "value"].tolist()
    least, most = (int(place) for place in (means[target].argmin(), means[target].argmax()))
    what = "prediction" if target == "prediction" else f"prediction of {short(target)}"
    return (
        f"Mean {what} with {short(column)} set to each value in all rows, the band from the lowest to the "
        f"highest of the folds' models: from {plain(means[target][least])} at {_shown(values[least])} to "
        f"{plain(means[target][most])} at {_shown(values[most])}."
    )


def _shown(value: Any) -> str:
    return plain(value) if isinstance(value, float) else short(str(value).removesuffix("T00:00:00"))


def _numbers(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table of the page: a row for each value and class, label or number."""
    shown = table.assign(value=[_shown(value) for value in table["value"]])
    kept = (
        ["mean", "lowest", "highest"]
        if table["target"].nunique() == 1
        else ["target", "mean", "lowest", "highest"]
    )
    return shown.set_index("value")[kept]


def _paint_curve(axes: Axes, curve: pd.DataFrame, target: str, is_date: bool) -> None:
    values = pd.to_datetime(curve["value"]) if is_date else curve["value"].astype(float)
    lowest, mean, highest = (curve[name].to_numpy(float) for name in ("lowest", "mean", "highest"))
    (line,) = axes.plot(values.to_numpy(), mean, marker="o", markersize=2.5, label=short(target))
    axes.fill_between(values.to_numpy(), lowest, highest, color=line.get_color(), alpha=0.2, linewidth=0)


def _paint_categories(axes: Axes, curve: pd.DataFrame, target: str, offset: float) -> None:
    mean = curve["mean"].to_numpy(float)
    reach = [mean - curve["lowest"].to_numpy(float), curve["highest"].to_numpy(float) - mean]
    places = np.arange(len(curve)) + 0.6 * offset
    axes.errorbar(
        mean, places, xerr=np.clip(reach, 0, None), fmt="o", markersize=4, capsize=2, label=short(target)
    )
    axes.set_yticks(np.arange(len(curve)), [short(value, 24) for value in curve["value"]])


def _name_axes(axes: Axes, column: str, drawn: list[str], kind: str) -> None:
    only = f"mean prediction of {short(drawn[0])}" if drawn[0] != "prediction" else "mean prediction"
    what = only if len(drawn) == 1 else "mean prediction"
    if kind == "category":
        axes.invert_yaxis()
        axes.grid(axis="y", visible=False)
        axes.locator_params("x", nbins=6)
        axes.set_xlabel(what)
        return
    if kind == "date":
        dates = AutoDateLocator(minticks=3, maxticks=6)
        axes.xaxis.set_major_locator(dates)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(dates))
    else:
        axes.locator_params("x", nbins=6)
    axes.set_xlabel(short(column))
    axes.set_ylabel(what)
