"""A Keras network as a scikit-learn estimator of classes, labels or numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import keras
import numpy as np
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted, validate_data

from podium.data.cached_pixels import CachedPixels, NumbersWithPixels
from podium.data.task import Task
from podium.errors import ModelError
from podium.formatting import did_you_mean
from podium.models.callbacks import OnEpoch
from podium.models.keras.device import device
from podium.models.keras.heads import Head, HeadedEstimator, head_for
from podium.models.keras.traced import TracedNetwork, predicting, traced
from podium.models.keras.training import (
    BestWeights,
    continue_from,
    draw_seed,
    held_out_split,
    rate,
    read,
    row_weights,
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
class KerasEstimator(HeadedEstimator):
    """Trains `network(input_shape, n_outputs, activation)`, a Keras model whose last layer has that many
    outputs and that activation. The `head` says how targets become outputs, and what the loss is.

    X is an array, or `CachedPixels`, or `NumbersWithPixels`; the last two are read from disk batch by batch.
    The learning rate rises over the first tenth of the epochs to `learning_rate` and falls to zero by a
    cosine (Loshchilov and Hutter 2017, "SGDR"); the `optimizer` is "adamw" (the same, 2019) or "rmsprop".
    `loss` is the name of a Keras loss instead of the head's own. A `validation_fraction` of the training rows
    is not trained on: training ends when their loss (the head's) has not fallen for `patience` epochs, and
    the weights of the best epoch are kept. Outputs are averaged over `seeds` networks and over the `views` of
    an image: "one", "mirror", or "shifts" by one pixel each way. With `warm_start` a second `fit` continues
    from the first one's weights. The same `random_state` gives the same weights, to the bit, on the same
    machine.
    """

    network: Callable[[tuple[int, ...], int, str], keras.Model]
    head: Head
    epochs: int = 10
    batch_size: int = 128
    learning_rate: float = 2e-3
    weight_decay: float = 0.02
    optimizer: str = "adamw"
    loss: str | None = None
    validation_fraction: float = 0.0
    patience: int = 10
    views: str = "one"
    seeds: int = 1
    warm_start: bool = False
    random_state: int | None = None

    @classmethod
    def for_task(
        cls,
        task: Task,
        network: Callable[[tuple[int, ...], int, str], keras.Model],
        log: bool = False,
        **params: Any,
    ) -> Self:
        """Return the estimator with the head for a task; with `log` it learns log(1 + y)."""
        return cls(network, head_for(task, log), **params)

    def fit(
        self, X: Any, y: Any, sample_weight: Any = None, on_epoch: OnEpoch | None = None
    ) -> KerasEstimator:
        """Fit on rows X (n, ...) and targets y (n,) or (n, t)."""
        self._require_known()
        X, y = self._checked(X, y)
        earlier = self.networks_ if self.warm_start and hasattr(self, "networks_") else []
        self.device_ = device().name
        self.head_ = clone(self.head).fit(y)
        targets = self.head_.encode(y)
        weights = row_weights(sample_weight, len(y))
        first = draw_seed(self.random_state)
        self.networks_: list[keras.Model] = []
        self.loss_curve_: list[float] = []
        kept = traced(self.network, self._settings(X.shape[1:]), lambda: self._untraced(X.shape[1:]))
        for number in range(self.seeds):
            seed_everything(first + number)
            network = self._made(X.shape[1:])
            self.networks_.append(network)
            if earlier:
                continue_from(network, earlier[number % len(earlier)])
            else:
                self._start(kept, network, X, targets, weights)
            with kept.training(network):
                self._train(kept, X, targets, weights, first + number, on_epoch)
        return self

    def _require_known(self) -> None:
        """Raise ModelError for views or an optimizer that there are not."""
        if self.views not in VIEWS:
            raise ModelError(f"no views {self.views!r}; {did_you_mean(self.views, VIEWS)}")
        if self.optimizer not in OPTIMIZERS:
            raise ModelError(f"no optimizer {self.optimizer!r}; {did_you_mean(self.optimizer, OPTIMIZERS)}")

    def _checked(self, X: Any, y: Any = "no_validation") -> Any:
        is_fit = not isinstance(y, str)
        if isinstance(X, CachedPixels | NumbersWithPixels):
            return (X, np.asarray(y)) if is_fit else X
        shapes = {"ensure_2d": np.ndim(X) < 3, "allow_nd": True}
        if is_fit:
            shapes["multi_output"] = self.head.takes_several
        return validate_data(self, X, y, reset=is_fit, **shapes)

    def _made(self, shape: tuple[int, ...]) -> keras.Model:
        """Return a fresh network in the precision of the device. Its outputs are 32-bit numbers in any."""
        before = keras.config.dtype_policy()
        keras.config.set_dtype_policy(device().policy)
        try:
            network = self.network(shape, self.head_.n_outputs_, self.head_.activation)
        finally:
            keras.config.set_dtype_policy(before)
        network.layers[-1].dtype_policy = "float32"
        return network

    def _settings(self, shape: tuple[int, ...]) -> tuple[Any, ...]:
        """Return what the graph of a training step depends on besides the function `network`."""
        return (
            shape,
            self.head_.n_outputs_,
            self.head_.activation,
            self.loss or self.head.loss,
            self.optimizer,
            self.weight_decay,
            device().policy,
        )

    def _untraced(self, shape: tuple[int, ...]) -> TracedNetwork:
        network = self._made(shape)
        optimizer = OPTIMIZERS[self.optimizer](self.learning_rate, weight_decay=self.weight_decay)
        return TracedNetwork(network, optimizer, training_step(network, optimizer, self._loss))

    @property
    def _loss(self) -> Callable[[Any, Any], Any]:
        """Return the function from targets and outputs to the loss of each row."""
        found: Callable[[Any, Any], Any] = keras.losses.get(self.loss or self.head.loss)
        return found

    def _start(
        self, kept: TracedNetwork, network: keras.Model, X: Any, targets: np.ndarray, weights: np.ndarray
    ) -> None:
        """Prepare a fresh network before it is trained."""

    def _train(
        self,
        kept: TracedNetwork,
        X: Any,
        targets: np.ndarray,
        weights: np.ndarray,
        seed: int,
        on_epoch: OnEpoch | None,
    ) -> None:
        network = kept.network
        train, held_out = self._split(targets, seed)
        best = BestWeights(self.patience)
        rng = np.random.default_rng(seed)
        for epoch in range(self.epochs):
            batches = train[shuffled_batches(len(train), self.batch_size, rng)]
            losses = []
            for number, (images, rows) in enumerate(zip(read(X, batches), batches, strict=True)):
                done = (epoch + number / len(batches)) / self.epochs
                kept.optimizer.learning_rate.assign(self.learning_rate * rate(done))
                losses.append(kept.step(images, targets[rows], weights[rows]))
            self.loss_curve_.append(float(np.mean(losses)))
            if on_epoch:
                on_epoch(len(self.loss_curve_), self.epochs * self.seeds, self.loss_curve_[-1])
            if len(held_out) and best.is_past(
                self._validated(network, X, targets, weights, held_out), network
            ):
                break
        if len(held_out):
            network.set_weights(best.weights)

    def _split(self, targets: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows to train on, and the rows to validate on after each epoch."""
        rows = np.arange(len(targets))
        if not self.validation_fraction:
            return rows, rows[:0]
        return held_out_split(rows, self.head_.strata(targets), self.validation_fraction, seed)

    def _validated(
        self, network: keras.Model, X: Any, targets: np.ndarray, weights: np.ndarray, rows: np.ndarray
    ) -> float:
        """Return the mean loss of some rows."""
        losses = self.head_.row_losses(targets[rows], outputs(network, X, rows))
        return float(np.average(losses, weights=weights[rows]))

    def _outputs(self, X: Any) -> np.ndarray:
        """Return the outputs (rows, o), averaged over networks and views."""
        check_is_fitted(self)
        X = self._checked(X)
        predicted = []
        for network in self.networks_:
            with predicting(network) as same:
                predicted += [outputs(same, X, view=view) for view in VIEWS[self.views]]
        return np.asarray(np.mean(predicted, axis=0))

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
            self.networks_ = [self._made(shape) for _ in weights]
            for network, values in zip(self.networks_, weights, strict=True):
                network.set_weights(values)


def outputs(
    network: keras.Model,
    X: Any,
    rows: np.ndarray | None = None,
    view: View = unchanged,
    size: int | None = None,
) -> np.ndarray:
    """Return the network's outputs for some rows of images (all by default), in batches of `size`, or of as
    many as suit the device. Keras' `predict` would build a data pipeline, about which TensorFlow logs
    errors."""
    size = size or device().rows
    rows = np.arange(len(X)) if rows is None else rows
    batches = (view(X[rows[i : i + size]]).astype(np.float32) for i in range(0, len(rows), size))
    return np.concatenate([network.predict_on_batch(batch) for batch in batches])
