"""What earlier cross-validations left in the store: predictions of finished folds, and fitted models."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from podium.data.dataset import Dataset
from podium.errors import ModelError
from podium.metrics import Metric, Scorer
from podium.models import registry
from podium.pipeline.fit import Job, learnt_columns, trains_in_epochs
from podium.pipeline.folds import Folds
from podium.pipeline.predictions import Predictions, fold_scores
from podium.storage.signed_pickle import read_model
from podium.storage.store import Store

KEPT = ("params", "seed", "origin")  # facts of a job that stay with its predictions


@dataclass(frozen=True)
class FoldModels:
    """A job's fitted models in memory, one a fold, each with the prediction columns (p,) that it learnt."""

    job: Job
    dataset: Dataset
    fitted: Sequence[tuple[Any, np.ndarray]]

    def predict(self, X: Any) -> np.ndarray:
        """Return the mean of the models' predictions (rows, c)."""
        task = self.dataset.task
        predicted = [task.predict(model, X, columns, self.job.model) for model, columns in self.fitted]
        return np.asarray(np.mean(predicted, axis=0))

    def predict_by(self, fold: int, X: Any) -> np.ndarray:
        """Return the predictions (rows, c) of one fold's model."""
        model, columns = self.fitted[fold]
        return self.dataset.task.predict(model, X, columns, self.job.model)


def job_folder(store: Store, model: str, job_id: str) -> Path:
    """Return where the results of a job are kept."""
    return store.root / "models" / f"{model}-{job_id}"


def predictions_folder(store: Store, predictions: Predictions) -> Path:
    """Return where a model's predictions, and its fitted models, are kept."""
    return job_folder(store, predictions.name, predictions.id)


def rows_and_folds(dataset: Dataset, folds: Folds) -> dict[str, str]:
    """Return what job.json says of the rows that a job was fitted on."""
    return {"data": dataset.id, "folds": folds.id}


def describe_job(job: Job, dataset: Dataset, folds: Folds) -> dict[str, Any]:
    """Return what job.json says of a job."""
    return {**rows_and_folds(dataset, folds), "model": job.model, **job_facts(job)}


def stored_job(store: Store, model: str, job_id: str | None) -> Job:
    """Return the job whose results the store holds under this id. Raise ModelError where it holds none."""
    facts = store.read_json(store.root / "models" / f"{model}-{job_id}" / "job.json")
    if not isinstance(facts, dict) or not facts.keys() >= {"model", *KEPT}:
        raise ModelError(f"model {model!r} must be in the store, found nothing of it; train again")
    return Job(model, **{name: facts[name] for name in KEPT})


def finished_jobs(
    store: Store, dataset: Dataset, folds: Folds, model: str = "*"
) -> list[tuple[Path, dict[str, Any]]]:
    """Return the folder and the job.json of each finished job on these rows and folds, oldest first, of one
    model or of all."""
    expected = rows_and_folds(dataset, folds)
    found = []
    for path in store.root.glob(f"models/{model}-*/job.json"):
        folder = path.parent
        facts: dict[str, Any] = store.read_json(path) or {}
        if expected.items() <= facts.items() and len(list(folder.glob("fold-*.npz"))) == len(folds):
            found.append((folder, facts))
    return sorted(found, key=lambda job: (job[0] / "fold-0.npz").stat().st_mtime_ns)


def past_seconds(store: Store, model: str, dataset: Dataset, folds: Folds) -> float | None:
    """Return how long a fit of a model's newest finished job on these rows and folds took; None where there
    is none."""
    finished = finished_jobs(store, dataset, folds, model)
    if not finished:
        return None
    newest, _ = finished[-1]
    results = [store.read_arrays(path) for path in newest.glob("fold-*.npz")]
    seconds = [result["seconds"].sum() for result in results if result is not None]
    return float(np.mean(seconds)) if seconds else None


def earlier_models(
    store: Store, dataset: Dataset, folds: Folds, metric: Metric, without: Collection[str]
) -> list[Predictions]:
    """Return what the newest finished job of each model left, but of those called `without`.

    Jobs of a version of podium that did not keep their parameters are passed over.
    """
    newest = {
        facts["model"]: (folder.name.removeprefix(f"{facts['model']}-"), facts)
        for folder, facts in finished_jobs(store, dataset, folds)
        if facts.keys() >= {"model", *KEPT} and facts["model"] not in without
    }
    return [
        _with_facts(load_predictions(model, job_id, dataset, folds, metric, store), facts)
        for model, (job_id, facts) in newest.items()
    ]


def _with_facts(predictions: Predictions, facts: dict[str, Any]) -> Predictions:
    return replace(predictions, details={**predictions.details, **{name: facts[name] for name in KEPT}})


def load_current(job: Job, dataset: Dataset, folds: Folds, metric: Metric, store: Store) -> Predictions:
    """Return what the job left, its code and parameters as they are now. Raise ModelError if a fold is
    missing."""
    found = load_predictions(job.model, job.id(dataset, folds), dataset, folds, metric, store)
    return replace(found, details={**found.details, **job_facts(job)})


def load_predictions(
    model: str, job_id: str, dataset: Dataset, folds: Folds, metric: Metric, store: Store
) -> Predictions:
    """Return what the job of this id left, though its code may be another by now.

    Raises ModelError if a fold is missing, or if it was trained on other rows or folds.
    """
    folder = job_folder(store, model, job_id)
    results = [store.read_arrays(folder / f"fold-{number}.npz") for number in range(len(folds))]
    finished = [result for result in results if result is not None]
    if len(finished) < len(folds):
        raise ModelError(
            f"model {model!r} must have been trained as it is now on {len(folds)} folds, found "
            f"{len(finished)}; train again"
        )
    facts = store.read_json(folder / "job.json") or {}
    if not rows_and_folds(dataset, folds).items() <= facts.items():
        raise ModelError(f"model {model!r} must have been trained on these rows, found others; train again")
    return assemble(model, job_id, dataset, folds, metric, finished, {})


def load_fold_model(store: Store, predictions: Predictions, fold: int) -> Any:
    """Return the fitted model behind the predictions of a fold. Raise StoreError if it is not there."""
    return read_fold_model(predictions_folder(store, predictions), fold)


def load_fold_models(
    job: Job, dataset: Dataset, folds: Folds, store: Store, most: int | None = None
) -> FoldModels:
    """Return the fitted models of all folds, or of the first `most`. Raise StoreError if one is missing."""
    folder = job_folder(store, job.model, job.id(dataset, folds))
    columns = [learnt_columns(dataset, fold) for fold in folds][:most]
    fitted = [(read_fold_model(folder, number), learnt) for number, learnt in enumerate(columns)]
    return FoldModels(job, dataset, fitted)


def read_fold_model(folder: Path, fold: int) -> Any:
    """Return the fitted model of a fold. Raise StoreError if it is not there."""
    with registry.quiet_start():
        return read_model(folder / f"fold-{fold}.model")


def with_warm_start(job: Job, dataset: Dataset, folds: Folds, store: Store) -> Job:
    """Return the job that continues the newest finished one of the same model, rows and folds; the job itself
    where there is none, or where the model does not train in epochs."""
    if not trains_in_epochs(job, dataset):
        return job
    finished = finished_jobs(store, dataset, folds, job.model)
    if not finished:
        return job
    newest, _ = finished[-1]
    return replace(job, origin=newest.name.removeprefix(f"{job.model}-"))


def job_facts(job: Job) -> dict[str, Any]:
    """Return what of a job is kept with its predictions."""
    return {"params": dict(job.params), "seed": job.seed, "origin": job.origin}


def assemble(
    model: str,
    job_id: str,
    dataset: Dataset,
    folds: Folds,
    metric: Metric,
    results: Sequence[dict[str, np.ndarray]],
    facts: dict[str, Any],
) -> Predictions:
    """Return the predictions that the results of all folds make together."""
    scorer = Scorer.of(metric, dataset)
    shape = (len(dataset.y), dataset.task.n_columns)
    oof = np.full(shape, np.nan, dtype=results[0]["valid"].dtype)
    for fold, result in zip(folds, results, strict=True):
        oof[fold.valid] = result["valid"]
    fit_seconds, predict_seconds = np.sum([result["seconds"] for result in results], axis=0).tolist()
    return Predictions(
        name=model,
        id=job_id,
        data_id=dataset.id,
        folds_id=folds.id,
        oof=oof[folds.scored],
        test=np.mean([result["test"] for result in results], axis=0),
        score=scorer.take(folds.scored).score(oof[folds.scored]),
        fold_scores=fold_scores(scorer, oof, folds),
        fit_seconds=fit_seconds,
        predict_seconds=predict_seconds,
        details={
            "losses": [result["loss"].tolist() for result in results],
            "devices": sorted({str(result.get("device", "cpu")) for result in results}),
            **facts,
        },
    )
