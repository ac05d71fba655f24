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
    again: Annotated[
        bool, typer.Option("--again", help="Download the files even if they are here already.")
    ] = False,
    root: Root = None,
) -> None:
    """Download the competition's files from Kaggle."""
    base = root_of(root)
    fetch_files(get_competition(base, name), base, again)


@app.command()
def upload(
    name: Name,
    csv: Annotated[Path | None, typer.Argument(help="The file; else the last run's submission.")] = None,
    message: Annotated[
        str, typer.Option("--message", "-m", help="A description for Kaggle; else made from the manifest.")
    ] = "",
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
        record = send(competition, base, client, typer.echo, options)
    if record is None or record.facts.get("public") is None:
        return
    private = record.facts.get("private")
    rank = record.facts.get("rank")
    parts = [f"public score {record.facts['public']}"]
    if private is not None:
        parts.append(f"private score {private}")
    if rank:
        parts.append(f"rank {rank}")
    typer.echo(", ".join(parts))


@app.command()
def scores(name: Name, root: Root = None) -> None:
    """Show all our submissions with the scores that Kaggle gives them now."""
    _show_submissions(name, root, with_rank=False)


@app.command()
def leaderboard(name: Name, root: Root = None) -> None:
    """Show the rank of our best submission on Kaggle's public leaderboard."""
    _show_submissions(name, root, with_rank=True)


def _show_submissions(name: str, root: Path | None, with_rank: bool) -> None:
    from podium.kaggle import public_leaderboard as public
    from podium.kaggle.client import Client
    from podium.report.kaggle_scores import describe_standing

    base = root_of(root)
    competition = get_competition(base, name)
    warn_of_credentials()
    with Client() as client:
        records = public.refresh(competition, base, client)
        for line in (*public.history(records), public.agreement(records)):
            typer.echo(line)
        if with_rank:
            for line in describe_standing(competition, base, client, records):
                typer.echo(line)


def fetch_files(competition: Competition, base: Path, again: bool = False) -> None:
    """Download a competition's files. Those that are here already are downloaded only with `again`."""
    from podium.kaggle.client import Client
    from podium.kaggle.download import fetch as download

    warn_of_credentials()
    with Client() as client:
        path = download(competition, base, client, typer.echo, again)
    typer.echo(f"data: {path}")


def warn_of_credentials() -> None:
    """Print what is unsafe about the files that hold Kaggle's key."""
    from podium.kaggle.credentials import warnings

    for line in warnings():
        typer.echo(f"podium: warning: {line}", err=True)
