"""Cross-validate a competition's models, blend them, and rank them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

from podium.competition.declaration import Competition
from podium.errors import CompetitionError, ModelError
from podium.metrics import get_metric
from podium.models import registry
from podium.pipeline.blend import blend, blend_id, blend_names
from podium.pipeline.crossval import CrossValidation, EngineMaker
from podium.pipeline.engine import SerialEngine, reason_of
from podium.pipeline.error_analysis import write_worst_rows
from podium.pipeline.error_ranges import ranges_table
from podium.pipeline.extra_rows import describe_extra_rows
from podium.pipeline.fit import Job, ignores_weights
from podium.pipeline.leaderboard import (
    BASELINE,
    Leaderboard,
    contenders,
    make_leaderboard,
    write_leaderboard,
)
from podium.pipeline.predictions import Predictions, read_predictions, save_predictions
from podium.pipeline.progress import Progress
from podium.pipeline.schedule import Schedule
from podium.pipeline.session import Session
from podium.pipeline.stored import earlier_models, with_warm_start

RUN = "run.json"  # when each model of the last run was finished


@dataclass(frozen=True)
class Outcome:
    """What a run gave: the leaderboard, the entry that becomes the submission, all predictions, the reason of
    each model that failed, and what there is of each that the time did not suffice for."""

    leaderboard: Leaderboard
    chosen: Predictions
    predictions: tuple[Predictions, ...]
    failures: Mapping[str, str]
    unfinished: Mapping[str, str] = field(default_factory=dict)


def select_models(
    competition: Competition, names: Sequence[str], is_toy: bool = False
) -> dict[str, Mapping[str, Any]]:
    """Return the roster, or of it (and of all models) the named ones, with their parameters; always with the
    constant.

    Raises ModelError for a name that is neither in the roster nor a model for what the metric judges.
    """
    roster = competition.models(is_toy)
    kinds = get_metric(competition.metric).tasks
    for name in names:
        if name not in roster:
            registry.find(name, kinds)
    return {name: roster.get(name, {}) for name in dict.fromkeys([BASELINE, *(names or roster)])}


def train(
    session: Session,
    names: Sequence[str],
    progress: Progress,
    warm_start: bool = False,
    engines: EngineMaker = SerialEngine,
    until: float | None = None,
) -> Outcome:
    """Cross-validate the models, blend them with those that were trained before, and write the leaderboard.

    A model that raises gets a row with its reason, and the others go on. With `warm_start` networks continue
    from their newest weights in the store. No fit starts that would not end before `until` (of
    `time.monotonic`); models with only some of their folds get a row that says so. Raises CompetitionError if
    no model is left; the leaderboard stays as it was then.
    """
    selected = select_models(session.competition, names, session.is_toy)
    with closing(engines(session.dataset, session.folds)) as engine:
        validation = _validation(session, progress, Schedule(until, engine.cores))
        for name, params in selected.items():
            _add(validation, Job(name, params, session.competition.seed), warm_start)
        for result in engine.run(validation.schedule, progress):
            validation.keep(result)
    trained = validation.predictions()
    if not trained:
        raise CompetitionError(f"{session.competition.name!r}: every model failed: {validation.failures}")
    models = [*trained, *_earlier(session, selected)]
    models.sort(key=lambda model: session.competition.place(model.name))
    _write_run(session, validation)
    notes = _notes(session, models, validation.jobs, progress, engines)
    return _rank(session, models, validation, notes, progress)


def _validation(session: Session, progress: Progress, schedule: Schedule) -> CrossValidation:
    return CrossValidation(session.dataset, session.folds, session.metric, session.store, progress, schedule)


def _add(validation: CrossValidation, job: Job, warm_start: bool) -> None:
    """Schedule a job; one that cannot be made is a failure."""
    try:
        if warm_start:
            job = with_warm_start(job, validation.dataset, validation.folds, validation.store)
        validation.add(job, is_owed=job.model == BASELINE)
    except ModelError as error:
        validation.failures[job.model] = reason_of(error)


def _notes(
    session: Session,
    models: Sequence[Predictions],
    jobs: Mapping[str, Job],
    progress: Progress,
    engines: EngineMaker,
) -> dict[str, str]:
    """Return what is to be said of models beside their scores."""
    unweighted = {
        name: "cannot weigh rows: trained as if all weighed the same"
        for name, job in jobs.items()
        if ignores_weights(job, session.dataset)
    }
    found = describe_extra_rows(session, contenders(models) or models, progress, engines)
    kinds = (session.competition.notes, unweighted, found)
    names = dict.fromkeys(name for kind in kinds for name in kind)
    return {name: "; ".join(kind[name] for kind in kinds if name in kind) for name in names}


def _earlier(session: Session, without: Collection[str]) -> list[Predictions]:
    """Return what earlier runs left of other models on these rows and folds, of those that are still
    known."""
    found = earlier_models(session.store, session.dataset, session.folds, session.metric, without)
    return [p for p in found if registry.is_known(p.name, p.details["params"], session.dataset.task)]


def _rank(
    session: Session,
    trained: Sequence[Predictions],
    validation: CrossValidation,
    notes: Mapping[str, str],
    progress: Progress,
) -> Outcome:
    """Blend the trained models, and write the leaderboard and what is said of single rows and ranges."""
    predictions = (
        *trained,
        *_averages(session, trained, progress),
        *_blends(session, trained, progress),
    )
    leaderboard, chosen = make_leaderboard(
        session.competition.name,
        session.is_toy,
        session.metric,
        session.scored,
        predictions,
        session.competition.references,
        validation.failures,
        session.extra_metrics,
        notes,
        validation.unfinished,
    )
    write_leaderboard(session.store, leaderboard)
    write_worst_rows(session.store, session.scored, chosen, session.folds.scored)
    _write_ranges(session, predictions)
    return Outcome(leaderboard, chosen, predictions, validation.failures, validation.unfinished)


def _write_run(session: Session, validation: CrossValidation) -> None:
    """Write when each model was finished as run.json; a run that fitted nothing leaves that of the last
    one."""
    if validation.finished_after:
        finished = {name: round(seconds, 1) for name, seconds in validation.finished_after.items()}
        session.store.write_json(session.store.root / RUN, {"finished_after": finished})


def _write_ranges(session: Session, predictions: Sequence[Predictions]) -> None:
    """Write how wrong each entry is in each range of the numbers as by-range.csv, where there are ranges."""
    dataset = session.scored
    edges = dataset.task.range_edges(dataset.y, session.competition.ranges)
    if len(edges):
        table = ranges_table(dataset.y, predictions, edges, dataset.groups)
        session.store.write(session.store.root / "by-range.csv", table.to_csv(index=False).encode())


def _averages(session: Session, trained: Sequence[Predictions], progress: Progress) -> Iterator[Predictions]:
    """Yield the means that the competition names, of those of their models that were trained."""
    for name, names in session.competition.averages.items():
        members = [p for p in trained if p.name in names]
        if len(members) > 1:
            yield replace(_blend(session, "mean", members, progress), name=name)


def _blends(session: Session, trained: Sequence[Predictions], progress: Progress) -> Iterator[Predictions]:
    """Yield every blend of the models, without the constant and the warnings; none of fewer than two."""
    members = contenders(trained)
    if len(members) < 2:
        return
    for name in blend_names(session.dataset.task, session.metric):
        yield _blend(session, name, members, progress)


def _blend(session: Session, name: str, members: Sequence[Predictions], progress: Progress) -> Predictions:
    """Return the blend from the store, or make and save it."""
    path = session.store.root / "blends" / f"{name}-{blend_id(name, members, session.metric)}.npz"
    found = read_predictions(session.store, path)
    if found is None:
        progress.blend_started(name, len(members))
        dataset = session.dataset
        found = blend(name, members, session.scorer, dataset.task, session.scored_folds)
        save_predictions(session.store, path, found)
    return found
