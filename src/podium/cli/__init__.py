"""The verbs. Each parses its words before anything that trains is imported."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

import podium
from podium.cli import data, demo, kaggle, predict, runs
from podium.errors import PodiumError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Turns a Kaggle competition folder into an honest leaderboard and a submission file.",
)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"podium {podium.__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    """Take the options that stand before a verb."""


for verbs in (data, runs, predict, demo, kaggle):
    app.add_typer(verbs.app)


def main() -> None:
    try:
        app()
    except PodiumError as error:
        typer.echo(f"podium: {error}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        typer.echo("podium: stopped; finished folds are kept, run again to go on", err=True)
        sys.exit(130)
