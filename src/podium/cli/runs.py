"""Verbs that train, and that show what a run made."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from podium.cli.kaggle import fetch_files
from podium.cli.options import (
    DEFAULT_ENGINE,
    Address,
    Budget,
    Data,
    EngineName,
    Models,
    Name,
    Root,
    Skip,
    Warm,
    read_budget,
    root_of,
)
from podium.competition.declaration import Competition
from podium.competition.registry import get_competition
from podium.errors import DataError, StoreError

if TYPE_CHECKING:  # --help and list must not wait for what trains
    from rich.console import Console

    from podium.pipeline.session import Session
    from podium.pipeline.train import Outcome

INTERRUPTED = 130  # exit status of a program that Ctrl-C ends: 128 and the number of the signal

app = typer.Typer()


@dataclass(frozen=True)
class Asked:
    """What a run was asked for: its verb's options."""

    data: Path | None = None
    models: str = ""
    budget: str = ""
    engine: str = DEFAULT_ENGINE
    address: str = ""
    warm_start: bool = False
    skip_bad_images: bool = False

    @property
    def names(self) -> list[str]:
        """Return the names of the models."""
        return [part.strip() for part in self.models.split(",") if part.strip()]


@app.command()
def train(
    name: Name,
    data: Data = None,
    models: Models = "",
    budget: Budget = "",
    engine: EngineName = DEFAULT_ENGINE,
    address: Address = "",
    warm_start: Warm = False,
    skip_bad_images: Skip = False,
    root: Root = None,
) -> None:
    """Cross-validate the models, blend them, and show the leaderboard."""
    run(name, root, Asked(data, models, budget, engine, address, warm_start, skip_bad_images), write=False)


@app.command()
def submit(
    name: Name,
    data: Data = None,
    models: Models = "",
    budget: Budget = "",
    engine: EngineName = DEFAULT_ENGINE,
    address: Address = "",
    warm_start: Warm = False,
    skip_bad_images: Skip = False,
    root: Root = None,
) -> None:
    """Train, then write the best entry's checked submission. Nothing is sent anywhere."""
    run(name, root, Asked(data, models, budget, engine, address, warm_start, skip_bad_images), write=True)


def run(name: str, root: Path | None, asked: Asked, write: bool) -> None:
    """Train, show the leaderboard, draw its page and, with `write`, write the submission."""
    started = time.monotonic()
    base = root_of(root)
    competition = get_competition(base, name)
    budget = read_budget(asked.budget)

    from podium.cli.terminal import make_console, make_progress
    from podium.pipeline.engines import engine_maker, require_engine
    from podium.pipeline.remarks import remarks
    from podium.pipeline.session import open_session
    from podium.pipeline.submit import require_test_rows
    from podium.pipeline.train import select_models
    from podium.pipeline.train import train as train_models

    require_engine(asked.engine, asked.address)
    select_models(competition, asked.names)
    if write and asked.data is None:
        _fetch_if_possible(competition, base)
    console = make_console()
    with open_session(competition, base, asked.data, asked.skip_bad_images) as session:
        engines = engine_maker(asked.engine, session, asked.address)
        until = _end_of_fits(session, asked, started, budget)
        if write:
            require_test_rows(session)
        for line in remarks(session):
            typer.echo(line)
        with interruptible(name), make_progress(console) as progress:
            outcome = train_models(session, asked.names, progress, asked.warm_start, engines, until)
        _finish(console, session, outcome, write)
    if outcome.unfinished:
        typer.echo(f"the time did not suffice for: {', '.join(outcome.unfinished)}; run again to go on")
    if outcome.failures:
        typer.echo(f"failed: {', '.join(outcome.failures)}; the others are complete", err=True)
        raise typer.Exit(1)


def _end_of_fits(session: Session, asked: Asked, started: float, budget: float | None) -> float | None:
    """Return when the fits of a run with a budget must end (of `time.monotonic`); None without one."""
    from podium.pipeline.schedule import deadline
    from podium.pipeline.train import select_models

    if budget is None:
        return None
    models = select_models(session.competition, asked.names, session.is_toy)
    return deadline(started, budget, len(session.dataset.y), len(models))


@contextmanager
def interruptible(name: str) -> Iterator[None]:
    """Say on Ctrl-C what is kept and how to go on. A second one ends the process at once."""
    try:
        yield
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        typer.echo(
            f"podium: stopped; every finished fold is kept, and the same command goes on from there "
            f"(podium models {name} lists them)",
            err=True,
        )
        raise typer.Exit(INTERRUPTED) from None


def _fetch_if_possible(competition: Competition, base: Path) -> None:
    """Download the data where there is only toy data and Kaggle can be asked."""
    from podium.competition.sources import find_source
    from podium.kaggle.credentials import has_credentials

    if has_credentials() and find_source(competition, base, None).is_toy:
        fetch_files(competition, base)


def _finish(console: Console, session: Session, outcome: Outcome, write: bool) -> None:
    """Write the submission, if asked to, and the page; print the leaderboard and what to do next."""
    from podium.cli.terminal import print_leaderboard
    from podium.pipeline.submit import submit as write_submission
    from podium.report.kaggle_scores import with_kaggle_scores
    from podium.report.results import results_of
    from podium.report.run import page_of_run

    competition = session.competition
    path = write_submission(session, outcome) if write else None
    leaderboard = with_kaggle_scores(outcome.leaderboard, competition, session.root)
    print_leaderboard(console, leaderboard)
    if path:
        typer.echo(f"{'toy ' if session.is_toy else ''}submission: {path}")
    typer.echo(f"page: {page_of_run(session, results_of(session, outcome, leaderboard))}")
    if session.is_toy:
        typer.echo(
            f"next: podium submit {competition.name} --data FOLDER (where {competition.slug}.zip lies)"
        )
    elif path and not competition.is_variant:
        typer.echo(f"next: podium upload {competition.name}")


@app.command()
def report(
    name: Annotated[
        str | None, typer.Argument(metavar="[COMPETITION]", help="A folder under competitions/; else all.")
    ] = None,
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the numbers as JSON; draw no page.")] = False,
    skip_bad_images: Skip = False,
    root: Root = None,
) -> None:
    """Show the last run's leaderboard and draw its page, or compare all competitions."""
    base = root_of(root)
    if name is None:
        _report_all(base, as_json)
    else:
        _report_one(get_competition(base, name), base, data, as_json, skip_bad_images)


def _report_one(
    competition: Competition, base: Path, data: Path | None, as_json: bool, skip_bad_images: bool
) -> None:
    """Show the last run's leaderboard, and draw its page where the data are still there."""
    from podium.cli.terminal import make_console, print_leaderboard
    from podium.pipeline.leaderboard import read_leaderboard
    from podium.pipeline.session import open_session, stores
    from podium.report.kaggle_scores import with_kaggle_scores

    leaderboard, path = read_leaderboard(competition, *stores(competition, base))
    leaderboard = with_kaggle_scores(leaderboard, competition, base)
    if as_json:
        typer.echo(dumps(leaderboard.to_dict(), indent=1, ensure_ascii=False))
        return
    print_leaderboard(make_console(), leaderboard)
    typer.echo(f"as a table: {path}")

    from podium.report.results import read_results
    from podium.report.run import write_page

    try:
        with open_session(competition, base, data, skip_bad_images) as session:
            page = write_page(session, read_results(session, leaderboard))
        typer.echo(f"page: {page}")
    except (DataError, StoreError) as error:
        typer.echo(f"page: not drawn: {error}")


@app.command()
def explain(name: Name, data: Data = None, skip_bad_images: Skip = False, root: Root = None) -> None:
    """Measure which columns the trained entry's predictions depend on, and how, and draw the page again."""
    base = root_of(root)
    competition = get_competition(base, name)

    from podium.cli.terminal import make_console, print_importance
    from podium.pipeline.explanation import DEPENDENCE, IMPORTANCE, write_explanation
    from podium.pipeline.explanation import explain as measure
    from podium.pipeline.leaderboard import read_leaderboard
    from podium.pipeline.session import open_session
    from podium.report.explanation import sampled
    from podium.report.kaggle_scores import with_kaggle_scores
    from podium.report.results import read_results
    from podium.report.run import write_page

    with open_session(competition, base, data, skip_bad_images) as session:
        found = measure(session)
        write_explanation(session.store, found)
        leaderboard, _ = read_leaderboard(competition, session.store)
        board = with_kaggle_scores(leaderboard, competition, base)
        page = write_page(session, read_results(session, board))
    print_importance(make_console(), found.importance, session.metric.name)
    typer.echo(sampled(found))
    for file in (IMPORTANCE, DEPENDENCE):
        typer.echo(f"as a table: {session.store.root / file}")
    typer.echo(f"page: {page}")


def _report_all(base: Path, as_json: bool) -> None:
    """Show all competitions side by side, and draw their page."""
    from podium.cli.terminal import make_console, print_columns
    from podium.report.overview import SPARE_COLUMNS, make_overview, make_table, write_overview

    lines = make_overview(base)
    if as_json:
        typer.echo(dumps([line.to_dict() for line in lines], indent=1, ensure_ascii=False))
        return
    table = make_table(lines)
    cells = ([cell.text for cell in row.cells] for row in table.rows)
    columns = dict(zip(table.heads, zip(*cells, strict=True), strict=True))
    print_columns(make_console(), columns, spare=SPARE_COLUMNS)
    typer.echo(f"page: {write_overview(base, lines)}")
