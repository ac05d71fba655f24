"""What a person sees while models are trained, and the table at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from podium.pipeline.leaderboard import Entry, Leaderboard

LOG_WIDTH = 140
Columns = dict[str, Callable[[Entry], str]]


def make_console() -> Console:
    """A log has no width of its own, and a table cut to 80 columns would lose its numbers."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(width=LOG_WIDTH, highlight=False)


class PlainProgress:
    """One line a fold, for logs."""

    def __init__(self, console: Console):
        self.console = console

    def __enter__(self) -> PlainProgress:
        return self

    def __exit__(self, *exception: object) -> None:
        pass

    def fold_started(self, model: str, fold: int, folds: int) -> None:
        self.where = f"{model} fold {fold + 1}/{folds}"

    def epoch_ended(self, epoch: int, epochs: int, loss: float) -> None:
        pass

    def fold_ended(self, score: float, seconds: float, cached: bool) -> None:
        how = "kept from an earlier run" if cached else f"{seconds:.1f} s"
        self.console.print(f"{self.where}: {score:.5f} ({how})", soft_wrap=True)


class LiveProgress:
    """One bar a model: fold, epoch, the mean score of its folds so far, time left."""

    def __init__(self, console: Console):
        self.bars = Progress(
            TextColumn("{task.description:<20}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[where]:<24}{task.fields[score]:<10}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
        )
        self.model = ""

    def __enter__(self) -> LiveProgress:
        self.bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.bars.stop()

    def fold_started(self, model: str, fold: int, folds: int) -> None:
        if model != self.model:
            self.model, self.scores = model, list[float]()
            self.task = self.bars.add_task(model, total=folds, where="", score="")
        self.fold, self.where = fold, f"fold {fold + 1}/{folds}"
        self.bars.update(self.task, where=self.where)

    def epoch_ended(self, epoch: int, epochs: int, loss: float) -> None:
        where = f"{self.where} epoch {epoch}/{epochs}"
        self.bars.update(self.task, completed=self.fold + epoch / epochs, where=where)

    def fold_ended(self, score: float, seconds: float, cached: bool) -> None:
        self.scores.append(score)
        mean = sum(self.scores) / len(self.scores)
        self.bars.update(self.task, completed=self.fold + 1, score=f"{mean:.5f}")


def make_progress(console: Console) -> PlainProgress | LiveProgress:
    return LiveProgress(console) if console.is_terminal else PlainProgress(console)


def print_leaderboard(console: Console, leaderboard: Leaderboard) -> None:
    toy = " [toy data: no guide to the real scores]" if leaderboard.is_toy else ""
    title = f"{leaderboard.competition}: {leaderboard.metric} on {leaderboard.rows:,} rows{toy}"
    entries, metrics, outside = leaderboard.entries, _metrics(leaderboard), _outside(leaderboard)
    shown = {**COLUMNS, **metrics, **outside}
    columns = {head: [cell(e) for e in entries] for head, cell in shown.items()}
    styles = ["bold" if e.submitted else STYLES.get(e.kind) for e in entries]
    print_columns(console, columns, ["predict s", "folds", *reversed(metrics), *outside], title, styles)
    for entry in entries:
        if entry.note:
            console.print(escape(f"{entry.name}: {entry.note}"), soft_wrap=True)
    console.print(LEGEND)


def print_findings(console: Console, findings: Sequence[Any]) -> None:
    for finding in findings:
        mark = "[bold red]alarm[/]" if finding.is_alarm else "note "
        console.print(f"{mark}  {finding.kind:<10}  {escape(finding.summary)}", soft_wrap=True)
        for example in finding.examples:
            console.print(f"{'':19}{escape(example)}", style="dim", soft_wrap=True)
    alarms = sum(finding.is_alarm for finding in findings)
    console.print(f"alarms: {alarms}, notes: {len(findings) - alarms}")


def print_columns(
    console: Console,
    columns: Mapping[str, Sequence[str]],
    spare: Sequence[str],
    title: str = "",
    styles: Sequence[str | None] = (),
) -> None:
    """A table, its first column of words; the `spare` ones are left out, in their order, until it fits."""
    table = Table(title=escape(title), title_justify="left", box=None, pad_edge=False, padding=(0, 1, 0, 0))
    shown = _fitting(columns, spare, console.width)
    for number, head in enumerate(shown):
        table.add_column(head, justify="right" if number else "left", no_wrap=True)
    for row, style in zip_longest(zip(*shown.values(), strict=True), styles):
        table.add_row(*map(escape, row), style=style)
    console.print(table)


def _fitting(
    columns: Mapping[str, Sequence[str]], spare: Sequence[str], width: int
) -> dict[str, Sequence[str]]:
    room = {head: max(map(len, [head, *cells])) + 1 for head, cells in columns.items()}
    for head in spare:
        if sum(room.values()) > width:
            room.pop(head, None)
    return {head: columns[head] for head in room}


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _with_error(entry: Entry) -> str:
    error = "" if entry.standard_error is None else f" ± {entry.standard_error:.{entry.places}f}"
    return _number(entry.score, entry.places) + (error or " " * len(" ± 0.00000"))


def _metrics(leaderboard: Leaderboard) -> Columns:
    """A column for each metric that stands beside the one that ranks, in the order in which they are
    declared."""

    def column(metric: str) -> Callable[[Entry], str]:
        def cell(entry: Entry) -> str:
            value, error = entry.extra_metrics.get(metric, (None, None))
            digits = 0 if abs(value or 0) >= 100 else 5
            return "" if value is None else f"{value:.{digits}f} ± {error:.{digits}f}"

        return cell

    return {
        f"{m} ± s.e.": column(m)
        for m in dict.fromkeys(m for e in leaderboard.entries for m in e.extra_metrics)
    }


def _outside(leaderboard: Leaderboard) -> Columns:
    """Published scores, and Kaggle's."""
    further: Columns = {}
    if any(e.published is not None for e in leaderboard.entries):
        further["published"] = lambda e: _number(e.published, 4)
    if any(e.public is not None for e in leaderboard.entries):
        further |= {
            "public": lambda e: _number(e.public, 5),
            "private": lambda e: _number(e.private, 5),
            "top %": lambda e: _number(e.percentile, 1),
        }
    return further


COLUMNS: Columns = {
    "entry": lambda e: f"{'>' if e.submitted else ' '} {e.name}",
    "score ± s.e.": _with_error,
    "folds": lambda e: _number(e.fold_spread, e.places),
    "behind": lambda e: ("= " if e.tied else "") + _number(e.behind, e.places),
    "p": lambda e: _number(e.p_value, 3),
    "estimate": lambda e: e.kind if e.kind == "warning" else e.estimate or e.kind,
    "fit s": lambda e: _number(e.fit_seconds, 0),
    "predict s": lambda e: _number(e.predict_seconds, 0),
}
STYLES = {"reference": "dim", "warning": "yellow"}
LEGEND = """\
> goes into the submission. s.e.: bootstrap over rows. folds: standard deviation over the folds.
behind: gap to the best entry, p: its paired bootstrap test, = where noise may explain it (p >= .05).
cv: cross-validated. nested: a blend, its weights from the other folds."""
