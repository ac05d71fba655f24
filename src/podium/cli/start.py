"""The whole way in one verb: from a competition's name at Kaggle to a checked submission."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from podium.cli.data import check_all, declare
from podium.cli.options import (
    DEFAULT_ENGINE,
    Address,
    Budget,
    Data,
    EngineName,
    Metric,
    Models,
    Positive,
    Root,
    root_of,
)
from podium.cli.runs import Asked, run
from podium.competition.registry import get_competition, list_names
from podium.kaggle.address import slug_of

app = typer.Typer()


@app.command()
def start(
    competition: Annotated[str, typer.Argument(metavar="SLUG-OR-ADDRESS", help="The competition at Kaggle.")],
    data: Data = None,
    models: Models = "",
    budget: Budget = "",
    engine: EngineName = DEFAULT_ENGINE,
    address: Address = "",
    metric: Metric = "",
    positive: Positive = "",
    root: Root = None,
) -> None:
    """Go the whole way: fetch the files, make the folder where there is none, check it, train, and write the
    checked submission."""
    from podium.pipeline.engines import require_engine

    require_engine(engine, address)
    base = root_of(root)
    slug = slug_of(competition)
    name = _declared(base, slug)
    if name is None:
        name = slug
        declare(base, name, slug, data, metric, positive)
        check_all(base, [name])
    run(name, base, Asked(data, models, budget, engine, address), write=True)


def _declared(base: Path, slug: str) -> str | None:
    """Return the name of the competition that is declared for a slug; None where there is none."""
    return next((name for name in list_names(base) if get_competition(base, name).slug == slug), None)
