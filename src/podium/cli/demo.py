"""The verb that opens the trained entry in a local web page."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from podium.cli.options import Data, Name, Root, root_of
from podium.competition.registry import get_competition

app = typer.Typer()


@app.command()
def demo(
    name: Name,
    data: Data = None,
    port: Annotated[int | None, typer.Option(help="A port of 127.0.0.1; else the first free one.")] = None,
    root: Root = None,
) -> None:
    """Try the trained entry in a local web page."""
    base = root_of(root)
    competition = get_competition(base, name)

    from podium.demo.answerer import Answerer
    from podium.demo.page import serve
    from podium.pipeline.session import open_session

    with tempfile.TemporaryDirectory(prefix="podium-demo-") as temporary:
        folder = Path(temporary)
        with open_session(competition, base, data) as session:
            answerer = Answerer(session, folder)
        typer.echo(f"{answerer.entry.name}: warming up")
        answerer.warm_up()
        serve(answerer, port, folder, typer.echo)
