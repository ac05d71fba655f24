"""The verb that finds better parameters of a model."""

from __future__ import annotations

import time
from collections import Counter
from json import dumps
from typing import TYPE_CHECKING, Annotated

import typer

from podium.cli.options import (
    DEFAULT_ENGINE,
    Address,
    Budget,
    Data,
    EngineName,
    Name,
    Root,
    Skip,
    read_budget,
    root_of,
)
from podium.cli.runs import interruptible
from podium.competition.registry import get_competition
from podium.competition.tuned import tuned_name, tuned_path
from podium.formatting import places_of, with_error
from podium.pipeline.progress import SilentProgress

if TYPE_CHECKING:
    from podium.pipeline.session import Session
    from podium.pipeline.trials import Trial
    from podium.pipeline.tune import Tuning

app = typer.Typer()


class TrialLines(SilentProgress):
    """Prints one line for each trial, which has so many `folds`."""

    def __init__(self, folds: int):
        self.folds = folds

    def trial_ended(self, trial: Trial, best: Trial) -> None:
        typer.echo(f"trial {trial.number}: {_told(trial, best, self.folds)} {dumps(trial.params)}")


def _told(trial: Trial, best: Trial, folds: int) -> str:
    """Return what a trial gave."""
    from podium.pipeline.trials import FAILED, STOPPED

    if trial.state == FAILED or trial.score is None:
        return f"failed: {trial.reason}"
    score = f"{trial.score:.{places_of(trial.score)}f}"
    if trial.state == STOPPED:
        return f"{score} on {trial.folds} of {folds} folds, stopped: behind trial {best.number}"
    return f"{score}, the best so far" if trial is best else score


@app.command()
def tune(
    name: Name,
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A model, of the roster or another.")],
    trials: Annotated[
        int, typer.Option(min=2, help="How many parameters to try in all, the roster's among them.")
    ] = 30,
    data: Data = None,
    budget: Budget = "",
    engine: EngineName = DEFAULT_ENGINE,
    address: Address = "",
    skip_bad_images: Skip = False,
    root: Root = None,
) -> None:
    """Find better parameters of a model, say what they gain, and put them on the roster as MODEL@tuned."""
    started = time.monotonic()
    base = root_of(root)
    competition = get_competition(base, name)
    seconds = read_budget(budget)

    from podium.pipeline.engines import engine_maker, require_engine
    from podium.pipeline.schedule import deadline
    from podium.pipeline.session import open_session
    from podium.pipeline.tune import require_tunable
    from podium.pipeline.tune import tune as search

    require_engine(engine, address)
    require_tunable(base, competition, model)
    with open_session(competition, base, data, skip_bad_images) as session:
        until = None if seconds is None else deadline(started, seconds, len(session.dataset.y), models=3)
        engines = engine_maker(engine, session, address)
        with interruptible(name):
            found = search(session, model, trials, TrialLines(len(session.folds)), engines, until)
        _print(session, found)
    if len(found.trials) < trials:
        typer.echo("the time did not suffice for all trials; run again to go on")


def _print(session: Session, found: Tuning) -> None:
    """Print the trials' number, the best parameters, the scores, and what became of them."""
    from podium.pipeline.tune import BEST, NESTED, ROSTER

    states = Counter(trial.state for trial in found.trials)
    counts = ", ".join(f"{count} {state}" for state, count in states.items())
    metric = session.metric.name
    toy = " [toy data: no guide to the real scores]" if session.is_toy else ""
    typer.echo(f"{session.competition.name}: {metric} of {found.model}{toy}")
    typer.echo(f"trials  {len(found.trials)}: {counts}")
    typer.echo(f"best    trial {found.best.number}: {dumps(dict(found.best.params))}")
    notes = {
        ROSTER: "the roster's parameters",
        BEST: "the best trial: flattered, its rows chose it",
        NESTED: "each fold by the trial that is best on the others",
    }
    for kind, note in notes.items():
        score, error = found.scores[kind]
        typer.echo(f"{kind:<7} {with_error(score, error, places_of(score))}  {note}")
    typer.echo(f"gain    {_gain(found)}")
    typer.echo(_what_next(session, found))


def _gain(found: Tuning) -> str:
    gain = found.gain
    places = places_of(next(iter(found.scores.values()))[0])
    shown = f"{with_error(gain.difference, gain.standard_error, places)}  nested over roster, paired"
    return f"{shown}; noise may explain it" if gain.is_tie else shown


def _what_next(session: Session, found: Tuning) -> str:
    """Return what became of the best parameters, and what to do next."""
    name = session.competition.name
    if not found.is_better:
        return f"nothing gained: {tuned_name(found.model)} is not on the roster"
    if session.is_toy:
        return f"toy data: nothing is written; next: podium tune {name} {found.model} --data FOLDER"
    path = tuned_path(session.root, session.competition)
    return f"{tuned_name(found.model)} is on the roster by {path}; next: podium submit {name}"
