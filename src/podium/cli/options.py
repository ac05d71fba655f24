"""What several verbs are asked with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from podium.competition.registry import find_root

Name = Annotated[str, typer.Argument(metavar="COMPETITION", help="A folder under competitions/.")]
Root = Annotated[Path | None, typer.Option(help="The folder that holds competitions/; else found upward.")]
Data = Annotated[
    Path | None,
    typer.Option(help="A folder with <slug>.zip or <slug>/; else PODIUM_DATA, else toy data."),
]
Models = Annotated[str, typer.Option(help="Comma-separated names; else the whole roster.")]
Skip = Annotated[bool, typer.Option("--skip-bad-images", help="Leave out images that cannot be decoded.")]
Warm = Annotated[bool, typer.Option("--warm-start", help="Fine-tune from the last checkpoint.")]


def root_of(given: Path | None) -> Path:
    return find_root(given.resolve() if given else Path.cwd())
