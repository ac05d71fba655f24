"""Find better parameters of a model, and say honestly what they gain.

The best of many trials looks better than it is. So the gain is nested: for each fold the trial that is best
on the other folds is scored on that one, against the roster's parameters on the same rows.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from podium.competition.declaration import Competition
from podium.competition.tuned import Tuned, read_tuned, tuned_name, tuned_path, write_tuned
from podium.errors import CompetitionError, ModelError
from podium.formatting import places_of, with_error
from podium.metrics import get_metric
from podium.models.search_space import search_space
from podium.pipeline.crossval import CrossValidation, EngineMaker
from podium.pipeline.engine import Engine, SerialEngine
from podium.pipeline.fit import Job
from podium.pipeline.progress import Progress
from podium.pipeline.schedule import Schedule
from podium.pipeline.search import Search, TuningProgress
from podium.pipeline.session import Session
from podium.pipeline.significance import Bootstrap, Comparison, Resamples
from podium.pipeline.stored import describe_job, job_folder
from podium.pipeline.train import select_models
from podium.pipeline.trials import Trial
from podium.storage.atomic import whole_folder

ROSTER = "roster"
BEST = "best"
NESTED = "nested"


@dataclass(frozen=True)
class Tuning:
    """What a search found: its trials, the best one, and the score with its standard error of the roster's
    parameters, of the best trial (flattered: the rows chose it) and of the nested estimate, by the names
    above. `gain` is the nested estimate over the roster's parameters, paired."""

    model: str
    trials: tuple[Trial, ...]
    best: Trial
    scores: Mapping[str, tuple[float, float]]
    gain: Comparison

    @property
    def is_better(self) -> bool:
        """Return whether other parameters than the roster's are best, and gain something."""
        return self.best.number > 0 and self.gain.difference > 0


def require_tunable(root: Path, competition: Competition, model: str) -> None:
    """Raise ModelError for a model that is unknown, has no search space, or was made by tuning;
    CompetitionError where Optuna is not installed."""
    made = {tuned_name(name): name for name in read_tuned(tuned_path(root, competition))}
    if model in made:
        raise ModelError(f"model {model!r} must be one of the roster, got a tuned one; tune {made[model]!r}")
    params = select_models(competition, [model])[model]
    search_space(model, params, get_metric(competition.metric).tasks, select_models(competition, []))
    if find_spec("optuna") is None:
        raise CompetitionError("podium tune must have Optuna, found none; run: pip install 'podium[tune]'")


def tune(
    session: Session,
    model: str,
    most: int,
    progress: TuningProgress,
    engines: EngineMaker = SerialEngine,
    until: float | None = None,
) -> Tuning:
    """Search until there are `most` trials, those of earlier calls among them. Trial 0 has the roster's
    parameters.

    The best parameters are written into the competition's folder where they are better, and their fits go
    where the next run finds them. Nothing is written of toy data. No fit starts that would not end before
    `until` (of `time.monotonic`). Raises ModelError where the roster's own parameters cannot be fitted, or
    not in that time.
    """
    params = select_models(session.competition, [model], session.is_toy)[model]
    job = Job(model, params, session.competition.seed)
    space = search_space(model, params, [session.dataset.task.kind])
    with closing(engines(session.dataset, session.folds)) as engine:
        _fit_roster(session, job, engine, progress, until)
        search = Search.open(session, job, space, most, progress, Schedule(until, engine.cores))
        search.run(engine)
    found = _found(session, search)
    if not session.is_toy:
        _write(session, search, found)
    return found


def _fit_roster(session: Session, job: Job, engine: Engine, progress: Progress, until: float | None) -> None:
    """Fit what the store lacks of the roster's parameters."""
    schedule = Schedule(until, engine.cores)
    validation = CrossValidation(
        session.dataset, session.folds, session.metric, session.store, progress, schedule
    )
    validation.add(job)
    validation.run(engine)
    if job.model in validation.failures:
        raise ModelError(f"model {job.model!r} failed: {validation.failures[job.model]}")
    if job.model in validation.unfinished:
        raise ModelError(
            f"tuning must begin with the roster's parameters of {job.model!r}, got "
            f"{validation.unfinished[job.model]} in the time; give a larger --budget, or run again to go on"
        )


def _found(session: Session, search: Search) -> Tuning:
    """Return what a search found, its scores on the same resamples of rows."""
    trials = search.trials
    folds = range(len(session.folds))
    chosen = {
        ROSTER: [trials.known[0] for _ in folds],
        BEST: [trials.best for _ in folds],
        NESTED: [trials.best_without(fold) for fold in folds],
    }
    entries = [_out_of_fold(session, search, each) for each in chosen.values()]
    dataset = session.scored
    scores, draws = session.scorer.resampled(entries, Resamples(dataset.groups))
    resampled = Bootstrap(session.metric, scores, draws)
    pairs = zip(scores.tolist(), resampled.standard_errors.tolist(), strict=True)
    return Tuning(
        search.job.model,
        tuple(trials.known),
        trials.best,
        dict(zip(chosen, pairs, strict=True)),
        resampled.compare(list(chosen).index(ROSTER), best=list(chosen).index(NESTED)),
    )


def _out_of_fold(session: Session, search: Search, chosen: list[Trial]) -> np.ndarray:
    """Return predictions (s, c) of the scored rows, those of each fold by the trial chosen for it."""
    folds = session.folds
    oof = np.full((len(session.dataset.y), session.dataset.task.n_columns), np.nan)
    for number, trial in enumerate(chosen):
        oof[folds[number].valid] = search.predicted(trial, number)
    return oof[folds.scored]


def _write(session: Session, search: Search, found: Tuning) -> None:
    """Put the best parameters into the competition's folder, or take worse ones of an earlier call out, and
    their fits to where the next run looks for them."""
    path = tuned_path(session.root, session.competition)
    if not found.is_better:
        write_tuned(path, found.model, None)
        return
    score, error = found.scores[NESTED]
    nested = with_error(score, error, places_of(score))
    note = f"the best of {len(found.trials)} trials on these folds, so flattered; nested {nested}"
    write_tuned(path, found.model, Tuned(found.best.params, note))
    job = replace(
        search.job, model=tuned_name(found.model), params={**search.job.params, **found.best.params}
    )
    folder = job_folder(session.store, job.model, found.best.job_id)
    if folder.exists():
        return
    with whole_folder(folder) as unfinished:
        shutil.copytree(search.folder(found.best), unfinished, dirs_exist_ok=True)
        facts = describe_job(job, session.dataset, session.folds)
        session.store.write_json(unfinished / "job.json", facts)
