"""The parts of a training loop: seeds, batches, learning rates, steps, early stopping."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, cos, pi
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from sklearn.model_selection import train_test_split

from podium.errors import ModelError

tf.get_logger().setLevel("ERROR")  # it warns of tracing anew, as other shapes must be


class BestWeights:
    """Keeps the weights of the epoch with the lowest loss."""

    def __init__(self, patience: int):
        self.patience = patience
        self.loss = np.inf
        self.epochs_since = 0
        self.weights: list[np.ndarray] = []

    def is_past(self, loss: float, network: keras.Model) -> bool:
        """Return whether the loss has not fallen for `patience` epochs."""
        if loss < self.loss:
            self.loss = loss
            self.epochs_since = 0
            self.weights = network.get_weights()
        else:
            self.epochs_since += 1
        return self.epochs_since >= self.patience


def draw_seed(random_state: int | None) -> int:
    """Return the seed itself, or a random one for None."""
    return np.random.randint(2**31) if random_state is None else random_state


def seed_everything(seed: int) -> None:
    """Seed every generator, so that from here on the same operations give the same bits."""
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()


def continue_from(network: keras.Model, earlier: keras.Model) -> None:
    """Copy the weights of an earlier network. Raise ModelError if the shapes differ."""
    try:
        network.set_weights(earlier.get_weights())
    except ValueError as error:
        raise ModelError(
            f"a warm start must have the network's shapes of before, got others: {error}; leave it out"
        ) from error


def row_weights(sample_weight: Any, n: int) -> np.ndarray:
    """Return what each row weighs (n,): one, where nothing is said."""
    weights = np.ones(n) if sample_weight is None else np.asarray(sample_weight)
    return weights.astype(np.float32)


def held_out_split(
    rows: np.ndarray, strata: np.ndarray | None, fraction: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows to train on and the rows to hold out, both in order.

    The split is stratified where the rows have strata and enough of them are held out. The row of a stratum
    of one row is always trained on.
    """
    alone = rows[:0]
    if strata is not None:
        _, codes, counts = np.unique(strata, return_inverse=True, return_counts=True)
        is_alone = counts[codes] == 1
        alone = rows[is_alone]
        rows = rows[~is_alone]
        strata = strata[~is_alone]
        if ceil(fraction * len(rows)) < (counts > 1).sum():
            strata = None
    train, held_out = train_test_split(rows, test_size=fraction, stratify=strata, random_state=seed)
    return np.sort(np.concatenate([alone, train])), np.sort(held_out)


def rate(done: float, warmup: float = 0.1) -> float:
    """Return the share of the full learning rate when a share `done` of the training is over."""
    if done < warmup:
        return 0.05 + 0.95 * done / warmup
    return 0.5 + 0.5 * cos(pi * (done - warmup) / (1 - warmup))


def shuffled_batches(n: int, size: int, rng: np.random.Generator) -> np.ndarray:
    """Return row numbers (batches, size) in random order. The rows left over wait for another epoch: a small
    last batch would be a second shape to compile, and a noisy one for batch normalisation."""
    size = min(size, n)
    return rng.permutation(n)[: n // size * size].reshape(-1, size)


def read(X: Any, batches: np.ndarray) -> Iterator[tf.Tensor]:
    """Yield the rows of each batch (batches, size) as floats; the next ones are read while these are used."""

    def rows(numbers: np.ndarray) -> np.ndarray:
        return X[numbers].astype(np.float32)

    stream = tf.data.Dataset.from_tensor_slices(batches).map(
        lambda numbers: tf.ensure_shape(tf.numpy_function(rows, [numbers], tf.float32), (None, *X.shape[1:]))
    )
    return iter(stream.prefetch(2))


def training_step(network: keras.Model, optimizer: keras.optimizers.Optimizer, loss: Any) -> Any:
    """Return a compiled function of a batch, its targets and the weights of its rows. It updates
    `network` and returns the mean loss."""
    optimizer.build(network.trainable_variables)

    @tf.function
    def step(X: tf.Tensor, targets: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            losses = loss(targets, network(X, training=True))
            total = tf.reduce_mean(weights * losses) + sum(network.losses)
        gradients = tape.gradient(total, network.trainable_variables)
        optimizer.apply(gradients, network.trainable_variables)
        return total

    return step
