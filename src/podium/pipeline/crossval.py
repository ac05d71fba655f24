"""Cross-validation: models, one data set and one set of folds, to Predictions. Finished folds are read from
the store; an engine fits the others."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from podium.data.dataset import Dataset
from podium.errors import ModelError
from podium.metrics import Metric, Scorer
from podium.models import registry
from podium.pipeline.engine import Engine, Failed, Fit, Fitted, SerialEngine
from podium.pipeline.fit import Job
from podium.pipeline.folds import Folds
from podium.pipeline.predictions import Predictions
from podium.pipeline.progress import Progress
from podium.pipeline.schedule import Plan, Schedule
from podium.pipeline.stored import assemble, describe_job, job_facts, job_folder, past_seconds
from podium.storage.signed_pickle import read_pickle, write_pickle
from podium.storage.store import Store

EngineMaker = Callable[[Dataset, Folds], Engine]
Arrays = dict[str, np.ndarray]


@dataclass
class CrossValidation:
    """The fits of several jobs on one data set: what is finished, what failed, and what is still to do.

    It alone reads and writes the store. An engine that runs its `schedule` yields results, and `keep` takes
    them.
    """

    dataset: Dataset
    folds: Folds
    metric: Metric
    store: Store
    progress: Progress
    schedule: Schedule = field(default_factory=Schedule)
    jobs: dict[str, Job] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    results: dict[str, dict[int, Arrays]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    finished_after: dict[str, float] = field(default_factory=dict)  # seconds from the start, by model
    started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.scorer = Scorer.of(self.metric, self.dataset)

    def add(self, job: Job, is_owed: bool = False) -> None:
        """Read what the store has of a job, and schedule the rest. A job that `is_owed` is fitted whatever
        the time.

        Raises ModelError if there is no such model.
        """
        self.ids[job.model] = job.id(self.dataset, self.folds)
        folder = self._folder(job)
        if not (folder / "job.json").exists():
            self.store.write_json(folder / "job.json", describe_job(job, self.dataset, self.folds))
        self.jobs[job.model] = job
        self.results[job.model] = {}
        plan = self._plan(job, is_owed)
        self.schedule.add(job.model, plan)
        for fit in list(plan.waiting):
            saved = self.store.read_arrays(folder / f"fold-{fit.fold}.npz")
            if saved is not None:
                self.schedule.start(fit)
                self._take(fit, saved, cached=True)

    def run(self, engine: Engine) -> None:
        """Have the engine fit what is scheduled."""
        for result in engine.run(self.schedule, self.progress):
            self.keep(result)

    def keep(self, result: Fitted | Failed) -> None:
        """Write what a fit gave to the store. After a failure no further fold of the model is fitted."""
        fit = result.fit
        name = fit.job.model
        if isinstance(result, Failed):
            if result.error is not None:
                raise result.error
            self.schedule.drop(name)
            self.failures[name] = result.reason
            self.store.write(self.store.root / "models" / f"{name}.failed.txt", result.trace.encode())
            return
        path = self._folder(fit.job) / f"fold-{fit.fold}.npz"
        write_pickle(self.store, path.with_suffix(".model"), result.model)
        self.store.write_arrays(path, result.arrays)
        self._take(fit, result.arrays, cached=False)

    @property
    def unfinished(self) -> dict[str, str]:
        """Return for each model that has not all of its folds, and did not fail, how many it has."""
        counts = {name: len(results) for name, results in self.results.items() if name not in self.failures}
        folds = len(self.folds)
        return {name: f"{count} of {folds} folds" for name, count in counts.items() if count < folds}

    def predictions(self) -> list[Predictions]:
        """Return the predictions of each finished model."""
        return [
            assemble(
                name,
                self.ids[name],
                self.dataset,
                self.folds,
                self.metric,
                [self.results[name][number] for number in range(len(self.folds))],
                job_facts(job),
            )
            for name, job in self.jobs.items()
            if name not in self.failures and name not in self.unfinished
        ]

    def _take(self, fit: Fit, arrays: Arrays, cached: bool) -> None:
        name = fit.job.model
        self.results[name][fit.fold] = arrays
        score = self.scorer.take(self.folds[fit.fold].valid).score(arrays["valid"])
        seconds = float(arrays["seconds"].sum())
        self.schedule.fitted(fit, seconds, self.metric.gain(score, over=0.0))
        if len(self.results[name]) == len(self.folds) and not cached:
            self.finished_after[name] = time.monotonic() - self.started
        self.progress.fold_ended(name, fit.fold, len(self.folds), score, seconds, cached)

    def _plan(self, job: Job, is_owed: bool) -> Plan:
        """Return the fits of a job, with an estimate of what each costs: as an earlier run measured it, or
        else as the model's row says."""
        cost = registry.find(job.model, [self.dataset.task.kind], job.params).cost
        size = len(self.dataset.trainable), self.dataset.modality.width(self.dataset.X)
        fits = [
            Fit(job, number, cost, cost.memory(*size), self._earlier(job, number))
            for number in range(len(self.folds))
        ]
        measured = past_seconds(self.store, job.model, self.dataset, self.folds)
        return Plan(fits, measured or cost.seconds(*size), is_measured=measured is not None, is_owed=is_owed)

    def _earlier(self, job: Job, number: int) -> bytes | None:
        """Return the pickled model that a fit continues from, if it does."""
        if job.origin is None:
            return None
        return read_pickle(job_folder(self.store, job.model, job.origin) / f"fold-{number}.model")

    def _folder(self, job: Job) -> Path:
        return job_folder(self.store, job.model, self.ids[job.model])


def cross_validate(
    job: Job,
    dataset: Dataset,
    folds: Folds,
    metric: Metric,
    store: Store,
    progress: Progress,
    engines: EngineMaker = SerialEngine,
) -> Predictions:
    """Return the predictions of one job. Raise ModelError if its model fails."""
    validation = CrossValidation(dataset, folds, metric, store, progress)
    validation.add(job)
    with closing(engines(dataset, folds)) as engine:
        validation.run(engine)
    if job.model in validation.failures:
        raise ModelError(f"model {job.model!r} failed: {validation.failures[job.model]}")
    return validation.predictions()[0]
