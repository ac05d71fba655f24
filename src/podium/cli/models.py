"""Verbs that look after the trained models."""

from __future__ import annotations

from json import dumps
from typing import TYPE_CHECKING, Annotated

import typer

from podium.cli.options import Data, Name, Root, root_of
from podium.competition.registry import get_competition

if TYPE_CHECKING:
    from podium.pipeline.inventory import StoredModel

app = typer.Typer()


@app.command()
def models(name: Name, data: Data = None, root: Root = None) -> None:
    """List the roster with what is stored of each model: folds, score, seconds and parameters."""
    base = root_of(root)
    competition = get_competition(base, name)

    from podium.cli.terminal import make_console, print_columns
    from podium.pipeline.inventory import stored_models
    from podium.pipeline.session import open_session

    with open_session(competition, base, data) as session:
        found = stored_models(session)
        folds = len(session.folds)
        metric = session.metric.name
    columns = {
        "model": [one.name for one in found],
        "folds": [f"{one.folds}/{folds}" for one in found],
        metric: ["" if one.score is None else f"{one.score:.5f}" for one in found],
        "fit s": ["" if one.seconds is None else f"{one.seconds:.1f}" for one in found],
        "parameters": [_parameters(one) for one in found],
    }
    print_columns(make_console(), columns, spare=["parameters"])


def _parameters(one: StoredModel) -> str:
    return dumps(dict(one.params), default=str, ensure_ascii=False) if one.params else ""


@app.command()
def forget(
    name: Name,
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model's name on the leaderboard.")],
    root: Root = None,
) -> None:
    """Remove what is stored of a model. The next run leaves it off the board, or fits it anew."""
    from podium.pipeline.inventory import forget as remove
    from podium.pipeline.session import stores

    base = root_of(root)
    real, toy = stores(get_competition(base, name), base)
    store = real if (real.root / "models").is_dir() else toy
    with store.lock():
        count = remove(store, model)
    typer.echo(f"{model}: {count} stored removed; next: podium train {name}")


@app.command()
def clean(name: Name, root: Root = None) -> None:
    """Remove the models that neither the leaderboard nor a kept submission needs, and say what that frees."""
    from podium.pipeline.inventory import reclaim
    from podium.pipeline.session import stores

    base = root_of(root)
    freed = 0
    for store in stores(get_competition(base, name), base):
        with store.lock():
            freed += reclaim(store)
    typer.echo(f"{name}: {freed / 2**20:.1f} MB freed")
