"""Cross-validation: one model, one data set, one set of folds, to Predictions. Finished folds are read from
the store."""

from __future__ import annotations

from typing import Protocol

from podium.data.dataset import Dataset
from podium.metrics import Metric, Scorer
from podium.pipeline.fit import Job, fit_fold
from podium.pipeline.folds import Folds
from podium.pipeline.predictions import Predictions
from podium.pipeline.stored import assemble, describe_job, job_facts, job_folder, read_fold_model
from podium.storage.signed_pickle import write_model
from podium.storage.store import Store

__all__ = ["Job", "Progress", "cross_validate"]


class Progress(Protocol):
    """What is told while models are fitted. Epochs count from 1, folds from 0."""

    def fold_started(self, model: str, fold: int, folds: int) -> None: ...
    def epoch_ended(self, epoch: int, epochs: int, loss: float) -> None: ...
    def fold_ended(self, score: float, seconds: float, cached: bool) -> None: ...


def cross_validate(
    job: Job, dataset: Dataset, folds: Folds, metric: Metric, store: Store, progress: Progress
) -> Predictions:
    """Fit the model on each fold's training rows, unless the store has that fold already.

    Raises ModelError if the model returns something other than predictions of the task; what its own code
    raises comes through.
    """
    scorer = Scorer.of(metric, dataset)
    job_id = job.id(dataset, folds)
    folder = job_folder(store, job.model, job_id)
    if not (folder / "job.json").exists():
        store.write_json(folder / "job.json", describe_job(job, dataset, folds))
    results = []
    for number, fold in enumerate(folds):
        progress.fold_started(job.model, number, len(folds))
        path = folder / f"fold-{number}.npz"
        saved = store.read_arrays(path)
        if saved is None:
            earlier = (
                read_fold_model(job_folder(store, job.model, job.origin), number) if job.origin else None
            )
            model, result = fit_fold(job, dataset, fold, progress.epoch_ended, earlier)
            write_model(store, path.with_suffix(".model"), model)
            store.write_arrays(path, result)
        else:
            result = saved
        score = scorer.take(fold.valid).score(result["valid"])
        progress.fold_ended(score, float(result["seconds"].sum()), saved is not None)
        results.append(result)
    return assemble(job.model, job_id, dataset, folds, metric, results, job_facts(job))
