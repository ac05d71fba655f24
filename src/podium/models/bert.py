"""A small BERT from TF-Hub, fine-tuned on short texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from podium.errors import ModelError
from podium.models.base import URL
from podium.models.hub import Encoder, Tokens, load_encoder, load_preprocessor
from podium.models.keras_base import OnEpoch, draw_seed, seed_everything
from podium.models.optimizer import LazyAdamW

REPORT_ENCODER = "https://tfhub.dev/tensorflow/small_bert/bert_en_uncased_L-4_H-512_A-8/1"
REPORT_PREPROCESSOR = "https://tfhub.dev/tensorflow/bert_en_uncased_preprocess/3"


def small_bert(**params: Any) -> BertClassifier:
    return BertClassifier(**params)


class BertClassifier(ClassifierMixin, BaseEstimator):
    """Fine-tunes an encoder of TF-Hub under one dense layer.

    X is a frame with the column `text`. `encoder` and `preprocessor` are URLs, folders, or names in
    the folder PODIUM_WEIGHTS. `pooling` is "pooled_output", as in the report, or "mean" over the
    text's tokens. AdamW's rate rises over the first tenth of the steps to `learning_rate` and falls
    to zero in a straight line. Batches hold texts of about equal length. `seeds` networks are
    trained, and their probabilities averaged. `drop_urls` spares the tokens of web addresses, a
    quarter of a tweet's. With `native` the encoder's weights move into our own
    network where that gives the same outputs.
    """

    def __init__(
        self,
        encoder: str = REPORT_ENCODER,
        preprocessor: str = REPORT_PREPROCESSOR,
        pooling: str = "pooled_output",
        dropout: float = 0.1,
        epochs: int = 4,
        batch_size: int = 32,
        learning_rate: float = 3e-5,
        weight_decay: float = 0.01,
        drop_urls: bool = True,
        seeds: int = 1,
        native: bool = True,
        random_state: int | None = None,
    ):
        self.encoder = encoder
        self.preprocessor = preprocessor
        self.pooling = pooling
        self.dropout = dropout
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.drop_urls = drop_urls
        self.seeds = seeds
        self.native = native
        self.random_state = random_state

    def fit(self, X: Any, y: Any, on_epoch: OnEpoch | None = None) -> BertClassifier:
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        tokens = self._tokens(X)
        first = draw_seed(self.random_state)
        self.networks_: list[_Network] = []
        self.loss_curve_: list[float] = []
        for number in range(self.seeds):
            seed_everything(first + number)
            encoder = load_encoder(self.encoder, self.native)
            self._require_vocabulary(encoder, tokens)
            network = _Network(encoder, len(self.classes_), self.pooling, self.dropout)
            self.networks_.append(network)
            self._train(network, tokens, codes, first + number, on_epoch)
        return self

    def _require_vocabulary(self, encoder: Encoder, tokens: Tokens) -> None:
        largest = int(tokens["input_word_ids"].max())
        if encoder.vocabulary is not None and largest >= encoder.vocabulary:
            raise ModelError(
                f"preprocessor {self.preprocessor!r} must share the vocabulary of encoder {self.encoder!r}, "
                f"got token {largest} for {encoder.vocabulary} known; name two modules that belong together"
            )

    def _train(
        self, network: _Network, tokens: Tokens, codes: np.ndarray, seed: int, on_epoch: OnEpoch | None
    ) -> None:
        optimizer = LazyAdamW(network.trainable, self.weight_decay)
        step = _training_step(network, optimizer)
        rng = np.random.default_rng(seed)
        total = self.epochs * -(-len(codes) // self.batch_size)
        done = 0
        for _ in range(self.epochs):
            losses = []
            for rows in _batches(tokens, self.batch_size, rng):
                rate = self.learning_rate * _rate(done / total)
                loss = step(_cut(tokens, rows), codes[rows], tf.constant(rate, tf.float32))
                losses.append(loss)
                done += 1
            self.loss_curve_.append(float(np.mean(losses)))
            if on_epoch:
                on_epoch(len(self.loss_curve_), self.epochs * self.seeds, self.loss_curve_[-1])

    def predict_proba(self, X: Any) -> np.ndarray:
        check_is_fitted(self)
        tokens = self._tokens(X)
        order = np.argsort(tokens["input_mask"].sum(axis=1), kind="stable")
        probabilities = np.zeros((len(order), len(self.classes_)), dtype=np.float32)
        for start in range(0, len(order), 128):
            rows = order[start : start + 128]
            batch = _cut(tokens, rows)
            probabilities[rows] = np.mean([n.probabilities(batch).numpy() for n in self.networks_], axis=0)
        return probabilities

    def predict(self, X: Any) -> np.ndarray:
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def _tokens(self, X: Any) -> Tokens:
        texts = X["text"].str.replace(URL, " ", regex=True) if self.drop_urls else X["text"]
        return load_preprocessor(self.preprocessor)(texts.tolist())


class _Network(tf.Module):
    """An encoder and a dense layer on it."""

    def __init__(self, encoder: Encoder, n_classes: int, pooling: str, dropout: float):
        super().__init__()
        self.encoder, self.pooling, self.dropout = encoder, pooling, dropout
        start = keras.initializers.TruncatedNormal(stddev=0.02)((encoder.width, n_classes))
        self.kernel = tf.Variable(start)
        self.bias = tf.Variable(tf.zeros(n_classes))

    @property
    def trainable(self) -> list[tf.Variable]:
        return [*self.encoder.trainable_variables, self.kernel, self.bias]

    def logits(self, batch: Mapping[str, tf.Tensor], training: bool) -> tf.Tensor:
        outputs = self.encoder(batch, training=training)
        pooled = outputs["pooled_output"]
        if self.pooling == "mean":
            mask = tf.cast(batch["input_mask"], tf.float32)[:, :, None]
            pooled = tf.reduce_sum(outputs["sequence_output"] * mask, 1) / tf.reduce_sum(mask, 1)
        if training:
            pooled = tf.nn.dropout(pooled, self.dropout)
        return pooled @ self.kernel + self.bias

    @tf.function(reduce_retracing=True)
    def probabilities(self, batch: Mapping[str, tf.Tensor]) -> tf.Tensor:
        return tf.nn.softmax(self.logits(batch, training=False))


def _training_step(network: _Network, optimizer: LazyAdamW) -> Any:
    @tf.function(reduce_retracing=True)
    def step(batch: Mapping[str, tf.Tensor], codes: tf.Tensor, rate: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            logits = network.logits(batch, training=True)
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(codes, logits))
        optimizer.apply(tape.gradient(loss, network.trainable), rate)
        return loss

    return step


def _batches(tokens: Tokens, size: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Row numbers of each batch, all rows once, in random order. The texts of a batch are about equally
    long: sorted by length within random stretches of 32 batches."""
    lengths = tokens["input_mask"].sum(axis=1)
    order = rng.permutation(len(lengths))
    stretches = (order[i : i + 32 * size] for i in range(0, len(order), 32 * size))
    ordered = np.concatenate([s[np.argsort(lengths[s], kind="stable")] for s in stretches])
    batches = [ordered[i : i + size] for i in range(0, len(ordered), size)]
    return (batches[i] for i in rng.permutation(len(batches)))


def _cut(tokens: Tokens, rows: np.ndarray) -> dict[str, tf.Tensor]:
    """These rows' tokens, no longer than the longest of them."""
    longest = int(tokens["input_mask"][rows].sum(axis=1).max())
    return {name: tf.constant(values[rows, :longest]) for name, values in tokens.items()}


def _rate(done: float, warmup: float = 0.1) -> float:
    """The share of the full learning rate when a share `done` of the training is over."""
    return done / warmup if done < warmup else (1 - done) / (1 - warmup)
