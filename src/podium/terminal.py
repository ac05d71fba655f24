"""What a person sees while models are trained, and the table at the end."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from podium.leaderboard import Entry, Leaderboard

LOG_WIDTH = 150


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
    table = Table(title=title.replace("[", r"\["), title_justify="left", box=None, pad_edge=False)
    for name in ("entry", "kind"):
        table.add_column(name, no_wrap=True)
    for name in ("score", "± s.e.", "folds ±", "behind best", "p", "estimate", "fit s", "predict s"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("", overflow="fold")
    for entry in leaderboard.entries:
        table.add_row(*_cells(entry), style="dim" if entry.kind == "reference" else None)
    console.print(table)
    console.print(
        "s.e.: bootstrap over rows. behind best: paired on the same resamples; = marks what the "
        "noise cannot tell from the best (p >= .05). nested: blended with weights from the other folds."
    )


def _cells(entry: Entry) -> list[str]:
    notes = ["submitted"] if entry.submitted else []
    tie = "= " if entry.tied else ""
    return [
        entry.name,
        entry.kind,
        _number(entry.score, 5),
        _number(entry.standard_error, 5),
        _number(entry.fold_spread, 5),
        "" if entry.behind is None else f"{tie}{entry.behind:.5f} ± {entry.behind_error:.5f}",
        _number(entry.p_value, 3),
        entry.estimate,
        _number(entry.fit_seconds, 1),
        _number(entry.predict_seconds, 1),
        ", ".join([*notes, entry.note] if entry.note else notes),
    ]


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"
