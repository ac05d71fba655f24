"""Cross-validation: one model, one dataset, one set of folds, to Predictions. Finished folds are
read from the store."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from podium.data.dataset import Dataset, take
from podium.errors import ModelError
from podium.metrics.metrics import Metric
from podium.models import registry as models
from podium.pipeline.folds import Fold, Folds
from podium.pipeline.predictions import Predictions, fold_scores
from podium.storage.hashing import content_id
from podium.storage.signed_pickle import read_model, write_model
from podium.storage.store import Store

BALANCES = ("downsample", "weights")
OnEpoch = Callable[[int, int, float], None]  # epoch from 1, number of epochs, training loss


class Progress(Protocol):
    """What is told while models are fitted."""

    def fold_started(self, model: str, fold: int, folds: int) -> None: ...
    def epoch_ended(self, epoch: int, epochs: int, loss: float) -> None: ...
    def fold_ended(self, score: float, seconds: float, cached: bool) -> None: ...


@dataclass(frozen=True)
class Job:
    """One model to be cross-validated. The seed is the competition's. Beside what its factory takes,
    `params` may hold `balance` for classes of unequal size: "downsample" leaves out rows of a fold's
    training part at random until each class is as small as the smallest, "weights" has the rows of each
    class weigh the same in all. What is scored is never left out. `origin` is the id of an earlier
    job of the same model whose weights it starts from, those of the same fold: no row that a fold
    scores has been seen before."""

    model: str
    params: Mapping[str, Any]
    seed: int
    origin: str | None = None

    def create(self, dataset: Dataset) -> Any:
        params = {name: value for name, value in self.params.items() if name != "balance"}
        return models.create(self.model, params, self.seed, dataset.is_regression)

    def id(self, dataset: Dataset, folds: Folds) -> str:
        origin = [self.origin] if self.origin else []
        model = models.model_id(self.model, self.params, self.seed, dataset.is_regression)
        return content_id(dataset.id, folds.id, model, *origin)


def cross_validate(
    job: Job, dataset: Dataset, folds: Folds, metric: Metric, store: Store, progress: Progress
) -> Predictions:
    """Fit the model on each fold's training rows, unless the store has that fold already.

    Raises ModelError if the model returns something other than probabilities, or numbers; what its own
    code raises comes through.
    """
    folder = _folder(job, dataset, folds, store)
    if not (folder / "job.json").exists():
        store.write_json(folder / "job.json", _rows_of(dataset, folds))
    results = []
    for number, fold in enumerate(folds):
        progress.fold_started(job.model, number, len(folds))
        path = folder / f"fold-{number}.npz"
        cached = store.read_arrays(path)
        if cached is None:
            earlier = _read_fold(_folder_of(store, job.model, job.origin), number) if job.origin else None
            model, result = fit_fold(job, dataset, fold, progress.epoch_ended, earlier)
            write_model(store, path.with_suffix(".model"), model)
            store.write_arrays(path, result)
        else:
            result = cached
        score = metric.score(dataset.y[fold.valid], result["valid"])
        progress.fold_ended(score, float(result["seconds"].sum()), cached is not None)
        results.append(result)
    return _assemble(job.model, job.id(dataset, folds), dataset, folds, metric, results, **_facts(job))


def kept(job: Job, dataset: Dataset, folds: Folds, metric: Metric, store: Store) -> Predictions:
    """What an earlier cross-validation left. Raises ModelError if a fold is missing."""
    found = stored(job.model, job.id(dataset, folds), dataset, folds, metric, store)
    return replace(found, details={**found.details, **_facts(job)})


def stored(
    model: str, job_id: str, dataset: Dataset, folds: Folds, metric: Metric, store: Store
) -> Predictions:
    """What the job of this id left, though its code may be another by now. Raises ModelError if a fold is
    missing, or if it was trained on other rows or folds."""
    folder = _folder_of(store, model, job_id)
    results = [store.read_arrays(folder / f"fold-{number}.npz") for number in range(len(folds))]
    finished = [r for r in results if r is not None]
    if len(finished) < len(folds):
        raise ModelError(
            f"model {model!r} must have been trained as it is now on {len(folds)} folds, found "
            f"{len(finished)}; train again"
        )
    if store.read_json(folder / "job.json") != _rows_of(dataset, folds):
        raise ModelError(f"model {model!r} must have been trained on these rows, found others; train again")
    return _assemble(model, job_id, dataset, folds, metric, finished)


def fold_folder(store: Store, predictions: Predictions) -> Path:
    """Where a model's predictions, and its fitted models, are kept."""
    return _folder_of(store, predictions.name, predictions.id)


def fold_model(store: Store, predictions: Predictions, fold: int) -> Any:
    """The fitted model behind them. Raises StoreError if it is not there."""
    return _read_fold(fold_folder(store, predictions), fold)


@dataclass(frozen=True)
class FoldModels:
    """A job's fitted models in memory, one a fold, each with the classes (p,) that its fold trained on."""

    job: Job
    dataset: Dataset
    fitted: Sequence[tuple[Any, np.ndarray]]

    def predict(self, X: Any) -> np.ndarray:
        """The mean of the predictions (rows, k) that the models give."""
        said = [_said(self.job, model, X, self.dataset, present) for model, present in self.fitted]
        return np.mean(said, axis=0)


def read_models(
    job: Job, dataset: Dataset, folds: Folds, store: Store, most: int | None = None
) -> FoldModels:
    """Those of all folds, or of the first `most`. Raises StoreError if one is missing."""
    folder = _folder(job, dataset, folds, store)
    present = [np.unique(dataset.y[fold.train]) for fold in folds][:most]
    return FoldModels(job, dataset, [(_read_fold(folder, n), p) for n, p in enumerate(present)])


def with_warm_start(job: Job, dataset: Dataset, folds: Folds, store: Store) -> Job:
    """The job that goes on from the newest finished one of the same model, rows and folds; the job
    itself where there is none, or where the model does not train in epochs."""
    if not _takes(job.create(dataset), "on_epoch"):
        return job
    finished = [
        folder
        for folder in store.root.glob(f"models/{job.model}-*")
        if store.read_json(folder / "job.json") == _rows_of(dataset, folds)
        and len(list(folder.glob("fold-*.npz"))) == len(folds)
    ]
    if not finished:
        return job
    newest = max(finished, key=lambda folder: (folder / "fold-0.npz").stat().st_mtime_ns)
    return replace(job, origin=newest.name.removeprefix(f"{job.model}-"))


def _rows_of(dataset: Dataset, folds: Folds) -> dict[str, str]:
    return {"data": dataset.id, "folds": folds.id}


def _read_fold(folder: Path, fold: int) -> Any:
    with models.quiet_start():
        return read_model(folder / f"fold-{fold}.model")


def _folder(job: Job, dataset: Dataset, folds: Folds, store: Store) -> Path:
    return _folder_of(store, job.model, job.id(dataset, folds))


def _folder_of(store: Store, model: str, job_id: str) -> Path:
    return store.root / "models" / f"{model}-{job_id}"


def fit_fold(
    job: Job, dataset: Dataset, fold: Fold, on_epoch: OnEpoch | None = None, earlier: Any | None = None
) -> tuple[Any, dict[str, np.ndarray]]:
    """The model, and its predictions `valid` (n_valid, k) and `test` (m, k), `seconds` of fitting and
    predicting, and `loss` (epochs,), the training loss of a network. `earlier` is a fitted model to go
    on from."""
    model = job.create(dataset)
    if earlier is not None:
        model = _continued(model, earlier)
    train, arguments = _balanced(job, dataset, fold.train, model)
    present, codes = np.unique(dataset.y[train], return_inverse=True)
    started = time.perf_counter()
    targets = dataset.y[train] if dataset.is_regression else codes
    model.fit(take(dataset.X, train), targets, **arguments, **_listener(model, on_epoch))
    fitted = time.perf_counter()
    valid = _said(job, model, take(dataset.X, fold.valid), dataset, present)
    test = _said(job, model, dataset.X_test, dataset, present) if len(dataset.X_test) else valid[:0]
    return model, {
        "valid": valid,
        "test": test,
        "seconds": np.array([fitted - started, time.perf_counter() - fitted]),
        "loss": np.array(getattr(_last(model), "loss_curve_", [])),
    }


def _last(model: Any) -> Any:
    """The classifier at the end of a pipeline, or what is none."""
    return model.steps[-1][1] if hasattr(model, "steps") else model


def _takes(model: Any, argument: str) -> bool:
    """Whether `fit` of a model, or of the last one in a pipeline, takes an argument."""
    from sklearn.utils.validation import has_fit_parameter

    return bool(has_fit_parameter(_last(model), argument))


def _for_last(model: Any, argument: str, value: Any) -> dict[str, Any]:
    return {f"{model.steps[-1][0]}__{argument}" if hasattr(model, "steps") else argument: value}


def _listener(model: Any, on_epoch: OnEpoch | None) -> dict[str, Any]:
    """The argument for `fit` by which a model that trains in epochs tells of them."""
    return _for_last(model, "on_epoch", on_epoch) if on_epoch and _takes(model, "on_epoch") else {}


def _balanced(job: Job, dataset: Dataset, train: np.ndarray, model: Any) -> tuple[np.ndarray, dict[str, Any]]:
    """Which rows to train on (n_train,), and the argument for `fit` that says what they weigh."""
    balance = job.params.get("balance")
    if balance is None:
        return train, {}
    if dataset.is_regression or balance not in BALANCES:
        got = "numbers to predict" if dataset.is_regression else f"{balance!r}"
        raise ModelError(f"`balance` of model {job.model!r} must be one of {BALANCES} of classes, got {got}")
    _, codes, counts = np.unique(dataset.y[train], return_inverse=True, return_counts=True)
    if balance == "downsample":
        shuffled = np.random.default_rng(job.seed).permutation(len(train))
        kept = [shuffled[codes[shuffled] == code][: counts.min()] for code in range(len(counts))]
        return train[np.sort(np.concatenate(kept))], {}
    if not _takes(model, "sample_weight"):
        raise ModelError(f"model {job.model!r} cannot weigh rows; give it balance='downsample', or none")
    return train, _for_last(model, "sample_weight", (len(train) / len(counts) / counts)[codes])


def _continued(model: Any, earlier: Any) -> Any:
    """A model with the parameters of the first and, at the start of its fit, what the second learnt."""
    learnt = _last(earlier).set_params(**_last(model).get_params(deep=False)).set_params(warm_start=True)
    if not hasattr(model, "steps"):
        return learnt
    return model.set_params(**{model.steps[-1][0]: learnt})


def _said(job: Job, model: Any, X: Any, dataset: Dataset, present: np.ndarray) -> np.ndarray:
    if dataset.is_regression:
        return _numbers(job, model, X)
    return _probabilities(job, model, X, present, dataset.width)


def _numbers(job: Job, model: Any, X: Any) -> np.ndarray:
    """One column (rows, 1), in double precision: a price may have nine digits."""
    numbers = np.asarray(model.predict(X), dtype=np.float64)
    if numbers.shape != (len(X),) or not np.isfinite(numbers).all():
        raise ModelError(
            f"model {job.model!r} must give {len(X)} finite numbers, got shape {numbers.shape} with "
            f"{(~np.isfinite(numbers)).sum()} that are not finite; look at its factory"
        )
    return numbers[:, None]


def _probabilities(job: Job, model: Any, X: Any, present: np.ndarray, k: int) -> np.ndarray:
    """Columns (rows, k) in the order of the dataset's classes; a class that the training rows lack
    gets probability zero."""
    columns = np.asarray(model.predict_proba(X))
    if columns.shape != (len(X), len(present)) or not np.isfinite(columns).all():
        raise ModelError(
            f"model {job.model!r} must give finite probabilities of shape "
            f"{(len(X), len(present))}, got {columns.shape} with "
            f"{(~np.isfinite(columns)).sum()} that are not finite; look at its factory"
        )
    aligned = np.zeros((len(X), k), dtype=np.float32)
    aligned[:, present] = columns
    return aligned


def _facts(job: Job) -> dict[str, Any]:
    return {"params": dict(job.params), "seed": job.seed, "origin": job.origin}


def _assemble(
    model: str,
    job_id: str,
    dataset: Dataset,
    folds: Folds,
    metric: Metric,
    results: Sequence[dict[str, np.ndarray]],
    **facts: Any,
) -> Predictions:
    oof = np.full((len(dataset.y), dataset.width), np.nan, dtype=results[0]["valid"].dtype)
    for fold, result in zip(folds, results, strict=True):
        oof[fold.valid] = result["valid"]
    fit_seconds, predict_seconds = np.sum([r["seconds"] for r in results], axis=0).tolist()
    return Predictions(
        name=model,
        id=job_id,
        data_id=dataset.id,
        folds_id=folds.id,
        oof=oof,
        test=np.mean([r["test"] for r in results], axis=0),
        score=metric.score(dataset.y, oof),
        fold_scores=fold_scores(metric, dataset.y, oof, folds),
        fit_seconds=fit_seconds,
        predict_seconds=predict_seconds,
        details={"losses": [r["loss"].tolist() for r in results], **facts},
    )
