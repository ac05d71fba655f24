"""The verb that predicts with the trained entry."""

from __future__ import annotations

from json import dumps
from typing import Annotated

import typer

from podium.cli.options import Data, Name, Root, Skip, root_of
from podium.competition.registry import get_competition
from podium.formatting import with_error

app = typer.Typer()


@app.command()
def predict(
    name: Name,
    files: Annotated[
        list[str] | None, typer.Argument(metavar="[FILE]...", help="Images to predict for.")
    ] = None,
    texts: Annotated[
        list[str] | None,
        typer.Option("--text", help="A text to predict for, or the text of the next FILE; may be repeated."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, not CSV.")] = False,
    all_folds: Annotated[
        bool, typer.Option("--all-folds", help="Predict with the models of all folds, as the submission did.")
    ] = False,
    data: Data = None,
    skip_bad_images: Skip = False,
    root: Root = None,
) -> None:
    """Predict with the trained entry, for images or texts of your own: CSV or JSON, for scripts."""
    base = root_of(root)
    competition = get_competition(base, name)

    from podium.pipeline.predict import FIRST_FOLD, pair_questions
    from podium.pipeline.predict import predict as answer_questions
    from podium.pipeline.session import open_session

    questions = pair_questions(files or [], texts or [])
    with open_session(competition, base, data, skip_bad_images) as session:
        answer = answer_questions(session, questions, folds=None if all_folds else FIRST_FOLD)
    entry = answer.entry
    score = with_error(entry.score or 0, entry.standard_error or 0, places=5)
    toy = ", trained on toy data" if session.is_toy else ""
    typer.echo(f"{entry.name}: {session.metric.name} {score}{toy}", err=True)
    if not as_json:
        typer.echo(answer.table.to_csv(index=False), nl=False)
        return
    facts = {
        "competition": name,
        "toy": session.is_toy,
        "entry": entry.name,
        "metric": session.metric.name,
        "score": entry.score,
        "standard_error": entry.standard_error,
        "answers": answer.table.to_dict("records"),
    }
    typer.echo(dumps(facts, indent=1, ensure_ascii=False))
