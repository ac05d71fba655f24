"""Verbs that talk to Kaggle."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from podium.cli.options import Data, Name, Root, root_of
from podium.competition.declaration import Competition
from podium.competition.registry import get_competition

app = typer.Typer()


@app.command()
def fetch(
    name: Name,
    again: Annotated[bool, typer.Option("--again", help="Even if the files are here.")] = False,
    root: Root = None,
) -> None:
    """Download the competition's files from Kaggle."""
    base = root_of(root)
    fetch_files(get_competition(base, name), base, again)


@app.command()
def upload(
    name: Name,
    csv: Annotated[Path | None, typer.Argument(help="The file; else the last run's submission.")] = None,
    message: Annotated[str, typer.Option("--message", "-m", help="Else made from the manifest.")] = "",
    data: Data = None,
    force: Annotated[bool, typer.Option("--force", help="Upload even if trained on different data.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, send nothing.")] = False,
    root: Root = None,
) -> None:
    """Send a submission to Kaggle, once, and wait for its score."""
    from podium.kaggle.client import Client
    from podium.kaggle.preflight import UploadOptions
    from podium.kaggle.upload import upload as send

    base = root_of(root)
    competition = get_competition(base, name)
    warn_of_credentials()
    with Client() as client:
        options = UploadOptions(csv, message, data, force, dry_run)
        sent = send(competition, base, client, typer.echo, options)
    if sent is not None and sent.facts.get("public") is not None:
        private, rank = sent.facts.get("private"), sent.facts.get("rank")
        more = f", private score {private}" if private is not None else ""
        more += f", rank {rank}" if rank else ""
        typer.echo(f"public score {sent.facts['public']}{more}")


@app.command()
def scores(name: Name, root: Root = None) -> None:
    """Show all our submissions as Kaggle has them now."""
    _standings(name, root, with_board=False)


@app.command()
def leaderboard(name: Name, root: Root = None) -> None:
    """Show where our best submission stands on Kaggle's public leaderboard."""
    _standings(name, root, with_board=True)


def _standings(name: str, root: Path | None, with_board: bool) -> None:
    from podium.kaggle import public_leaderboard as standing
    from podium.kaggle.client import Client

    base = root_of(root)
    competition = get_competition(base, name)
    warn_of_credentials()
    with Client() as client:
        sent = standing.refresh(competition, base, client)
        for line in standing.history(sent):
            typer.echo(line)
        typer.echo(standing.agreement(sent))
        if with_board:
            place = standing.find_standing(competition, base, client, sent, _greater_is_better(competition))
            for line in standing.describe(place) if place else ["no submission has a public score yet"]:
                typer.echo(line)


def _greater_is_better(competition: Competition) -> bool:
    from podium.metrics import get_metric

    return get_metric(competition.metric).greater_is_better


def fetch_files(competition: Competition, base: Path, again: bool = False) -> None:
    from podium.kaggle.client import Client
    from podium.kaggle.download import fetch as bring

    warn_of_credentials()
    with Client() as client:
        typer.echo(f"data: {bring(competition, base, client, typer.echo, again)}")


def warn_of_credentials() -> None:
    from podium.kaggle.credentials import warnings

    for line in warnings():
        typer.echo(f"podium: warning: {line}", err=True)
