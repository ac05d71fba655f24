"""What the predictions of the submitted entry depend on, as `podium explain` has measured it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from podium.formatting import Z_95, plain, short
from podium.pipeline.explanation import Explanation, read_explanation
from podium.pipeline.session import Session
from podium.plots import figures
from podium.plots.dependence_figures import dependence_figure
from podium.plots.figures import Figure
from podium.report.results import Results

_MOST_DRAWN = 20  # columns


@dataclass(frozen=True)
class Dependence:
    """A section of the page: figures, and what they were made of in a sentence."""

    figures: list[Figure]
    note: str


def explained(session: Session, results: Results) -> Dependence | None:
    """Return the section on the submitted entry; None where `podium explain` has not measured it."""
    found = read_explanation(session.store, results.leaderboard, session.dataset.id)
    if found is None:
        return None
    drawn = [importance_figure(found, results.metric.name), *dependence_figures(found)]
    return Dependence(drawn, sampled(found))


def importance_figure(found: Explanation, metric: str) -> Figure:
    """Draw by how much the score is worse with each column permuted; the table holds all columns."""
    table = found.importance.set_index("column")
    clear = table["importance"] > Z_95 * table["standard_error"]
    first = table.iloc[0]
    alt = (
        f"How much worse ({metric}) {found.entry!r} is when the values of a column are permuted among the "
        f"rows, with 95 % intervals. Most for {short(table.index[0])}: {plain(first['importance'])} ± "
        f"{plain(first['standard_error'])}. {clear.sum()} of {len(table)} columns are above what noise "
        "explains. Where two columns say the same, each looks less important than it is: the models have "
        "the other."
    )
    figure = figures.intervals(
        "Importance of columns", alt, table[:_MOST_DRAWN], f"{metric} worse when permuted"
    )
    return replace(figure, table=table)


def dependence_figures(found: Explanation) -> Iterator[Figure]:
    """Yield the partial dependence on each of the most important columns, the first one first."""
    for column, table in found.dependence.groupby("column", sort=False):
        yield dependence_figure(str(column), table)


def sampled(found: Explanation) -> str:
    """Return in sentences what was asked about, and how."""
    rows = _part_of(found.rows, found.all_rows, "scored rows", "drawn at random")
    columns = _part_of(found.columns, found.all_columns, "columns", "that move its predictions the most")
    return (
        f"Measured on {found.entry!r} with the models of each fold, on rows that they did not train on: "
        f"{rows}; {columns}, each permuted {found.repeats} times. The intervals are of the rows, by paired "
        f"bootstrap, and of the repeats. Partial dependence (Friedman 2001) is the mean over "
        f"{found.curve_rows:,} of these rows."
    )


def _part_of(some: int, every: int, noun: str, how: str) -> str:
    return f"all {every:,} {noun}" if some == every else f"{some:,} of {every:,} {noun}, {how}"
