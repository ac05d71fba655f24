"""A Keras network as a scikit-learn classifier."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

tf.get_logger().setLevel("ERROR")  # it warns of tracing anew, as each fold's network must be
OnEpoch = Callable[[int, int, float], None]  # epoch from 1, number of epochs, training loss


class KerasClassifier(ClassifierMixin, BaseEstimator):
    """Trains `network(input_shape, n_classes)`, a Keras model that ends in a softmax.

    The learning rate rises over the first tenth of the epochs to `learning_rate` and falls to zero
    by a cosine (Loshchilov and Hutter 2017, "SGDR"); the optimiser is AdamW (the same, 2019).
    `loss` is the name of a Keras loss for one-hot targets. With `views` of 5, predictions are
    averaged over the image and its four shifts by one pixel. The same `random_state` gives the same
    weights, to the bit, on the same machine.
    """

    def __init__(
        self,
        network: Callable[[tuple[int, ...], int], keras.Model],
        epochs: int = 10,
        batch_size: int = 128,
        learning_rate: float = 2e-3,
        weight_decay: float = 0.02,
        loss: str = "categorical_crossentropy",
        views: int = 1,
        random_state: int | None = None,
    ):
        self.network = network
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.loss = loss
        self.views = views
        self.random_state = random_state

    def fit(self, X: Any, y: Any, on_epoch: OnEpoch | None = None) -> KerasClassifier:
        X, y = validate_data(self, X, y, ensure_2d=np.ndim(X) < 3, allow_nd=True)
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        seed = draw_seed(self.random_state)
        seed_everything(seed)
        self.model_ = self.network(X.shape[1:], len(self.classes_))
        targets = np.eye(len(self.classes_), dtype=np.float32)[codes]
        self.loss_curve_ = self._train(X, targets, np.random.default_rng(seed), on_epoch)
        return self

    def _train(
        self, X: np.ndarray, targets: np.ndarray, rng: np.random.Generator, on_epoch: OnEpoch | None
    ) -> list[float]:
        optimizer = keras.optimizers.AdamW(self.learning_rate, weight_decay=self.weight_decay)
        step = training_step(self.model_, optimizer, keras.losses.get(self.loss))
        curve = []
        for epoch in range(self.epochs):
            batches = shuffled_batches(len(X), self.batch_size, rng)
            losses = []
            for number, rows in enumerate(batches):
                done = (epoch + number / len(batches)) / self.epochs
                optimizer.learning_rate.assign(self.learning_rate * rate(done))
                losses.append(step(X[rows].astype(np.float32), targets[rows]))
            curve.append(float(np.mean(losses)))
            if on_epoch:
                on_epoch(epoch + 1, self.epochs, curve[-1])
        return curve

    def predict_proba(self, X: Any) -> np.ndarray:
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, ensure_2d=np.ndim(X) < 3, allow_nd=True)
        shifts = [(0, 0), (0, 1), (0, -1), (1, 0), (-1, 0)][: self.views]
        views = [np.roll(X, shift, axis=(1, 2)) if any(shift) else X for shift in shifts]
        return np.mean([_probabilities(self.model_, view) for view in views], axis=0)

    def predict(self, X: Any) -> np.ndarray:
        codes = self.predict_proba(X).argmax(axis=1)
        return self.classes_[codes]

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__().copy()
        if "model_" in state:
            network = state.pop("model_")
            state["weights"] = network.get_weights(), network.input_shape[1:]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        weights = state.pop("weights", None)
        super().__setstate__(state)
        if weights is not None:
            self.model_ = self.network(weights[1], len(self.classes_))
            self.model_.set_weights(weights[0])


def draw_seed(random_state: int | None) -> int:
    return np.random.randint(2**31) if random_state is None else random_state


def seed_everything(seed: int) -> None:
    """From here on, the same operations give the same bits."""
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()


def rate(done: float, warmup: float = 0.1) -> float:
    """The share of the full learning rate when a share `done` of the training is over."""
    if done < warmup:
        return 0.05 + 0.95 * done / warmup
    return 0.5 + 0.5 * cos(pi * (done - warmup) / (1 - warmup))


def shuffled_batches(n: int, size: int, rng: np.random.Generator) -> np.ndarray:
    """Row numbers (batches, size) in random order. The rows left over wait for another epoch: a small
    last batch would be a second shape to compile and a noisy one for batch normalisation."""
    size = min(size, n)
    return rng.permutation(n)[: n // size * size].reshape(-1, size)


def training_step(network: keras.Model, optimizer: keras.optimizers.Optimizer, loss: Any) -> Any:
    """A compiled function of a batch and its one-hot targets, which changes the weights of `network`
    and gives the mean loss."""
    optimizer.build(network.trainable_variables)

    @tf.function
    def step(X: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            total = tf.reduce_mean(loss(targets, network(X, training=True))) + sum(network.losses)
        gradients = tape.gradient(total, network.trainable_variables)
        optimizer.apply(gradients, network.trainable_variables)
        return total

    return step


def _probabilities(network: keras.Model, X: np.ndarray, size: int = 512) -> np.ndarray:
    """Batch by batch: Keras' `predict` builds a data pipeline, of which TensorFlow logs errors."""
    batches = (X[i : i + size].astype(np.float32) for i in range(0, len(X), size))
    return np.concatenate([network.predict_on_batch(batch) for batch in batches])
