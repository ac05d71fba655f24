"""Every entry's gain over the constant and the warnings, and errors by range."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from podium.formatting import plain
from podium.pipeline.blend import BLENDS
from podium.pipeline.error_ranges import ranges_table
from podium.pipeline.leaderboard import BASELINE
from podium.pipeline.significance import SIGNIFICANT, Z_95, Comparison, bootstrap, holm
from podium.plots import figures
from podium.plots.figures import Figure
from podium.report.results import MOST_COMPARED, Results

_DRAWN_ENTRIES = 5  # beside the constant in a figure of ranges


def gain_over_baseline(results: Results, ranges: Sequence[float]) -> Iterator[Figure]:
    """`ranges` are the low ends that the competition declares."""
    figure = over_the_constant(results)
    if figure:
        yield figure
    edges = results.dataset.task.range_edges(results.dataset.y, ranges)
    if len(edges):
        yield from by_range(results, edges)


def over_the_constant(results: Results) -> Figure | None:
    """What each entry gains over the constant, in the table also over the warnings and the averages that
    the competition names; None where the constant is not there."""
    entries, metric = results.predictions, results.metric.name
    names = [p.name for p in entries]
    if BASELINE not in names or len(names) < 2:
        return None
    drawn = bootstrap(results.metric, results.dataset.y, entries, results.dataset.groups)
    others = [name for name in names if name != BASELINE]
    over = {
        base: {name: drawn.compare(names.index(base), names.index(name)) for name in others if name != base}
        for base in (BASELINE, *_yardsticks(results))
    }
    table = pd.concat([_gains(base, found) for base, found in over.items()], axis=1)
    table = table.reindex(others).rename_axis("entry")
    better = (table.iloc[:, 0] > 0) & (table.iloc[:, 2] < SIGNIFICANT)
    alt = (
        f"By how much each entry has the better {metric} than the constant, with 95 % intervals: paired "
        f"bootstrap over {'rows' if results.dataset.groups is None else 'groups of rows'}, p-values for all "
        f"at once by Holm (1979). {better.sum()} of {len(table)} are better than noise explains"
        f"{_among(table.index[~better])}."
    )
    shown = table.iloc[[n for n, name in enumerate(others) if n < MOST_COMPARED or name in over], :2]
    figure = figures.intervals("Gain over baseline", alt, shown, f"{metric} better than the constant")
    return Figure(figure.title, figure.alt, table, figure.markup, figure.wide)


def _among(names: pd.Index) -> str:
    return f"; not {', '.join(map(str, names))}" if len(names) else ""


def _yardsticks(results: Results) -> list[str]:
    kinds = results.kinds
    return [n for n in kinds if kinds[n] == "warning" or (kinds[n] == "blend" and n not in BLENDS)]


def _gains(base: str, found: dict[str, Comparison]) -> pd.DataFrame:
    columns = {
        f"over {base}": [c.difference for c in found.values()],
        f"s.e. over {base}": [c.standard_error for c in found.values()],
        f"p over {base}": holm(np.array([c.p_value for c in found.values()])),
    }
    return pd.DataFrame(columns, index=list(found))


def by_range(results: Results, edges: np.ndarray) -> Iterator[Figure]:
    """Errors, and precision, of each entry in each range of the numbers to predict."""
    dataset = results.dataset
    best = results.compared[0].name
    long = ranges_table(dataset.y, results.predictions, edges, dataset.groups)
    long["range"] = [_span(low, high) for low, high in zip(long["low"], long["high"], strict=True)]
    first = long[long["name"] == best]
    for title, what, measures in (
        ("Errors by range", "root of the mean squared error", ["rmse", "mse"]),
        ("Precision by range", "share of the rows that are predicted to be in their range", ["precision"]),
    ):
        said = [f"{t} in {r}" for r, t in zip(first["range"], _with_errors(first, measures[0]), strict=True)]
        alt = f"The {what}, with 95 % intervals by bootstrap. {best}: {', '.join(said)}."
        yield _ranges_figure(title, alt, long, measures, _shown(results))


def _shown(results: Results) -> list[str]:
    """The best entry, the best models and the constant."""
    best = [p.name for p in (*results.compared[:1], *results.models)]
    known = [p.name for p in results.predictions if p.name == BASELINE]
    return list(dict.fromkeys([*list(dict.fromkeys(best))[:_DRAWN_ENTRIES], *known]))


def _span(low: float, high: float) -> str:
    return f"{plain(low)} to under {plain(high)}" if np.isfinite(high) else f"{plain(low)} and more"


def _span_below(span: str) -> str:
    """In lines so short that neighbours on an axis do not meet."""
    return span.replace(" to under ", " to\nunder ").replace(" and", "\nand")


def _with_errors(rows: pd.DataFrame, measure: str) -> list[str]:
    pairs = zip(rows[measure], rows[f"{measure}_error"], strict=True)
    return [f"{plain(value)} \N{PLUS-MINUS SIGN} {plain(error)}" for value, error in pairs]


def _ranges_figure(
    title: str, alt: str, long: pd.DataFrame, measures: list[str], shown: Sequence[str]
) -> Figure:
    """`long` has a row for each entry and range; drawn is the first measure of the entries in `shown`."""
    spans, names = list(dict.fromkeys(long["range"])), list(dict.fromkeys(long["name"]))
    cells = {
        m: long.assign(text=_with_errors(long, m)).pivot(index="name", columns="range") for m in measures
    }
    columns = {f"{m}, {span}": cells[m]["text"][span] for m in measures for span in spans}
    table = pd.DataFrame(columns).reindex(names).rename_axis("entry")
    drawn = cells[measures[0]]

    def paint(axes: Axes) -> None:
        places = np.arange(len(spans))
        for number, name in enumerate(shown):
            across = places + 0.7 * ((number + 0.5) / len(shown) - 0.5)
            middle, error = (drawn[c].loc[name, spans] for c in (measures[0], f"{measures[0]}_error"))
            axes.errorbar(across, middle, yerr=Z_95 * error, fmt="o", markersize=4, capsize=2, label=name)
        axes.set_xticks(places, [_span_below(span) for span in spans])
        axes.grid(axis="x", visible=False)
        axes.set_ylim(bottom=0)
        axes.set_ylabel(measures[0])

    return figures.draw(title, alt, table, paint, height=3.4)
