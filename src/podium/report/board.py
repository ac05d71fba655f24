"""The leaderboard as a table of a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from markupsafe import Markup

from podium.pipeline.leaderboard import Entry, Leaderboard
from podium.report.intervals import Scale, interval

_LARGE_SCORE = 100  # from here on a score of a further metric is shown without decimals
Key = str | float | None
T = TypeVar("T")


@dataclass(frozen=True)
class Cell:
    """What a cell shows; its column is sorted by `key`."""

    text: str | Markup
    key: Key = ""
    is_text: bool = False


@dataclass(frozen=True)
class Row:
    """The cells of a row; `style` is its class in the style sheet."""

    style: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """A table with a head for each column."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]


Columns = Mapping[str, Callable[[T], Cell]]  # by head, how an item's cell is made


def tabulate(title: str, columns: Columns[T], items: Sequence[T], style: Callable[[T], str]) -> Table:
    """Return a table with a row for each item, without the columns that would be empty."""
    shown = {head: cell for head, cell in columns.items() if any(cell(item).text for item in items)}
    rows = [Row(style(item), tuple(cell(item) for cell in shown.values())) for item in items]
    return Table(title, tuple(shown), tuple(rows))


def make_table(leaderboard: Leaderboard, scale: Scale) -> Table:
    """Return the leaderboard as a table, its intervals drawn on a scale that all entries share."""
    return tabulate("Leaderboard", _columns(leaderboard, scale), leaderboard.entries, _style)


def number_cell(value: float | None, digits: int, prefix: str = "") -> Cell:
    """Return the cell of a number; an empty one where there is none."""
    return Cell("") if value is None else Cell(f"{prefix}{value:.{digits}f}", value)


def notes(leaderboard: Leaderboard) -> dict[str, str]:
    """Return the note of each entry that has one."""
    return {entry.name: entry.note for entry in leaderboard.entries if entry.note}


def _columns(leaderboard: Leaderboard, scale: Scale) -> Columns[Entry]:
    extra_metrics = dict.fromkeys(m for entry in leaderboard.entries for m in entry.extra_metrics)
    return {
        "entry": _name,
        leaderboard.metric: lambda e: number_cell(e.score, e.places),
        "95 % interval": lambda e: Cell(interval(e, scale), e.score, is_text=True),
        "s.e.": lambda e: number_cell(e.standard_error, e.places),
        "Δ to best": lambda e: number_cell(e.behind, e.places, _tie(e)),
        "p": lambda e: number_cell(e.p_value, 3),
        "fold std": lambda e: number_cell(e.fold_spread, e.places),
        "validation": _validation,
        "in-sample": lambda e: number_cell(e.plain_score if e.kind == "blend" else None, e.places),
        **{metric: _extra_metric(metric) for metric in extra_metrics},
        "published": lambda e: number_cell(e.published, 4),
        "Kaggle public": lambda e: number_cell(e.public, 5),
        "Kaggle private": lambda e: number_cell(e.private, 5),
        "top %": lambda e: number_cell(e.percentile, 1),
        "fit s": lambda e: number_cell(e.fit_seconds, 0),
        "predict s": lambda e: number_cell(e.predict_seconds, 0),
    }


def _style(entry: Entry) -> str:
    style = "chosen" if entry.submitted else entry.kind
    return f"{style} tied" if entry.tied else style


def _name(entry: Entry) -> Cell:
    return Cell(f"{entry.name} (chosen)" if entry.submitted else entry.name, entry.name, is_text=True)


def _tie(entry: Entry) -> str:
    return "= " if entry.tied else ""


def _validation(entry: Entry) -> Cell:
    return Cell(entry.kind if entry.kind == "warning" else entry.estimate or entry.kind, is_text=True)


def _extra_metric(metric: str) -> Callable[[Entry], Cell]:
    def cell(entry: Entry) -> Cell:
        score = entry.extra_metrics[metric][0] if metric in entry.extra_metrics else None
        return number_cell(score, 0 if abs(score or 0) >= _LARGE_SCORE else 5)

    return cell
