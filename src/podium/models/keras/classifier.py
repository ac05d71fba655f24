"""A Keras network as a scikit-learn classifier."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import train_test_split
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from podium.data.cached_pixels import CachedPixels, NumbersWithPixels
from podium.errors import ModelError
from podium.formatting import did_you_mean
from podium.models.callbacks import OnEpoch
from podium.models.keras.training import (
    BestWeights,
    continue_from,
    draw_seed,
    rate,
    read,
    seed_everything,
    shuffled_batches,
    training_step,
)

View = Callable[[np.ndarray], np.ndarray]  # from images (b, h, w, c) to images of the same shape


def unchanged(images: np.ndarray) -> np.ndarray:
    return images


def _shifted(down: int, right: int) -> View:
    return lambda images: np.roll(images, (down, right), axis=(1, 2))


VIEWS: dict[str, list[View]] = {
    "one": [unchanged],
    "shifts": [unchanged, _shifted(0, 1), _shifted(0, -1), _shifted(1, 0), _shifted(-1, 0)],
    "mirror": [unchanged, lambda images: images[:, :, ::-1]],
}


OPTIMIZERS = {"adamw": keras.optimizers.AdamW, "rmsprop": keras.optimizers.RMSprop}


@dataclass(eq=False, repr=False)
class KerasClassifier(ClassifierMixin, BaseEstimator):
    """Trains `network(input_shape, n_classes)`, a Keras model that ends in a softmax.

    X is an array, or `CachedPixels`, or `NumbersWithPixels`; the last two are read from disk batch by batch.
    The learning rate rises over the first tenth of the epochs to `learning_rate` and falls to zero by a
    cosine (Loshchilov and Hutter 2017, "SGDR"); the `optimizer` is "adamw" (the same, 2019) or "rmsprop".
    `loss` is the name of a Keras loss for one-hot targets. A `validation_fraction` of the training rows is
    not trained on: training ends when their loss has not fallen for `patience` epochs, and the weights of
    the best epoch are kept. Predictions are averaged over `seeds` networks and over the `views` of an image:
    "one", "mirror", or "shifts" by one pixel each way. With `warm_start` a second `fit` continues from the
    first one's weights. The same `random_state` gives the same weights, to the bit, on the same machine.
    """

    network: Callable[[tuple[int, ...], int], keras.Model]
    epochs: int = 10
    batch_size: int = 128
    learning_rate: float = 2e-3
    weight_decay: float = 0.02
    optimizer: str = "adamw"
    loss: str = "categorical_crossentropy"
    validation_fraction: float = 0.0
    patience: int = 10
    views: str = "one"
    seeds: int = 1
    warm_start: bool = False
    random_state: int | None = None

    def fit(
        self, X: Any, y: Any, sample_weight: Any = None, on_epoch: OnEpoch | None = None
    ) -> KerasClassifier:
        if self.views not in VIEWS:
            raise ModelError(f"no views {self.views!r}; {did_you_mean(self.views, VIEWS)}")
        if self.optimizer not in OPTIMIZERS:
            raise ModelError(f"no optimizer {self.optimizer!r}; {did_you_mean(self.optimizer, OPTIMIZERS)}")
        X, y = self._checked(X, y)
        check_classification_targets(y)
        earlier = self.networks_ if self.warm_start and hasattr(self, "networks_") else []
        self.classes_, codes = np.unique(y, return_inverse=True)
        targets = np.eye(len(self.classes_), dtype=np.float32)[codes]
        weights = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight)
        weights = weights.astype(np.float32)
        first = draw_seed(self.random_state)
        self.networks_: list[keras.Model] = []
        self.loss_curve_: list[float] = []
        for number in range(self.seeds):
            seed_everything(first + number)
            network = self.network(X.shape[1:], len(self.classes_))
            self.networks_.append(network)
            if earlier:
                continue_from(network, earlier[number % len(earlier)])
            else:
                self._start(network, X, targets, weights)
            self._train(network, X, targets, weights, first + number, on_epoch)
        return self

    def _checked(self, X: Any, y: Any = "no_validation") -> Any:
        if isinstance(X, CachedPixels | NumbersWithPixels):
            return X if isinstance(y, str) else (X, np.asarray(y))
        new = not isinstance(y, str)
        return validate_data(self, X, y, reset=new, ensure_2d=np.ndim(X) < 3, allow_nd=True)

    def _start(self, network: keras.Model, X: Any, targets: np.ndarray, weights: np.ndarray) -> None:
        """Prepare a fresh network before it is trained."""

    def _train(
        self,
        network: keras.Model,
        X: Any,
        targets: np.ndarray,
        weights: np.ndarray,
        seed: int,
        on_epoch: OnEpoch | None,
    ) -> None:
        optimizer = OPTIMIZERS[self.optimizer](self.learning_rate, weight_decay=self.weight_decay)
        step = training_step(network, optimizer, keras.losses.get(self.loss))
        train, held_out = self._split(targets, seed)
        best = BestWeights(self.patience)
        rng = np.random.default_rng(seed)
        for epoch in range(self.epochs):
            batches = train[shuffled_batches(len(train), self.batch_size, rng)]
            losses = []
            for number, (images, rows) in enumerate(zip(read(X, batches), batches, strict=True)):
                done = (epoch + number / len(batches)) / self.epochs
                optimizer.learning_rate.assign(self.learning_rate * rate(done))
                losses.append(step(images, targets[rows], weights[rows]))
            self.loss_curve_.append(float(np.mean(losses)))
            if on_epoch:
                on_epoch(len(self.loss_curve_), self.epochs * self.seeds, self.loss_curve_[-1])
            if len(held_out) and best.is_past(_loss(network, X, targets, weights, held_out), network):
                break
        if len(held_out):
            network.set_weights(best.weights)

    def _split(self, targets: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows to train on, and the rows to validate on after each epoch."""
        rows = np.arange(len(targets))
        if not self.validation_fraction:
            return rows, rows[:0]
        train, held_out = train_test_split(
            rows, test_size=self.validation_fraction, stratify=targets.argmax(axis=1), random_state=seed
        )
        return np.sort(train), np.sort(held_out)

    def predict_proba(self, X: Any) -> np.ndarray:
        check_is_fitted(self)
        X = self._checked(X)
        views = VIEWS[self.views]
        predicted = [outputs(n, X, view=view) for n in self.networks_ for view in views]
        return np.mean(predicted, axis=0)

    def predict(self, X: Any) -> np.ndarray:
        codes = self.predict_proba(X).argmax(axis=1)
        return self.classes_[codes]

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__().copy()
        if "networks_" in state:
            networks = state.pop("networks_")
            state["weights"] = networks[0].input_shape[1:], [n.get_weights() for n in networks]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        shape, weights = state.pop("weights", (None, []))
        super().__setstate__(state)
        if weights:
            self.networks_ = [self.network(shape, len(self.classes_)) for _ in weights]
            for network, values in zip(self.networks_, weights, strict=True):
                network.set_weights(values)


def _loss(network: keras.Model, X: Any, targets: np.ndarray, weights: np.ndarray, rows: np.ndarray) -> float:
    """Return the mean cross-entropy."""
    predicted = (outputs(network, X, rows) * targets[rows]).sum(axis=1)
    return float(np.average(-np.log(np.maximum(predicted, 1e-7)), weights=weights[rows]))


def outputs(
    network: keras.Model, X: Any, rows: np.ndarray | None = None, view: View = unchanged, size: int = 256
) -> np.ndarray:
    """Return the network's outputs for some rows of images (all by default), in batches of `size`. Keras'
    `predict` would build a data pipeline, about which TensorFlow logs errors."""
    rows = np.arange(len(X)) if rows is None else rows
    batches = (view(X[rows[i : i + size]]).astype(np.float32) for i in range(0, len(rows), size))
    return np.concatenate([network.predict_on_batch(batch) for batch in batches])
