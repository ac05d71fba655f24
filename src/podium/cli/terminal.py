"""What a person sees while models are trained, and the tables at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from podium.formatting import Z_95, short, with_error
from podium.pipeline.leaderboard import Entry, Leaderboard
from podium.pipeline.progress import SilentProgress
from podium.pipeline.remarks import Finding

if TYPE_CHECKING:  # whoever prints no table must not wait for pandas
    import pandas as pd

LOG_WIDTH = 140  # characters
LARGE_VALUE = 100  # of a further metric; from here on its decimals say nothing
Columns = dict[str, Callable[[Entry], str]]


def make_console() -> Console:
    """Return a console for the terminal, or a wide one for a log.

    A log has no width of its own, and a table cut to 80 columns would lose its numbers.
    """
    console = Console(highlight=False)
    return console if console.is_terminal else Console(width=LOG_WIDTH, highlight=False)


class PlainProgress(SilentProgress):
    """Prints one line for each fold, for logs."""

    def __init__(self, console: Console):
        self.console = console

    def __enter__(self) -> PlainProgress:
        return self

    def __exit__(self, *exception: object) -> None:
        pass

    def fold_ended(
        self, model: str, fold: int, folds: int, score: float, seconds: float, cached: bool
    ) -> None:
        how = "kept from an earlier run" if cached else f"{seconds:.1f} s"
        self.console.print(f"{model} fold {fold + 1}/{folds}: {score:.5f} ({how})", soft_wrap=True)

    def blend_started(self, name: str, models: int) -> None:
        self.console.print(f"blending {models} models: {name}", soft_wrap=True)


@dataclass
class ModelBar:
    """What is drawn of one model: the scores of its finished folds, and how much is done (0 to 1) of each
    fold that runs."""

    task: TaskID
    scores: list[float] = field(default_factory=list)
    running: dict[int, float] = field(default_factory=dict)


class LiveProgress:
    """Draws one bar for each model: fold, epoch, the mean score of its folds so far, time left."""

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
        self.models: dict[str, ModelBar] = {}

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

    def fold_started(self, model: str, fold: int) -> None:
        self._bar(model).running[fold] = 0.0
        self._draw(model, f"fold {fold + 1}")

    def epoch_ended(self, model: str, fold: int, epoch: int, epochs: int, loss: float) -> None:
        self._bar(model).running[fold] = epoch / epochs
        self._draw(model, f"fold {fold + 1} epoch {epoch}/{epochs}")

    def fold_ended(
        self, model: str, fold: int, folds: int, score: float, seconds: float, cached: bool
    ) -> None:
        bar = self._bar(model)
        bar.running.pop(fold, None)
        bar.scores.append(score)
        mean = sum(bar.scores) / len(bar.scores)
        self.bars.update(bar.task, total=folds, score=f"{mean:.5f}")
        self._draw(model, f"{len(bar.scores)}/{folds} folds")

    def blend_started(self, name: str, models: int) -> None:
        task = self._bar(f"{models} models").task
        self.bars.update(task, where=f"blend: {name}")

    def _bar(self, model: str) -> ModelBar:
        if model not in self.models:
            self.models[model] = ModelBar(self.bars.add_task(model, total=None, where="", score=""))
        return self.models[model]

    def _draw(self, model: str, where: str) -> None:
        bar = self.models[model]
        completed = len(bar.scores) + sum(bar.running.values())
        self.bars.update(bar.task, completed=completed, where=where)


def make_progress(console: Console) -> PlainProgress | LiveProgress:
    """Return bars for a terminal, lines for a log."""
    return LiveProgress(console) if console.is_terminal else PlainProgress(console)


def print_leaderboard(console: Console, leaderboard: Leaderboard) -> None:
    """Print the table of entries, their notes, and what the columns mean.

    A narrow terminal gets fewer columns.
    """
    toy = " [toy data: no guide to the real scores]" if leaderboard.is_toy else ""
    title = f"{leaderboard.competition}: {leaderboard.metric} on {leaderboard.rows:,} rows{toy}"
    entries = leaderboard.entries
    metrics = _metric_columns(entries)
    outside = _outside_columns(entries)
    shown = {**COLUMNS, **metrics, **outside}
    columns = {head: [cell(entry) for entry in entries] for head, cell in shown.items()}
    styles = ["bold" if entry.submitted else STYLES.get(entry.kind) for entry in entries]
    print_columns(console, columns, ["predict s", "fold std", *reversed(metrics), *outside], title, styles)
    for entry in entries:
        if entry.note:
            console.print(escape(f"{entry.name}: {entry.note}"), soft_wrap=True)
    console.print(LEGEND)


def print_findings(console: Console, findings: Sequence[Finding]) -> None:
    """Print the findings of an audit with their examples, and count them."""
    for finding in findings:
        mark = "[bold red]alarm[/]" if finding.is_alarm else "note "
        console.print(f"{mark}  {finding.kind:<10}  {escape(finding.summary)}", soft_wrap=True)
        for example in finding.examples:
            console.print(f"{'':19}{escape(example)}", style="dim", soft_wrap=True)
    alarms = sum(finding.is_alarm for finding in findings)
    console.print(f"alarms: {alarms}, notes: {len(findings) - alarms}")


def print_importance(console: Console, importance: pd.DataFrame, metric: str) -> None:
    """Print by how much the score is worse with each column permuted; a * marks what noise cannot explain."""
    losses = importance["importance"].tolist()
    errors = importance["standard_error"].tolist()
    pairs = list(zip(losses, errors, strict=True))
    columns = {
        "column": [short(name) for name in importance["column"]],
        f"{metric} worse ± s.e.": [with_error(loss, error, places=5) for loss, error in pairs],
        "": ["*" if loss > Z_95 * error else "" for loss, error in pairs],
    }
    print_columns(console, columns, spare=[])


def print_columns(
    console: Console,
    columns: Mapping[str, Sequence[str]],
    spare: Sequence[str],
    title: str = "",
    styles: Sequence[str | None] = (),
) -> None:
    """Print a table whose first column holds text, the others numbers.

    The `spare` columns are left out, in their order, until the table fits the console.
    """
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
    """Return the columns without as many of the `spare` ones as it takes to fit the width."""
    widths = {head: max(map(len, [head, *cells])) + 1 for head, cells in columns.items()}
    for head in spare:
        if sum(widths.values()) > width:
            widths.pop(head, None)
    return {head: columns[head] for head in widths}


def _number(value: float | None, places: int) -> str:
    return "" if value is None else f"{value:.{places}f}"


def _score(entry: Entry) -> str:
    if entry.score is None or entry.standard_error is None:
        return _number(entry.score, entry.places)
    return with_error(entry.score, entry.standard_error, entry.places)


def _gap_to_best(entry: Entry) -> str:
    return ("= " if entry.tied else "") + _number(entry.behind, entry.places)


def _estimate(entry: Entry) -> str:
    return entry.kind if entry.kind == "warning" else entry.estimate or entry.kind


def _metric_columns(entries: Sequence[Entry]) -> Columns:
    """Return a column for each further metric, in the order in which they are declared."""
    metrics = dict.fromkeys(metric for entry in entries for metric in entry.extra_metrics)
    return {f"{metric} ± s.e.": _metric_column(metric) for metric in metrics}


def _metric_column(metric: str) -> Callable[[Entry], str]:
    def cell(entry: Entry) -> str:
        if metric not in entry.extra_metrics:
            return ""
        value, error = entry.extra_metrics[metric]
        return with_error(value, error, places=0 if abs(value) >= LARGE_VALUE else 5)

    return cell


def _outside_columns(entries: Sequence[Entry]) -> Columns:
    """Return the columns of published scores and of Kaggle's, where there are any."""
    columns: Columns = {}
    if any(entry.published is not None for entry in entries):
        columns["published"] = lambda e: _number(e.published, 4)
    if any(entry.public is not None for entry in entries):
        columns["public"] = lambda e: _number(e.public, 5)
        columns["private"] = lambda e: _number(e.private, 5)
        columns["top %"] = lambda e: _number(e.percentile, 1)
    return columns


COLUMNS: Columns = {
    "entry": lambda e: f"{'>' if e.submitted else ' '} {e.name}",
    "score ± s.e.": _score,
    "fold std": lambda e: _number(e.fold_spread, e.places),
    "Δ to best": _gap_to_best,
    "p": lambda e: _number(e.p_value, 3),
    "validation": _estimate,
    "fit s": lambda e: _number(e.fit_seconds, 0),
    "predict s": lambda e: _number(e.predict_seconds, 0),
}
STYLES = {"reference": "dim", "warning": "yellow"}
LEGEND = """\
> goes into the submission. s.e.: bootstrap over rows. fold std: standard deviation over the folds.
Δ to best: gap to the best entry, p: its paired bootstrap test, = where noise may explain it (p >= .05).
cv: cross-validated. nested: a blend, its weights from the other folds."""
