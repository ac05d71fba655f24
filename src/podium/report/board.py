"""The leaderboard as rows of a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from markupsafe import Markup

from podium.pipeline.leaderboard import Entry, Leaderboard
from podium.report.intervals import Scale, interval

Value = str | float | None
T = TypeVar("T")


@dataclass(frozen=True)
class Cell:
    """`key` is what a column is sorted by."""

    text: str | Markup
    key: Value = ""
    is_text: bool = False


@dataclass(frozen=True)
class Row:
    style: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    title: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]


def tabulate(
    title: str, columns: Mapping[str, Callable[[T], Cell]], items: Sequence[T], style: Callable[[T], str]
) -> Table:
    """A row for each item; without the columns that would be empty."""
    shown = {head: cell for head, cell in columns.items() if any(cell(item).text for item in items)}
    rows = [Row(style(item), tuple(cell(item) for cell in shown.values())) for item in items]
    return Table(title, tuple(shown), tuple(rows))


def make_table(leaderboard: Leaderboard, scale: Scale) -> Table:
    return tabulate("Leaderboard", _columns(leaderboard, scale), leaderboard.entries, _style)


def _style(entry: Entry) -> str:
    tied = " tied" if entry.tied else ""
    return ("chosen" if entry.submitted else entry.kind) + tied


def _columns(leaderboard: Leaderboard, scale: Scale) -> dict[str, Callable[[Entry], Cell]]:
    metrics = dict.fromkeys(m for e in leaderboard.entries for m in e.extra_metrics)
    return {
        "entry": _name,
        leaderboard.metric: lambda e: number(e.score, e.places),
        "95 % interval": lambda e: Cell(interval(e, scale), e.score, is_text=True),
        "s.e.": lambda e: number(e.standard_error, e.places),
        "behind": lambda e: number(e.behind, e.places, "= " if e.tied else ""),
        "p": lambda e: number(e.p_value, 3),
        "folds": lambda e: number(e.fold_spread, e.places),
        "estimate": lambda e: Cell(e.kind if e.kind == "warning" else e.estimate or e.kind, is_text=True),
        "plain": lambda e: number(e.plain_score if e.kind == "blend" else None, e.places),
        **{m: _further(m) for m in metrics},
        "published": lambda e: number(e.published, 4),
        "Kaggle public": lambda e: number(e.public, 5),
        "Kaggle private": lambda e: number(e.private, 5),
        "top %": lambda e: number(e.percentile, 1),
        "fit s": lambda e: number(e.fit_seconds, 0),
        "predict s": lambda e: number(e.predict_seconds, 0),
    }


def _name(entry: Entry) -> Cell:
    return Cell(f"{entry.name} (chosen)" if entry.submitted else entry.name, entry.name, is_text=True)


def _further(metric: str) -> Callable[[Entry], Cell]:
    return lambda e: number(e.extra_metrics[metric][0] if metric in e.extra_metrics else None, 5)


def number(value: float | None, digits: int, before: str = "") -> Cell:
    return Cell("") if value is None else Cell(f"{before}{value:.{digits}f}", value)


def notes(leaderboard: Leaderboard) -> Mapping[str, str]:
    return {e.name: e.note for e in leaderboard.entries if e.note}
