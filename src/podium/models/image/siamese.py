"""Siamese networks for numbers: two or three rows go through the same layers, which learn how far apart
their targets are.

The body is not trained, so its features are computed once for all networks and folds
(`transfer.BodyFeatures`). Only dense layers on them are trained.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import sqrt
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import Input, Model, layers
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted, validate_data

from podium.data.task import Task
from podium.errors import ModelError
from podium.formatting import did_you_mean
from podium.models.callbacks import OnEpoch
from podium.models.image.transfer import body_features
from podium.models.keras.estimator import outputs
from podium.models.keras.traced import TracedNetwork, predicting, traced, up_to
from podium.models.keras.training import draw_seed, rate, seed_everything, shuffled_batches

MARGINS = {"euclidean": 1.0, "cosine": sqrt(3) / 2}
AVERAGES = ("mean", "median", "distance")
Drawing = Callable[[np.ndarray, np.ndarray, np.random.Generator], tuple[Any, ...]]  # X and rows to a batch


def _on_body(head: Callable[..., Siamese], task: Task, body: str, **params: Any) -> Pipeline:
    features, rest = body_features(body, params)
    return make_pipeline(features, StandardScaler(), head(**rest))


@dataclass(eq=False, repr=False)
class Siamese(RegressorMixin, BaseEstimator):
    """The base class of siamese networks.

    Targets are standardised; with `log` the networks learn log(1 + y). The optimiser is AdamW with the
    learning rate of `training.rate`. `loss_curve_` holds the mean loss of each epoch.
    """

    log: bool = False
    dropout: float = 0.5
    epochs: int = 20
    batch_size: int = 64
    learning_rate: float = 5e-4
    weight_decay: float = 0.01
    random_state: int | None = None

    def fit(self, X: Any, y: Any, on_epoch: OnEpoch | None = None) -> Siamese:
        X, y = validate_data(self, X, y, dtype=np.float32, y_numeric=True)
        self._require_known()
        self.targets_ = np.log1p(y) if self.log else np.asarray(y, dtype=np.float64)
        self.scale_ = float(self.targets_.std()) or 1.0
        seed = draw_seed(self.random_state)
        kept = traced(type(self), self._settings(X.shape[1]), lambda: self._untraced(X.shape[1]))
        seed_everything(seed)
        self.network_ = self._network(X.shape[1])
        with kept.training(self.network_):
            self._train(kept, X, np.random.default_rng(seed), on_epoch)
        self._keep(X)
        return self

    def _settings(self, columns: int) -> tuple[Any, ...]:
        """Return what the graph of a training step depends on, and parameters that it does not depend on."""
        params = {**self.get_params(), "random_state": None}
        return columns, sorted(params.items()), keras.config.dtype_policy().name

    def _untraced(self, columns: int) -> TracedNetwork:
        network = self._network(columns)
        optimizer = keras.optimizers.AdamW(self.learning_rate, weight_decay=self.weight_decay)
        optimizer.build(network.trainable_variables)
        loss = clone(self)._loss  # what is kept holds no training rows

        @tf.function
        def step(*parts: tf.Tensor) -> tf.Tensor:
            with tf.GradientTape() as tape:
                total = loss(network, *parts)
            variables = network.trainable_variables
            optimizer.apply(tape.gradient(total, variables), variables)
            return total

        return TracedNetwork(network, optimizer, step)

    def _keep(self, X: np.ndarray) -> None:
        """Keep what a prediction needs of the training rows."""
        self.embeddings_ = self.embed(X)

    def _require_known(self) -> None:
        """Raise ModelError for a parameter that makes no sense."""

    def _train(
        self, kept: TracedNetwork, X: np.ndarray, rng: np.random.Generator, on_epoch: OnEpoch | None
    ) -> None:
        scaled = ((self.targets_ - self.targets_.mean()) / self.scale_).astype(np.float32)
        draw = self._drawing(scaled)
        self.loss_curve_: list[float] = []
        for epoch in range(self.epochs):
            kept.optimizer.learning_rate.assign(self.learning_rate * rate((epoch + 0.5) / self.epochs))
            batches = shuffled_batches(len(X), self.batch_size, rng)
            losses = [
                float(kept.step(*(tf.constant(part) for part in draw(X, rows, rng)))) for rows in batches
            ]
            self.loss_curve_.append(float(np.mean(losses)))
            if on_epoch:
                on_epoch(epoch + 1, self.epochs, self.loss_curve_[-1])

    def embed(self, X: Any) -> np.ndarray:
        """Return the embeddings (n, w) of rows of features."""
        check_is_fitted(self, "network_")
        with predicting(self.network_) as network:
            return outputs(up_to(network, "embedding"), np.asarray(X, dtype=np.float32))

    def _checked(self, X: Any) -> np.ndarray:
        check_is_fitted(self)
        checked: np.ndarray = validate_data(self, X, dtype=np.float32, reset=False)
        return checked

    def _numbers(self, learnt: np.ndarray) -> np.ndarray:
        return np.expm1(learnt) if self.log else learnt

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__().copy()
        if "network_" in state:
            state["network_"] = state["network_"].get_weights()
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if "network_" in state:
            self.network_ = self._network(self.n_features_in_)
            self.network_.set_weights(state["network_"])


@dataclass(eq=False, repr=False)
class TripletRegressor(Siamese):
    """Learns an embedding in which rows of near targets are near, and predicts the average target of the `k`
    nearest training rows.

    The method is that of Schroff et al. 2015, "FaceNet: a unified embedding for face recognition and
    clustering". Embeddings have length one. An anchor is to be nearer to a positive than to a negative by a
    margin: 1 for Euclidean distances, sqrt(3)/2 for cosine distances. In the order of the targets, positives
    are at most a share `near` of all rows away from the anchor, and negatives at least a share `far`. With
    `semi_hard` an anchor takes the nearest of the batch's negatives that is farther than the positive, but
    within the margin. `average` is "mean", "median", or "distance": a mean weighted by one over the distance.
    """

    distance: str = "euclidean"
    near: float = 0.1
    far: float = 0.4
    semi_hard: bool = False
    k: int = 10
    average: str = "mean"
    width: int = 8
    hidden: int = 128

    def predict(self, X: Any) -> np.ndarray:
        distances, rows = self.nearest(self.embed(self._checked(X)), self.k)
        targets = self.targets_[rows]
        if self.average == "median":
            return self._numbers(np.median(targets, axis=1))
        weights = 1 / np.maximum(distances, 1e-6) if self.average == "distance" else np.ones_like(distances)
        return self._numbers((weights * targets).sum(axis=1) / weights.sum(axis=1))

    def nearest(self, embeddings: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the distances (n, k) to the nearest training rows, ascending, and the indices of these rows
        (n, k)."""
        near = NearestNeighbors(metric=self.distance, algorithm="brute").fit(self.embeddings_)
        found: tuple[np.ndarray, np.ndarray] = near.kneighbors(embeddings, min(k, len(self.embeddings_)))
        return found

    def _require_known(self) -> None:
        for name, value, known in (
            ("distance", self.distance, MARGINS),
            ("average", self.average, AVERAGES),
        ):
            if value not in known:
                raise ModelError(f"no {name} {value!r}; {did_you_mean(value, known)}")
        if not 0 < self.near < self.far <= 0.5:
            raise ModelError(
                f"`near` and `far` must be shares of the rows, 0 < near < far <= 0.5, got {self.near} and "
                f"{self.far}; beyond a half the median row has no negatives"
            )

    def _network(self, columns: int) -> Model:
        inputs = Input((columns,))
        x = layers.Dense(self.hidden, activation="relu")(layers.Dropout(self.dropout)(inputs))
        x = layers.Dense(self.width)(layers.Dropout(self.dropout)(x))
        return Model(inputs, layers.UnitNormalization(name="embedding")(x))

    def _drawing(self, targets: np.ndarray) -> Drawing:
        order = targets.argsort(kind="stable")
        place = order.argsort()
        far = np.int32(max(1, round(self.far * len(targets))))

        def draw(X: np.ndarray, anchors: np.ndarray, rng: np.random.Generator) -> tuple[Any, ...]:
            mined = mine(place[anchors], len(targets), self.near, self.far, rng)
            places = np.stack([place[anchors], *mined])
            return X[order[places]].reshape(-1, X.shape[1]), places.astype(np.int32), far

        return draw

    def _loss(self, network: Model, rows: tf.Tensor, places: tf.Tensor, far: tf.Tensor) -> tf.Tensor:
        anchor, positive, negative = tf.split(network(rows, training=True), 3)
        to_positive = self._distances(anchor, positive)
        to_negative = self._distances(anchor, negative)
        if self.semi_hard:
            is_far = abs(places[0][:, None] - places[2]) >= far
            to_negative = self._semi_hard(anchor, to_positive, negative, to_negative, is_far)
        return tf.reduce_mean(tf.nn.relu(to_positive - to_negative + MARGINS[self.distance]))

    def _distances(self, a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
        cosine = 1 - tf.reduce_sum(a * b, axis=-1)
        return cosine if self.distance == "cosine" else tf.sqrt(tf.maximum(2 * cosine, 1e-9))

    def _semi_hard(
        self,
        anchor: tf.Tensor,
        to_positive: tf.Tensor,
        negative: tf.Tensor,
        to_mined: tf.Tensor,
        is_far: tf.Tensor,
    ) -> tf.Tensor:
        """Return the distances (b,) to the chosen negatives: to the mined ones where none is semi-hard."""
        all_pairs = self._distances(anchor[:, None], negative[None])
        beyond = all_pairs - to_positive[:, None]
        fits = is_far & (beyond > 0) & (beyond < MARGINS[self.distance])
        nearest = tf.reduce_min(tf.where(fits, all_pairs, np.inf), axis=1)
        return tf.where(tf.reduce_any(fits, axis=1), nearest, to_mined)


def mine(
    places: np.ndarray, n: int, near: float, far: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return a positive (b,) and a negative (b,) for each anchor: ranks among n rows sorted by target, as the
    anchors' own `places` (b,) are."""
    most_near = max(1, round(near * n))
    least_far = min(max(1, round(far * n)), n // 2)
    low = np.maximum(places - most_near, 0)
    high = np.minimum(places + most_near, n - 1)
    positives = rng.integers(low, high)  # the anchor's own place is left out
    positives += positives >= places
    n_below = np.maximum(places - least_far + 1, 0)
    n_above = np.maximum(n - places - least_far, 0)
    negatives = rng.integers(0, n_below + n_above)
    return positives, np.where(negatives < n_below, negatives, negatives - n_below + places + least_far)


@dataclass(eq=False, repr=False)
class PairRegressor(Siamese):
    """Learns a linear unit that predicts the difference of two rows' targets from the difference of their
    embeddings, by the mean squared error.

    The prediction for a row is the mean over all training rows of their target plus the predicted difference
    to it.
    """

    width: int = 64

    def predict(self, X: Any) -> np.ndarray:
        # The unit is linear, so the mean over all pairs is a difference of means.
        predicted = self._unit(self._checked(X)) - self.outputs_.mean()
        return self._numbers(self.targets_.mean() + self.scale_ * predicted)

    def _keep(self, X: np.ndarray) -> None:
        super()._keep(X)
        self.outputs_ = self._unit(X)

    def _unit(self, X: np.ndarray) -> np.ndarray:
        """Return the output (n,) of the linear unit."""
        with predicting(self.network_) as network:
            return outputs(network, X)[:, 0]

    def _network(self, columns: int) -> Model:
        inputs = Input((columns,))
        x = layers.Dense(self.width, activation="relu", name="embedding")(
            layers.Dropout(self.dropout)(inputs)
        )
        # Zeros: at first all differences are predicted to be zero, an error of the targets' variance.
        unit = layers.Dense(1, use_bias=False, kernel_initializer="zeros", name="difference")
        return Model(inputs, unit(layers.Dropout(self.dropout)(x)))

    def _drawing(self, targets: np.ndarray) -> Drawing:
        def draw(X: np.ndarray, rows: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
            rows = np.concatenate([rows, rng.integers(0, len(X), len(rows))])
            return X[rows], targets[rows]

        return draw

    def _loss(self, network: Model, rows: tf.Tensor, expected: tf.Tensor) -> tf.Tensor:
        # Without a bias the unit of a difference of embeddings is the difference of two units.
        predicted_first, predicted_second = tf.split(network(rows, training=True)[:, 0], 2)
        first, second = tf.split(expected, 2)
        return tf.reduce_mean(((predicted_first - predicted_second) - (first - second)) ** 2)


triplet_euclidean = partial(_on_body, partial(TripletRegressor, distance="euclidean"))
triplet_cosine = partial(_on_body, partial(TripletRegressor, distance="cosine"))
pair = partial(_on_body, PairRegressor)
