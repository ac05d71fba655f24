"""Every entry's gain over the constant and the warnings, and errors by range."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from podium.formatting import Z_95, plain
from podium.pipeline.blend import BLENDS
from podium.pipeline.error_ranges import ranges_table
from podium.pipeline.leaderboard import BASELINE
from podium.pipeline.significance import SIGNIFICANT, Comparison, bootstrap, holm
from podium.plots import figures
from podium.plots.figures import Figure
from podium.report.results import MOST_COMPARED, Results

_DRAWN_ENTRIES = 5  # beside the constant in a figure of ranges


def gain_over_baseline(results: Results, ranges: Sequence[float]) -> Iterator[Figure]:
    """Yield the gains over the constant, and the errors by range where the task has ranges; `ranges` are the
    low ends that the competition declares."""
    figure = over_the_constant(results)
    if figure:
        yield figure
    edges = results.dataset.task.range_edges(results.dataset.y, ranges)
    if len(edges):
        yield from by_range(results, edges)


def over_the_constant(results: Results) -> Figure | None:
    """Draw what each entry gains over the constant; None where there is no constant, or nothing else.

    The table also holds the gains over the warnings and over the averages that the competition names.
    """
    metric = results.metric.name
    names = [p.name for p in results.predictions]
    if BASELINE not in names or len(names) < 2:
        return None
    bases = [BASELINE, *_yardsticks(results)]
    table = _gain_table(results, bases)
    better = (table[f"over {BASELINE}"] > 0) & (table[f"p over {BASELINE}"] < SIGNIFICANT)
    tied = table.index[~better]
    but_not = f"; not {', '.join(map(str, tied))}" if len(tied) else ""
    units = "rows" if results.dataset.groups is None else "groups of rows"
    alt = (
        f"By how much each entry has the better {metric} than the constant, with 95 % intervals: paired "
        f"bootstrap over {units}, p-values for all at once by Holm (1979). {better.sum()} of {len(table)} "
        f"are better than noise explains{but_not}."
    )
    drawn = [number < MOST_COMPARED or name in bases for number, name in enumerate(table.index)]
    figure = figures.intervals(
        "Gain over baseline", alt, table.loc[drawn].iloc[:, :2], f"{metric} better than the constant"
    )
    return replace(figure, table=table)


def _yardsticks(results: Results) -> list[str]:
    """Return the names of the warnings, and of the averages that the competition names."""
    kinds = results.kinds
    return [n for n in kinds if kinds[n] == "warning" or (kinds[n] == "blend" and n not in BLENDS)]


def _gain_table(results: Results, bases: Sequence[str]) -> pd.DataFrame:
    """Return a row for each entry: its gain over each of the bases, with standard error and p-value."""
    dataset = results.dataset
    names = [p.name for p in results.predictions]
    others = [name for name in names if name != BASELINE]
    resampled = bootstrap(results.scorer, results.predictions, dataset.groups)
    columns = []
    for base in bases:
        gains = {
            name: resampled.compare(names.index(base), names.index(name)) for name in others if name != base
        }
        columns.append(_gains(base, gains))
    return pd.concat(columns, axis=1).reindex(others).rename_axis("entry")


def _gains(base: str, found: Mapping[str, Comparison]) -> pd.DataFrame:
    columns = {
        f"over {base}": [c.difference for c in found.values()],
        f"s.e. over {base}": [c.standard_error for c in found.values()],
        f"p over {base}": holm(np.array([c.p_value for c in found.values()])),
    }
    return pd.DataFrame(columns, index=list(found))


def by_range(results: Results, edges: np.ndarray) -> Iterator[Figure]:
    """Yield the errors, and the precision, of the entries in each range between the edges."""
    dataset = results.dataset
    scores = ranges_table(dataset.y, results.predictions, edges, dataset.groups)
    scores["range"] = [
        _range_name(low, high) for low, high in zip(scores["low"], scores["high"], strict=True)
    ]
    best = results.compared[0].name
    scores_of_best = scores[scores["name"] == best]
    for title, what, measures in (
        ("Errors by range", "root of the mean squared error", ["rmse", "mse"]),
        ("Precision by range", "share of the rows that are predicted to be in their range", ["precision"]),
    ):
        texts = _with_errors(scores_of_best, measures[0])
        told = [f"{text} in {name}" for name, text in zip(scores_of_best["range"], texts, strict=True)]
        alt = f"The {what}, with 95 % intervals by bootstrap. {best}: {', '.join(told)}."
        yield _ranges_figure(title, alt, scores, measures, _drawn_names(results))


def _drawn_names(results: Results) -> list[str]:
    """Return the best entry, the best models and, where it is there, the constant."""
    best = list(dict.fromkeys(p.name for p in (*results.compared[:1], *results.models)))
    constant = [p.name for p in results.predictions if p.name == BASELINE]
    return list(dict.fromkeys([*best[:_DRAWN_ENTRIES], *constant]))


def _range_name(low: float, high: float) -> str:
    return f"{plain(low)} to under {plain(high)}" if np.isfinite(high) else f"{plain(low)} and more"


def _in_lines(range_name: str) -> str:
    """Return the name in lines so short that neighbours on an axis do not meet."""
    return range_name.replace(" to under ", " to\nunder ").replace(" and", "\nand")


def _with_errors(rows: pd.DataFrame, measure: str) -> list[str]:
    pairs = zip(rows[measure], rows[f"{measure}_error"], strict=True)
    return [f"{plain(value)} ± {plain(error)}" for value, error in pairs]


def _ranges_figure(
    title: str, alt: str, scores: pd.DataFrame, measures: Sequence[str], drawn: Sequence[str]
) -> Figure:
    """Draw the first measure of the entries called `drawn`; `scores` has a row for each entry and range, and
    the table holds all measures of all entries."""
    ranges = list(dict.fromkeys(scores["range"]))
    names = list(dict.fromkeys(scores["name"]))
    parts = []
    for measure in measures:
        texts = scores.assign(text=_with_errors(scores, measure))
        wide = texts.pivot(index="name", columns="range", values="text")[ranges]
        parts.append(wide.add_prefix(f"{measure}, "))
    table = pd.concat(parts, axis=1).reindex(names).rename_axis("entry").rename_axis(None, axis=1)

    def paint(axes: Axes) -> None:
        places = np.arange(len(ranges))
        for number, name in enumerate(drawn):
            of_entry = scores[scores["name"] == name].set_index("range").loc[ranges]
            offset = 0.7 * ((number + 0.5) / len(drawn) - 0.5)
            half_widths = Z_95 * of_entry[f"{measures[0]}_error"]
            axes.errorbar(
                places + offset,
                of_entry[measures[0]],
                yerr=half_widths,
                fmt="o",
                markersize=4,
                capsize=2,
                label=name,
            )
        axes.set_xticks(places, [_in_lines(one) for one in ranges])
        axes.grid(axis="x", visible=False)
        axes.set_ylim(bottom=0)
        axes.set_ylabel(measures[0])

    return figures.draw(title, alt, table, paint, height=3.4)
