"""One fit: a model, a data set and a fold to predictions. A pure function that knows no metric, path or
store."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from podium.data.dataset import Dataset
from podium.data.rows import take
from podium.errors import ModelError
from podium.models import registry
from podium.models.callbacks import OnEpoch
from podium.models.each_target import EachTarget
from podium.pipeline.folds import Fold, Folds
from podium.storage.hashing import content_id

BALANCES = ("downsample", "weights")


@dataclass(frozen=True)
class Job:
    """One model to be cross-validated. The seed is the competition's.

    Beside what its factory takes, `params` may hold `balance` for classes of unequal size: "downsample"
    leaves out rows of a fold's training part at random until each class is as small as the smallest,
    "weights" has the rows of each class weigh the same in all. What is scored is never left out. `origin` is
    the id of an earlier job of the same model whose weights it starts from, those of the same fold: no row
    that a fold scores has been seen before.
    """

    model: str
    params: Mapping[str, Any]
    seed: int
    origin: str | None = None

    def create(self, dataset: Dataset) -> Any:
        """Return a fresh estimator. Raise ModelError if the model does not take this task or these rows."""
        params = {name: value for name, value in self.params.items() if name != "balance"}
        registry.require_rows(self.model, params, dataset.task, dataset.modality)
        return registry.create(self.model, params, self.seed, dataset.task)

    def id(self, dataset: Dataset, folds: Folds) -> str:
        """Return an id that changes with whatever the fits depend on."""
        origin = [self.origin] if self.origin else []
        model = registry.model_id(self.model, self.params, self.seed, dataset.task)
        return content_id(dataset.id, folds.id, model, *origin)


def fit_fold(
    job: Job, dataset: Dataset, fold: Fold, on_epoch: OnEpoch | None = None, earlier: Any | None = None
) -> tuple[Any, dict[str, np.ndarray]]:
    """Return the fitted model and what it gave: the predictions `valid` (n_valid, c) and `test` (m, c), the
    `seconds` of fitting and predicting, the training `loss` (epochs,) of a network, and the `device` that
    it was fitted on.

    `earlier` is a fitted model to continue from. Raises ModelError for predictions of the wrong shape or
    that are not finite; what the model's own code raises comes through.
    """
    task = dataset.task
    model = job.create(dataset)
    if earlier is not None:
        model = _continued(model, earlier)
    known = dataset.trainable
    train = _balanced(job, dataset, dataset.with_extra(fold.train))
    weights = _weights(job, dataset, train, model)
    targets, columns = task.fit_targets(known.y[train])
    started = time.perf_counter()
    model.fit(take(known.X, train), targets, **weights, **_listener(model, on_epoch))
    fitted = time.perf_counter()
    valid = task.predict(model, take(known.X, fold.valid), columns, job.model)
    test = task.predict(model, dataset.X_test, columns, job.model) if len(dataset.X_test) else valid[:0]
    return model, {
        "valid": valid,
        "test": test,
        "seconds": np.array([fitted - started, time.perf_counter() - fitted]),
        "loss": np.array(getattr(_last(model), "loss_curve_", [])),
        "device": np.array(getattr(_last(model), "device_", "cpu")),
    }


def learnt_columns(dataset: Dataset, fold: Fold) -> np.ndarray:
    """Return the prediction columns (p,) that a model can learn from the rows that a fold trains on."""
    return dataset.task.fit_targets(dataset.trainable.y[dataset.with_extra(fold.train)])[1]


def trains_in_epochs(job: Job, dataset: Dataset) -> bool:
    """Return whether the job's model tells of its epochs, and can continue from earlier weights."""
    return _takes(job.create(dataset), "on_epoch")


def ignores_weights(job: Job, dataset: Dataset) -> bool:
    """Return whether the rows weigh differently, and the job's model cannot use that."""
    return dataset.trainable.weights is not None and not _takes(job.create(dataset), "sample_weight")


def _last(model: Any) -> Any:
    """Return the estimator that learns: the end of a pipeline, what is inside a wrapper, or the model
    itself."""
    inner = _wrapped(model)
    if inner is not None:
        return _last(inner)
    return _last(model.steps[-1][1]) if hasattr(model, "steps") else model


def _wrapped(model: Any) -> Any:
    """Return the model inside a wrapper that passes on what its `fit` is given; None where there is none."""
    from sklearn.compose import TransformedTargetRegressor

    if isinstance(model, TransformedTargetRegressor):
        return model.regressor
    return model.model if isinstance(model, EachTarget) else None


def _takes(model: Any, argument: str) -> bool:
    """Return whether the estimator that learns takes an argument of `fit`."""
    from sklearn.utils.validation import has_fit_parameter

    return bool(has_fit_parameter(_last(model), argument))


def _for_last(model: Any, argument: str, value: Any) -> dict[str, Any]:
    """Return the argument for `fit` that reaches the estimator that learns."""
    inner = _wrapped(model)
    if inner is not None:
        return _for_last(inner, argument, value)
    if not hasattr(model, "steps"):
        return {argument: value}
    name, last = model.steps[-1]
    return {f"{name}__{inside}": given for inside, given in _for_last(last, argument, value).items()}


def _listener(model: Any, on_epoch: OnEpoch | None) -> dict[str, Any]:
    """Return the argument for `fit` by which a model that trains in epochs tells of them."""
    return _for_last(model, "on_epoch", on_epoch) if on_epoch and _takes(model, "on_epoch") else {}


def _balanced(job: Job, dataset: Dataset, train: np.ndarray) -> np.ndarray:
    """Return which of the trainable rows to train on (n_train,)."""
    balance = job.params.get("balance")
    if balance is not None and balance not in BALANCES:
        raise ModelError(f"`balance` of model {job.model!r} must be one of {BALANCES}, got {balance!r}")
    if balance != "downsample":
        return train
    codes, counts = _class_sizes(dataset, train)
    shuffled = np.random.default_rng(job.seed).permutation(len(train))
    kept = [shuffled[codes[shuffled] == code][: counts.min()] for code in range(len(counts))]
    return train[np.sort(np.concatenate(kept))]


def _class_sizes(dataset: Dataset, train: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the class (n_train,) of each row, by its number among these rows' classes, and their counts."""
    classes = dataset.task.class_codes(dataset.trainable.y[train])
    _, codes, counts = np.unique(classes, return_inverse=True, return_counts=True)
    return codes, counts


def _weights(job: Job, dataset: Dataset, train: np.ndarray, model: Any) -> dict[str, Any]:
    """Return the argument for `fit` that says what the rows weigh; none of rows that weigh the same, or where
    the model cannot weigh them."""
    is_balanced = job.params.get("balance") == "weights"
    given = dataset.trainable.weights
    can_weigh = _takes(model, "sample_weight")
    if is_balanced and not can_weigh:
        raise ModelError(f"model {job.model!r} cannot weigh rows; give it balance='downsample', or none")
    if not can_weigh or (given is None and not is_balanced):
        return {}
    weights = np.ones(len(train)) if given is None else given[train].astype(np.float64)
    if is_balanced:
        codes, counts = _class_sizes(dataset, train)
        weights = weights * (len(train) / len(counts) / counts)[codes]
    return _for_last(model, "sample_weight", weights)


def _continued(model: Any, earlier: Any) -> Any:
    """Return a model with the parameters of the first and, at the start of its fit, what the second
    learnt."""
    own = _last(model).get_params(deep=False)
    learnt = _last(earlier).set_params(**own).set_params(warm_start=True)
    if not hasattr(model, "steps"):
        return learnt
    return model.set_params(**{model.steps[-1][0]: learnt})
