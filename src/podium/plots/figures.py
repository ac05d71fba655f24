"""Draw figures for a page: SVG that takes its colours from the page, with the numbers that it shows."""

from __future__ import annotations

import io
import logging
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from cycler import cycler
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator

from podium.formatting import Z_95, plain, short

logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it tells of the fonts that it looks through
# The page's style sheet says what these become in light and in dark. The series are those of Okabe and
# Ito 2008, "Color Universal Design", in the order of their contrast with both grounds.
INK = "#010203"
RULE = "#040506"
SERIES = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]
_COLOURS = {INK: "currentColor", RULE: "var(--rule)"}
_COLOURS |= {colour: f"var(--series-{number})" for number, colour in enumerate(SERIES)}
_STYLE: Any = {
    "svg.fonttype": "none",  # text stays text
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign in the data starts no formula
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": cycler(linestyle=["-", "--", ":"]) * cycler(color=SERIES),
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
}
_TICK_STEPS = [1, 2, 5, 10]
_DASHES = ["-", (0, (3, 1))]  # so that no line is told from all others by its colour alone
_UPRIGHT_LETTERS = 3  # of a name that need not be turned
WIDEST_BESIDE = 7.5  # inches of a figure that stands beside another
WIDEST_ON_PHONE = 6.0  # inches
_ROW_HEIGHT = 0.28  # inches of a line of dots
_CELL_WIDTH = 0.5  # inches of a heat map's cell
Paint = Callable[[Axes], None]  # fills the axes of a figure


@dataclass(frozen=True)
class Figure:
    """A drawing with its numbers.

    `alt` says in words what is to be seen, `table` holds the numbers, and `markup` is an element for a page.
    A `wide` figure takes the room of two.
    """

    title: str
    alt: str
    table: pd.DataFrame
    markup: Markup
    wide: bool = False


def draw(
    title: str, alt: str, table: pd.DataFrame, paint: Paint, width: float = 4.6, height: float = 2.9
) -> Figure:
    """Return a figure of this width and height in inches. The same input gives the same bytes."""
    with matplotlib.rc_context({**_STYLE, "svg.hashsalt": title}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # the reader's browser has more fonts
        canvas = Canvas(figsize=(width, height), layout="constrained")
        paint(canvas.subplots())
        _legend(canvas)
        buffer = io.StringIO()
        canvas.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    return Figure(title, alt, table, _element(buffer.getvalue(), alt, width), width > WIDEST_BESIDE)


def _element(svg: str, alt: str, width: float) -> Markup:
    """Return an SVG file as an element of a page.

    What only a file of its own needs is left out, and so are names that two figures would share. The element
    grows little and shrinks as far as it can be read, a narrow one to the width of a phone.
    """
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    svg = re.sub(r" font-family: [^;\"]*;", "", svg)  # the page's own
    for colour, variable in _COLOURS.items():
        svg = svg.replace(colour, variable)
    size = re.search(r'viewBox="[^"]*"', svg)
    least = 65 * width if width > WIDEST_ON_PHONE else 285
    opening = Markup(
        '<svg {} style="min-width:{:.0f}px;max-width:{:.0f}px" role="img" aria-label="{}" '
        'xmlns:xlink="http://www.w3.org/1999/xlink">'
    )
    frame = opening.format(Markup(size.group() if size else ""), least, 110 * width, alt)
    return frame + Markup(svg[svg.index(">") + 1 :])


def bars(title: str, alt: str, table: pd.DataFrame, unit: str) -> Figure:
    """Draw a group of horizontal bars for each row of `table`, the first on top, one bar for each column."""
    bars_each = table.shape[1]
    is_whole = bool((table % 1 == 0).all(axis=None))

    def paint(axes: Axes) -> None:
        places = np.arange(len(table))
        thickness = 0.8 / bars_each
        for number, name in enumerate(table.columns):
            offset = (number - (bars_each - 1) / 2) * thickness
            axes.barh(places + offset, table[name], thickness, label=name)
        axes.set_yticks(places, [short(name, 24) for name in table.index])
        axes.invert_yaxis()
        axes.grid(axis="y", visible=False)
        axes.xaxis.set_major_locator(MaxNLocator(5, steps=_TICK_STEPS, integer=is_whole))
        axes.xaxis.set_major_formatter(_plain)
        axes.set_xlabel(unit)

    return draw(title, alt, table, paint, height=1.0 + 0.26 * len(table) * max(1, 0.6 * bars_each))


def histogram(
    title: str,
    alt: str,
    values: Mapping[str, Sequence[float] | np.ndarray],
    unit: str,
    bins: int | np.ndarray = 30,
    log: bool = False,
) -> Figure:
    """Draw the share of each set of values that falls into each bin.

    All sets have the same bins: so many, or between these edges. On a logarithmic axis there is room for 0.
    """
    edges = np.histogram_bin_edges(np.concatenate([np.asarray(v, float) for v in values.values()]), bins)
    shares = {name: np.histogram(v, edges)[0] / max(1, len(v)) for name, v in values.items()}
    table = pd.DataFrame({"from": edges[:-1], "to": edges[1:], **shares}).set_index("from")
    is_whole = all((np.asarray(v) == np.round(v)).all() for v in values.values())

    def paint(axes: Axes) -> None:
        for (name, share), dash in zip(shares.items(), cycle(_DASHES), strict=False):
            axes.stairs(100 * share, edges, label=short(name), linewidth=1.8, linestyle=dash)
        if log:
            _scale_logarithmically(axes, edges)
        else:
            axes.xaxis.set_major_locator(MaxNLocator(6, steps=_TICK_STEPS, integer=is_whole))
        axes.xaxis.set_major_formatter(_plain)
        axes.set_ylim(bottom=0)
        axes.set_xlabel(unit)
        axes.set_ylabel("share of rows, %")

    return draw(title, alt, table, paint)


def _scale_logarithmically(axes: Axes, edges: np.ndarray) -> None:
    low, high = edges[edges > 0][[0, -1]]
    ticks = _round_numbers(low, high)
    axes.set_xscale("symlog", linthresh=low, linscale=0.5)
    axes.set_xticks([0, *ticks] if edges[0] == 0 else ticks)
    axes.set_xlim(edges[0], high)


def lines(title: str, alt: str, table: pd.DataFrame, x: str, y: str, log: bool = False) -> Figure:
    """Draw a line for each column over the index, of numbers or periods; gaps in a column are left out."""

    def paint(axes: Axes) -> None:
        if pd.api.types.is_integer_dtype(table.index):
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        for name, dash in zip(table.columns, cycle(_DASHES), strict=False):
            known = table[name].dropna()
            places = known.index.to_timestamp() if isinstance(known.index, pd.PeriodIndex) else known.index
            axes.plot(places, known.to_numpy(), label=short(name), linestyle=dash, marker="o", markersize=2.5)
        if isinstance(table.index, pd.PeriodIndex):
            dates = AutoDateLocator(minticks=3, maxticks=6)
            axes.xaxis.set_major_locator(dates)
            axes.xaxis.set_major_formatter(ConciseDateFormatter(dates))
        axes.set_xlabel(x)
        axes.set_ylabel(y)
        if log:
            axes.set_yscale("log")
            axes.yaxis.set_minor_formatter("")
        axes.yaxis.set_major_formatter(_plain)

    return draw(title, alt, table, paint)


def heatmap(
    title: str,
    alt: str,
    table: pd.DataFrame,
    x: str,
    y: str = "",
    texts: np.ndarray | None = None,
) -> Figure:
    """Draw a cell for each number of `table`, with that number or one of `texts` (rows, columns) in it.

    The table's rows lie along y, in their order. A cell without a number has no colour.
    """
    values = table.to_numpy(dtype=float)
    if texts is None:
        texts = np.vectorize("{:.2f}".format, otypes=[object])(values)

    def paint(axes: Axes) -> None:
        axes.grid(visible=False)
        _name_cells(axes, table)
        for (row, column), (back, front) in np.ndenumerate(_cell_colours(values)):
            if back:
                axes.add_patch(matplotlib.patches.Rectangle((column, row), 1, 1, facecolor=back))
            text = str(texts[row, column])
            axes.text(column + 0.5, row + 0.5, text, color=front, ha="center", va="center", fontsize=8)
        axes.set_xlabel(x)
        axes.set_ylabel(y)

    width = 2.2 + _CELL_WIDTH * table.shape[1]
    return draw(title, alt, table, paint, width=width, height=1.6 + 0.26 * len(table))


def _name_cells(axes: Axes, table: pd.DataFrame) -> None:
    names = [short(column, 16) for column in table.columns]
    is_long = max(map(len, names)) > _UPRIGHT_LETTERS
    axes.set_xticks(np.arange(table.shape[1]) + 0.5, names, rotation=90 if is_long else 0)
    axes.set_yticks(np.arange(len(table)) + 0.5, [short(row) for row in table.index])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlim(0, table.shape[1])
    axes.set_ylim(len(table), 0)


def _cell_colours(values: np.ndarray) -> np.ndarray:
    """Return for each cell (rows, columns) a pair of colours, of its ground and of its text; no ground where
    there is no number."""
    colours = matplotlib.colormaps["cividis"]
    low = np.nanmin(values)
    shares = (values - low) / max(np.nanmax(values) - low, 1e-12)
    pairs = np.empty(values.shape, dtype=object)
    for place, share in np.ndenumerate(shares):
        pairs[place] = ("", INK)
        if np.isfinite(share):
            pairs[place] = (to_hex(colours(float(share))), "#ffffff" if share < 0.5 else "#000000")
    return pairs


def pictures(title: str, alt: str, table: pd.DataFrame, rows: Mapping[str, Sequence[np.ndarray]]) -> Figure:
    """Draw a row of pictures (side, side, 3) of 0..255 for each name."""
    sheet = np.concatenate([np.concatenate(list(row), axis=1) for row in rows.values()])
    side = len(sheet) // len(rows)

    def paint(axes: Axes) -> None:
        axes.imshow(sheet, interpolation="none")
        axes.grid(visible=False)
        axes.spines[:].set_visible(False)
        axes.set_xticks([])
        axes.set_yticks(side * (np.arange(len(rows)) + 0.5), [short(name, 16) for name in rows])
        axes.tick_params(length=0)

    return draw(title, alt, table, paint, height=0.3 + 3.4 * sheet.shape[0] / sheet.shape[1])


def dots(title: str, alt: str, table: pd.DataFrame, unit: str) -> Figure:
    """Draw a line for each row of `table`, the first on top: a dot for each column, a stroke at the mean."""

    def paint(axes: Axes) -> None:
        places = np.arange(len(table))
        for name in table:
            axes.plot(table[name], places, "o", color=SERIES[0], markersize=4, alpha=0.7)
        axes.plot(table.mean(axis=1), places, "|", color=INK, markersize=14)
        _name_lines(axes, table, unit)

    return draw(title, alt, table, paint, height=0.9 + _ROW_HEIGHT * len(table))


def intervals(title: str, alt: str, table: pd.DataFrame, unit: str) -> Figure:
    """Draw a 95 % interval for each row of `table`, the first on top: its first column holds the numbers, its
    second their standard errors."""

    def paint(axes: Axes) -> None:
        half_widths = Z_95 * table.iloc[:, 1]
        axes.errorbar(
            table.iloc[:, 0], np.arange(len(table)), xerr=half_widths, fmt="o", markersize=4, capsize=2
        )
        axes.axvline(0, color=INK, linewidth=0.8)
        _name_lines(axes, table, unit)

    return draw(title, alt, table, paint, height=0.9 + _ROW_HEIGHT * len(table))


def _name_lines(axes: Axes, table: pd.DataFrame, unit: str) -> None:
    axes.set_yticks(np.arange(len(table)), [short(name) for name in table.index])
    axes.set_ylim(len(table) - 0.5, -0.5)
    axes.locator_params("x", nbins=6)
    axes.set_xlabel(unit)


def points(title: str, alt: str, table: pd.DataFrame, diagonal: bool = False) -> Figure:
    """Draw the second column over the first, each point named by the index; with `diagonal` also the line on
    which both are equal."""

    def paint(axes: Axes) -> None:
        x = table.iloc[:, 0]
        y = table.iloc[:, 1]
        axes.scatter(x, y, s=18)
        for name, place in zip(table.index, zip(x, y, strict=True), strict=True):
            axes.annotate(short(name, 20), place, fontsize=7, xytext=(4, 3), textcoords="offset points")
        if diagonal:
            axes.axline((x.mean(), x.mean()), slope=1, color=INK, linewidth=0.8, linestyle=":")
        axes.set_xlabel(str(table.columns[0]))
        axes.set_ylabel(str(table.columns[1]))

    return draw(title, alt, table, paint)


_plain = FuncFormatter(lambda number, place: plain(number))


def _legend(canvas: Canvas) -> None:
    """Add a legend above what it explains, so that it hides nothing, with room of its own."""
    handles, names = canvas.axes[0].get_legend_handles_labels()
    if len(names) > 1:
        across = max(1, 46 // (4 + max(map(len, names))))
        canvas.legend(handles, names, loc="outside upper left", ncols=across)
        canvas.set_figheight(canvas.get_figheight() + 0.2 * ((len(names) - 1) // across))


def _round_numbers(low: float, high: float) -> list[float]:
    """Return the round numbers between two on a logarithmic axis."""
    steps = (1,) if high / low >= 100 else (1, 2, 5)
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    numbers = [step * 10.0**power for power in powers for step in steps]
    return [number for number in numbers if low <= number <= high]
