"""The arguments and options that several verbs have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from podium.competition.registry import find_root

Name = Annotated[
    str, typer.Argument(metavar="COMPETITION", help="A folder under competitions/, or NAME@VARIANT.")
]
Root = Annotated[
    Path | None, typer.Option(help="The folder that holds competitions/; else the nearest one upward.")
]
Data = Annotated[
    Path | None,
    typer.Option(
        help="A folder with <slug>.zip or <slug>/; else PODIUM_DATA, else competitions/<name>/data/, "
        "else toy data."
    ),
]
Models = Annotated[str, typer.Option(help="Comma-separated names; else the whole roster.")]
Metric = Annotated[str, typer.Option(help="The metric; else Kaggle is asked, or it is guessed.")]
Positive = Annotated[str, typer.Option(help="The positive one of two classes.")]
Skip = Annotated[bool, typer.Option("--skip-bad-images", help="Leave out images that cannot be decoded.")]
Warm = Annotated[bool, typer.Option("--warm-start", help="Fine-tune from the last checkpoint.")]


def root_of(given: Path | None) -> Path:
    """Return the folder that holds competitions/.

    Raises CompetitionError if there is none from the given or the current folder upward.
    """
    return find_root(given.resolve() if given else Path.cwd())
