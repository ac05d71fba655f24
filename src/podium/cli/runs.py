"""Verbs that train, and that show what a run made."""

from __future__ import annotations

from json import dumps
from pathlib import Path
from typing import Annotated

import typer

from podium.cli.kaggle import fetch_files
from podium.cli.options import Data, Models, Name, Root, Skip, Warm, root_of
from podium.competition.declaration import Competition
from podium.competition.registry import get_competition
from podium.errors import DataError, StoreError

app = typer.Typer()


@app.command()
def train(
    name: Name,
    data: Data = None,
    models: Models = "",
    warm_start: Warm = False,
    skip_bad_images: Skip = False,
    root: Root = None,
) -> None:
    """Cross-validate the models, blend them, and show the leaderboard."""
    _run(name, data, models, warm_start, skip_bad_images, root, write=False)


@app.command()
def submit(
    name: Name,
    data: Data = None,
    models: Models = "",
    warm_start: Warm = False,
    skip_bad_images: Skip = False,
    root: Root = None,
) -> None:
    """Train, then write the best entry's checked submission. Nothing is sent anywhere."""
    _run(name, data, models, warm_start, skip_bad_images, root, write=True)


def _run(
    name: str,
    data: Path | None,
    models: str,
    warm_start: bool,
    skip_bad_images: bool,
    root: Path | None,
    write: bool,
) -> None:
    base = root_of(root)
    competition = get_competition(base, name)
    names = [part.strip() for part in models.split(",") if part.strip()]

    from podium.cli.terminal import make_console, make_progress, print_leaderboard
    from podium.competition.sources import find_source
    from podium.kaggle.credentials import has_credentials
    from podium.pipeline.remarks import remarks
    from podium.pipeline.session import open_session
    from podium.pipeline.submit import require_test_rows
    from podium.pipeline.submit import submit as write_submission
    from podium.pipeline.train import select_models
    from podium.pipeline.train import train as train_models
    from podium.report.kaggle_scores import with_kaggle_scores
    from podium.report.results import results_of
    from podium.report.run import write_page

    select_models(competition, names)
    if write and data is None and has_credentials() and find_source(competition, base, None).is_toy:
        fetch_files(competition, base)
    console = make_console()
    with open_session(competition, base, data, skip_bad_images) as session:
        if write:
            require_test_rows(session)
        for line in remarks(session):
            typer.echo(line)
        with make_progress(console) as progress:
            outcome = train_models(session, names, progress, warm_start)
        path = write_submission(session, outcome) if write else None
        leaderboard = with_kaggle_scores(outcome.leaderboard, competition, base)
        print_leaderboard(console, leaderboard)
        if path:
            typer.echo(f"{'toy ' if session.is_toy else ''}submission: {path}")
        typer.echo(f"page: {write_page(session, results_of(session, outcome, leaderboard))}")
        if session.is_toy:
            typer.echo(f"next: podium submit {name} --data FOLDER (where {competition.slug}.zip lies)")
        elif path and not competition.is_variant:
            typer.echo(f"next: podium upload {name}")
    if outcome.failures:
        typer.echo(f"failed: {', '.join(outcome.failures)}; the others are complete", err=True)
        raise typer.Exit(1)


@app.command()
def report(
    name: Annotated[str | None, typer.Argument(metavar="[COMPETITION]")] = None,
    data: Data = None,
    json: Annotated[bool, typer.Option("--json", help="Print the numbers as JSON, and no more.")] = False,
    skip_bad_images: Skip = False,
    root: Root = None,
) -> None:
    """Show the last run's leaderboard and draw its page, or compare all competitions."""
    base = root_of(root)
    if name is None:
        _overview(base, json)
    else:
        _report(get_competition(base, name), base, data, json, skip_bad_images)


def _report(competition: Competition, base: Path, data: Path | None, json: bool, skip: bool) -> None:
    from podium.cli.terminal import make_console, print_leaderboard
    from podium.pipeline.leaderboard import read_leaderboard
    from podium.pipeline.session import open_session, stores
    from podium.report.kaggle_scores import with_kaggle_scores

    leaderboard, path = read_leaderboard(competition, *stores(competition, base))
    leaderboard = with_kaggle_scores(leaderboard, competition, base)
    if json:
        typer.echo(dumps(leaderboard.to_dict(), indent=1, ensure_ascii=False))
        return
    print_leaderboard(make_console(), leaderboard)
    typer.echo(f"as a table: {path}")

    from podium.report.results import read_results
    from podium.report.run import write_page

    try:
        with open_session(competition, base, data, skip) as session:
            page = write_page(session, read_results(session, leaderboard))
        typer.echo(f"page: {page}")
    except (DataError, StoreError) as error:
        typer.echo(f"page: not drawn: {error}")


def _overview(base: Path, json: bool) -> None:
    from podium.cli.terminal import make_console, print_columns
    from podium.report.overview import SPARE_COLUMNS, make_overview, make_table, write_overview

    lines = make_overview(base)
    if json:
        typer.echo(dumps([line.to_dict() for line in lines], indent=1, ensure_ascii=False))
        return
    table = make_table(lines)
    columns = zip(*([cell.text for cell in row.cells] for row in table.rows), strict=True)
    print_columns(make_console(), dict(zip(table.heads, columns, strict=True)), spare=SPARE_COLUMNS)
    typer.echo(f"page: {write_overview(base, lines)}")
