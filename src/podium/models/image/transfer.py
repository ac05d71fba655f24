"""Networks that were trained on ImageNet: as they are, as features, or fine-tuned."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from inspect import signature
from typing import Any

import keras
import numpy as np
from keras import Input, Model, layers
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from podium.data.image_spec import ImageSpec
from podium.data.images import ImageFiles
from podium.data.task import Task
from podium.errors import ModelError
from podium.formatting import did_you_mean
from podium.models.image import pixels
from podium.models.image.augment import RandomAffine
from podium.models.image.backbones import load_body, load_classifier, preprocessing
from podium.models.image.resize import AUGMENTATION, Resized, image_pipeline, require_files
from podium.models.keras.estimator import VIEWS, KerasEstimator, outputs
from podium.models.keras.traced import TracedNetwork, traced, up_to
from podium.models.keras.training import draw_seed, seed_everything, shuffled_batches, training_step
from podium.models.regressors import make_regressor, on_log_scale

_BATCH = 64  # photos in memory with all their maps
CLASSIFIERS: dict[str, Callable[..., Pipeline]] = {
    "logistic-regression": partial(pixels.logistic_regression, C=0.01, max_iter=1000),
    "ridge": partial(pixels.ridge, alpha=1000.0),
    "sgd": pixels.sgd,
    "gaussian-nb": pixels.gaussian_nb,
    "xgboost": pixels.xgboost,
}
REGRESSOR_PARAMS: dict[str, dict[str, Any]] = {
    "ridge": {"alpha": 10_000.0},
    "sgd": {"alpha": 3.0, "eta0": 1e-4},
    "knn": {"metric": "cosine"},
}


def frozen(task: Task, body: str, **params: Any) -> BaseEstimator:
    """Return a model on the features of a body that stays as it is: the `classifier` or `regressor` of a
    name. `params` are those of `BodyFeatures`, the rest those of the model."""
    make = _frozen_regressor if task.kind == "regression" else _frozen
    return make(task, body, **params)


def _frozen(task: Task, body: str, classifier: str = "logistic-regression", **params: Any) -> Pipeline:
    if classifier not in CLASSIFIERS:
        raise ModelError(f"no classifier {classifier!r}; {did_you_mean(classifier, CLASSIFIERS)}")
    features, rest = body_features(body, params)
    return image_pipeline(task, features, StandardScaler(), CLASSIFIERS[classifier](task, **rest)[-1])


def _frozen_regressor(
    task: Task, body: str, regressor: str = "ridge", log: bool = False, **params: Any
) -> BaseEstimator:
    features, rest = body_features(body, params)
    last = make_regressor(regressor, **{**REGRESSOR_PARAMS.get(regressor, {}), **rest})
    return on_log_scale(log, image_pipeline(task, features, StandardScaler(), last))


def body_features(body: str, params: Mapping[str, Any]) -> tuple[BodyFeatures, dict[str, Any]]:
    """Return the features of a body, and what of the `params` is not theirs."""
    theirs = params.keys() & signature(BodyFeatures).parameters.keys()
    rest = {name: value for name, value in params.items() if name not in theirs}
    return BodyFeatures(body, **{name: params[name] for name in theirs}), rest


def finetune(
    task: Task,
    body: str,
    weights: str | None = "imagenet",
    cut: str | None = None,
    unfrozen: int = 4,
    side: int = 128,
    keep_aspect: bool = False,
    smoothing: str | None = None,
    augmentation: Mapping[str, Any] = AUGMENTATION,
    dropout: float = 0.2,
    **params: Any,
) -> Pipeline:
    """Return a network whose head is trained first, and then the last `unfrozen` layers of the body that have
    weights."""
    network = partial(
        finetuned_network,
        body=body,
        weights=weights,
        cut=cut,
        unfrozen=unfrozen,
        augmentation=augmentation,
        dropout=dropout,
    )
    settings = {"epochs": 8, "batch_size": 32, "learning_rate": 2e-4, "views": "mirror", **params}
    resized = Resized(side, side, keep_aspect, smoothing)
    return image_pipeline(task, resized, FineTunedEstimator.for_task(task, network, **settings))


@dataclass(eq=False, repr=False)
class BodyFeatures(TransformerMixin, BaseEstimator):
    """Turns image files into the mean (n, c) of each feature map in the last layer of a body, averaged over
    `views`. `side` is in pixels."""

    body: str
    weights: str | None = "imagenet"
    cut: str | None = None
    side: int = 128
    keep_aspect: bool = False
    smoothing: str | None = None
    views: str = "mirror"
    random_state: int | None = None

    def fit(self, X: ImageFiles, y: Any = None) -> BodyFeatures:
        return self

    def transform(self, X: ImageFiles) -> np.ndarray:
        """Return the features (n, c). Nothing is learnt, so they are computed once for all folds together."""
        files = require_files(X)
        seed = draw_seed(self.random_state)
        spec = ImageSpec(self.side, self.side, self.keep_aspect, self.smoothing)
        known = _features(files.whole, self.body, self.weights, self.cut, spec, self.views, seed)
        return known[files.rows]

    def __sklearn_is_fitted__(self) -> bool:
        return True


@lru_cache(maxsize=4)  # training and test images of two bodies
def _features(
    files: ImageFiles, body: str, weights: str | None, cut: str | None, spec: ImageSpec, views: str, seed: int
) -> np.ndarray:
    pixels = files.pixels(spec)
    network = _pooled(body, weights, cut, pixels.shape[1:], seed)
    return np.mean([outputs(network, pixels, view=view, size=_BATCH) for view in VIEWS[views]], axis=0)


@lru_cache(maxsize=4)  # else each question about one image would wait for it to be built
def _pooled(body: str, weights: str | None, cut: str | None, shape: tuple[int, ...], seed: int) -> Model:
    seed_everything(seed)
    inputs = Input(shape)
    maps = load_body(body, weights, cut, shape)(preprocessing(body)(inputs))
    return Model(inputs, layers.GlobalAveragePooling2D()(maps))


def finetuned_network(
    shape: tuple[int, ...],
    n_outputs: int,
    activation: str,
    body: str,
    weights: str | None,
    cut: str | None,
    unfrozen: int,
    augmentation: Mapping[str, Any],
    dropout: float,
) -> Model:
    trunk = load_body(body, weights, cut, shape)
    _freeze(trunk, unfrozen)
    inputs = Input(shape)
    x = preprocessing(body)(RandomAffine(**augmentation)(inputs))
    x = layers.GlobalAveragePooling2D(name="features")(trunk(x))
    scaling = layers.BatchNormalization(center=False, scale=False, trainable=False, name="scaling")
    x = layers.Dropout(dropout)(scaling(x))
    return Model(inputs, layers.Dense(n_outputs, activation, name="head")(x))


def _freeze(body: Model, unfrozen: int) -> None:
    """Freeze all but the last `unfrozen` layers with weights, and every batch normalisation, so that it
    keeps ImageNet's statistics."""
    norms = [x for x in body.layers if isinstance(x, layers.BatchNormalization)]
    weighted = [x for x in body.layers if x.weights and x not in norms]
    for layer in [*norms, *weighted[: len(weighted) - unfrozen]]:
        layer.trainable = False


class FineTunedEstimator(KerasEstimator):
    """A `KerasEstimator` that first trains its dense layer `head` alone, on the outputs of the layer
    `features` for unchanged images, which the layer `scaling` standardises."""

    def _start(
        self, kept: TracedNetwork, network: Model, X: Any, targets: np.ndarray, weights: np.ndarray
    ) -> None:
        with kept.predicting(network) as same:
            features = outputs(up_to(same, "features"), X, size=_BATCH)
        network.get_layer("scaling").set_weights([features.mean(axis=0), features.var(axis=0)])
        inputs = Input(features.shape[1:])
        head = Model(inputs, network.get_layer("head")(network.get_layer("scaling")(inputs)))
        settings = self._settings(features.shape[1:])
        kept_head = traced(FineTunedEstimator, settings, lambda: self._untraced_head(head))
        rng = np.random.default_rng(draw_seed(self.random_state))
        with kept_head.training(head):
            for _ in range(_HEAD_EPOCHS):
                for rows in shuffled_batches(len(features), self.batch_size, rng):
                    kept_head.step(features[rows], targets[rows], weights[rows])

    def _untraced_head(self, head: Model) -> TracedNetwork:
        alone = keras.models.clone_model(head)  # that is kept: not the body below this one
        optimizer = keras.optimizers.Adam(1e-3)
        return TracedNetwork(alone, optimizer, training_step(alone, optimizer, self._loss))


_HEAD_EPOCHS = 30


def zero_shot(task: Task, **params: Any) -> ZeroShotClassifier:
    """Return an ImageNet classifier whose classes are mapped to the labels."""
    return ZeroShotClassifier(**params)


@dataclass(eq=False, repr=False)
class ZeroShotClassifier(ClassifierMixin, BaseEstimator):
    """Predicts with an ImageNet classifier that is not trained further.

    `classes` maps each label to the ImageNet classes that count as it, by number and name. Their
    probabilities are summed; those of other classes are left out.
    """

    classes: Mapping[int, Mapping[int, str]]
    body: str = "mobilenet"
    weights: str | None = "imagenet"
    side: int = 224
    random_state: int | None = None

    def fit(self, X: ImageFiles, y: Any) -> ZeroShotClassifier:
        self.classes_ = np.unique(y)
        missing = [label for label in self.classes_.tolist() if label not in self.classes]
        if missing:
            raise ModelError(f"`classes` must name ImageNet classes for every label, got none for {missing}")
        return self

    def predict_proba(self, X: ImageFiles) -> np.ndarray:
        files = require_files(X)
        seed = draw_seed(self.random_state)
        predicted = _thousand(files.whole, self.body, self.weights, self.side, seed)[files.rows]
        sums = np.stack(
            [predicted[:, list(self.classes[label])].sum(axis=1) for label in self.classes_], axis=1
        )
        return (sums + 1e-6) / (sums + 1e-6).sum(axis=1, keepdims=True)

    def predict(self, X: ImageFiles) -> np.ndarray:
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


@lru_cache(maxsize=2)
def _thousand(files: ImageFiles, body: str, weights: str | None, side: int, seed: int) -> np.ndarray:
    seed_everything(seed)
    pixels = files.pixels(ImageSpec(side, side))
    network = load_classifier(body, weights, pixels.shape[1:])
    inputs = Input(pixels.shape[1:])
    return outputs(Model(inputs, network(preprocessing(body)(inputs))), pixels, size=_BATCH)
