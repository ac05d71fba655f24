"""Verbs that ask the trained entry."""

from __future__ import annotations

from json import dumps
from pathlib import Path
from typing import Annotated

import typer

from podium.cli.options import Data, Name, Root, Skip, root_of
from podium.competition.registry import get_competition

app = typer.Typer()


@app.command()
def predict(
    name: Name,
    files: Annotated[list[str] | None, typer.Argument(metavar="[FILE]...", help="Images.")] = None,
    texts: Annotated[
        list[str] | None, typer.Option("--text", help="A text, or the next file's; may be given again.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, else CSV.")] = False,
    all_folds: Annotated[
        bool, typer.Option("--all-folds", help="Ask the models of all folds, as the submission did.")
    ] = False,
    data: Data = None,
    skip_bad_images: Skip = False,
    root: Root = None,
) -> None:
    """Ask the trained entry what it says of images or texts of your own: CSV or JSON, for scripts."""
    base = root_of(root)
    competition = get_competition(base, name)

    from podium.pipeline.predict import QUICK, pair
    from podium.pipeline.predict import predict as ask
    from podium.pipeline.train import prepared

    questions = pair(files or [], texts or [])
    with prepared(competition, base, data, skip_bad_images) as setting:
        answer = ask(setting, questions, folds=None if all_folds else QUICK)
    entry, metric = answer.entry, setting.metric.name
    toy = ", trained on toy data" if setting.is_toy else ""
    typer.echo(f"{entry.name}: {metric} {entry.score:.5f} ± {entry.standard_error:.5f}{toy}", err=True)
    if not as_json:
        typer.echo(answer.table.to_csv(index=False), nl=False)
        return
    facts = {"competition": name, "toy": setting.is_toy, "entry": entry.name, "metric": metric}
    facts |= {"score": entry.score, "standard_error": entry.standard_error}
    facts |= {"answers": answer.table.to_dict("records")}
    typer.echo(dumps(facts, indent=1, ensure_ascii=False))


@app.command()
def demo(
    name: Name,
    data: Data = None,
    port: Annotated[int | None, typer.Option(help="Of 127.0.0.1; else the first free one.")] = None,
    root: Root = None,
) -> None:
    """Try the trained entry on a page of this machine."""
    import tempfile

    base = root_of(root)
    competition = get_competition(base, name)

    from podium.demo.answerer import Answerer
    from podium.demo.browser import serve
    from podium.pipeline.train import prepared

    with tempfile.TemporaryDirectory(prefix="podium-demo-") as temporary:
        with prepared(competition, base, data) as setting:
            answerer = Answerer(setting, Path(temporary))
        typer.echo(f"{answerer.entry.name}: warming up")
        answerer.warm_up()
        serve(answerer, port, Path(temporary), typer.echo)
