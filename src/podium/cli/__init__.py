"""The command line. A verb imports what trains only when it runs, so that --help and list are quick."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

import podium
from podium.cli import data, demo, kaggle, models, predict, runs, start, tune
from podium.errors import PodiumError

INPUT_ERROR = 2  # exit status

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Turn a Kaggle competition folder into an honest leaderboard and a submission file.",
)


def _print_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"podium {podium.__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    """Take the options that come before a verb."""


for verbs in (start, data, runs, tune, models, predict, demo, kaggle):
    app.add_typer(verbs.app)


def main() -> None:
    """Run the command line. A PodiumError is printed as one line; any other error is a bug of podium."""
    try:
        app()
    except PodiumError as error:
        typer.echo(f"podium: {error}", err=True)
        sys.exit(INPUT_ERROR)
