"""A Keras network as a scikit-learn classifier."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# TensorFlow turns its oneDNN kernels on by itself only for newer processors; on plain AVX2 the
# convolutions here take 1.4 to 2.5 times as long without them.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

import keras
import numpy as np
import tensorflow as tf
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

OnEpoch = Callable[[int, int, float], None]  # epoch from 1, number of epochs, training loss


class KerasClassifier(ClassifierMixin, BaseEstimator):
    """Trains `network(input_shape, n_classes)`, a Keras model that ends in a softmax.

    The learning rate rises over the first tenth of the steps to `learning_rate` and falls to zero
    by a cosine (Loshchilov and Hutter 2017, "SGDR"); the optimiser is AdamW (the same, 2019).
    `loss` is the name of a Keras loss for one-hot targets. With `views` of 5, predictions are
    averaged over the image and its four shifts by one pixel. The same `random_state` gives the
    same weights, to the bit, on the same machine.
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
        seed = np.random.randint(2**31) if self.random_state is None else self.random_state
        keras.utils.set_random_seed(seed)
        tf.config.experimental.enable_op_determinism()
        batches = Batches(X, np.eye(len(self.classes_))[codes], self.batch_size, seed)
        self.model_ = self.network(X.shape[1:], len(self.classes_))
        self.model_.compile(self._optimizer(len(batches) * self.epochs), self.loss)
        watch = [_Watch(self.epochs, on_epoch)] if on_epoch else []
        history = self.model_.fit(
            batches, epochs=self.epochs, shuffle=False, verbose=0, callbacks=watch
        )
        self.loss_curve_ = [float(loss) for loss in history.history["loss"]]
        return self

    def _optimizer(self, steps: int) -> keras.optimizers.Optimizer:
        warmup = max(1, steps // 10)
        schedule = keras.optimizers.schedules.CosineDecay(
            self.learning_rate / 20,
            decay_steps=max(1, steps - warmup),
            warmup_target=self.learning_rate,
            warmup_steps=warmup,
        )
        return keras.optimizers.AdamW(schedule, weight_decay=self.weight_decay)

    def predict_proba(self, X: Any) -> np.ndarray:
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, ensure_2d=np.ndim(X) < 3, allow_nd=True)
        shifts = [(0, 0), (0, 1), (0, -1), (1, 0), (-1, 0)][: self.views]
        views = [np.roll(X, shift, axis=(1, 2)) if any(shift) else X for shift in shifts]
        return np.mean([self.model_.predict(v, batch_size=512, verbose=0) for v in views], axis=0)

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


class Batches(keras.utils.PyDataset):
    """Whole batches in a new order each epoch. The rows left over wait for another epoch: a small
    last batch would be a second shape to compile and a noisy one for batch normalisation."""

    def __init__(self, X: Any, targets: np.ndarray, batch_size: int, seed: int):
        super().__init__()
        self.X, self.targets = X, targets.astype(np.float32)
        self.batch_size = min(batch_size, len(X))
        self.rng = np.random.default_rng(seed)
        self.on_epoch_end()

    def on_epoch_end(self) -> None:
        self.order = self.rng.permutation(len(self.X))

    def __len__(self) -> int:
        return len(self.X) // self.batch_size

    def __getitem__(self, batch: int) -> tuple[np.ndarray, np.ndarray]:
        rows = self.order[batch * self.batch_size :][: self.batch_size]
        return self.X[rows].astype(np.float32), self.targets[rows]


class _Watch(keras.callbacks.Callback):
    def __init__(self, epochs: int, on_epoch: OnEpoch):
        super().__init__()
        self.epochs, self.on_epoch = epochs, on_epoch

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.on_epoch(epoch + 1, self.epochs, (logs or {}).get("loss", float("nan")))
