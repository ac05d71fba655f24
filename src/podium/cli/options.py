"""The arguments and options that several verbs have."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from podium.competition.registry import find_root
from podium.errors import CompetitionError

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
Budget = Annotated[
    str, typer.Option(help="The time that the run may take, such as 20m or 1h30m; else what it takes.")
]
EngineName = Annotated[
    str,
    typer.Option(
        "--engine",
        envvar="PODIUM_ENGINE",
        help="Where models are fitted: processes (side by side), serial (one by one, in this process), ray "
        "(a cluster).",
    ),
]
Address = Annotated[
    str, typer.Option(help="HOST:PORT of the Ray cluster to join; else one is started on this machine.")
]
Warm = Annotated[bool, typer.Option("--warm-start", help="Fine-tune from the last checkpoint.")]


DEFAULT_ENGINE = "processes"
UNITS = (3600, 60, 1)  # seconds of an hour, a minute, a second


def read_budget(text: str) -> float | None:
    """Return the seconds that a text such as 20m or 1h30m stands for; None for "".

    Raises CompetitionError for another text.
    """
    if not text:
        return None
    found = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", text.strip())
    seconds = (
        sum(int(n or 0) * unit for n, unit in zip(found.groups(), (3600, 60, 1), strict=True)) if found else 0
    )
    if not seconds:
        raise CompetitionError(
            f"--budget must be a time such as 90s, 20m or 1h30m, got {text!r}; give the unit as well"
        )
    return float(seconds)


def root_of(given: Path | None) -> Path:
    """Return the folder that holds competitions/.

    Raises CompetitionError if there is none from the given or the current folder upward.
    """
    return find_root(given.resolve() if given else Path.cwd())
