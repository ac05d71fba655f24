"""A small BERT from TF-Hub, fine-tuned on short texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from podium.data.multimodal import part
from podium.data.task import Task
from podium.data.text_cleaning import readable
from podium.errors import ModelError
from podium.formatting import sample
from podium.models.callbacks import OnEpoch
from podium.models.keras.heads import Head, HeadedEstimator, head_for
from podium.models.keras.training import draw_seed, row_weights, seed_everything
from podium.models.text.bert_encoder import BertEncoder, FrozenBelow
from podium.models.text.hub import (
    REPORT_ENCODER,
    REPORT_PREPROCESSOR,
    Encoder,
    load_encoder,
    mean_over_tokens,
    tokens_for,
)
from podium.models.text.lazy_adamw import LazyAdamW
from podium.models.text.token_batches import TokenizedTexts


def small_bert(task: Task, log: bool = False, **params: Any) -> BertEstimator:
    """Return a fine-tuned encoder of TF-Hub; of numbers, with `log`, one that learns log(1 + y)."""
    return BertEstimator(head_for(task, log), **params)


@dataclass(eq=False, repr=False)
class BertEstimator(HeadedEstimator):
    """Fine-tunes an encoder of TF-Hub under one dense layer. The `head` says how targets become the layer's
    outputs, and what the loss is.

    X is a frame with the column `text`, or has one as its part "text". `encoder` and `preprocessor` are
    URLs, folders, or names in the folder PODIUM_WEIGHTS. `pooling` is "pooled_output", as in the report,
    or "mean" over the text's tokens. With `frozen` layers the embeddings and as many of the lowest layers
    are not trained, and their outputs are computed once. AdamW's learning rate rises over the first tenth
    of the steps to `learning_rate` and falls to zero in a straight line. Batches hold texts of about equal
    length. `seeds` networks are trained, and their outputs averaged. With `native` the encoder's
    weights move into our own network where that gives the same outputs. With `warm_start` a second `fit`
    continues from the first one's weights.
    """

    head: Head
    encoder: str = REPORT_ENCODER
    preprocessor: str = REPORT_PREPROCESSOR
    pooling: str = "pooled_output"
    frozen: int = 0
    dropout: float = 0.1
    epochs: int = 4
    batch_size: int = 32
    learning_rate: float = 3e-5
    weight_decay: float = 0.01
    seeds: int = 1
    native: bool = True
    warm_start: bool = False
    random_state: int | None = None

    def fit(
        self, X: Any, y: Any, sample_weight: Any = None, on_epoch: OnEpoch | None = None
    ) -> BertEstimator:
        y = np.asarray(y)
        self.head_ = clone(self.head).fit(y)
        targets = self.head_.encode(y)
        weights = row_weights(sample_weight, len(y))
        first = draw_seed(self.random_state)
        earlier = self.networks_ if self.warm_start and hasattr(self, "networks_") else []
        self.networks_: list[_Network] = []
        self.loss_curve_: list[float] = []
        texts = None
        for number in range(self.seeds):
            seed_everything(first + number)
            network = self._network()
            if earlier:
                network.take([v.numpy() for v in earlier[number % len(earlier)].trainable])
            texts = texts or self._texts(network.encoder, X)
            self.networks_.append(network)
            self._train(network, texts, targets, weights, first + number, on_epoch)
        return self

    def _network(self) -> _Network:
        encoder = load_encoder(self.encoder, self.native)
        if self.frozen:
            encoder = FrozenBelow(self._bert(encoder), self.frozen)
        return _Network(encoder, self.head_, self.pooling, self.dropout)

    def _bert(self, encoder: Encoder) -> BertEncoder:
        depth = encoder.depth if isinstance(encoder, BertEncoder) else None
        if not isinstance(encoder, BertEncoder) or self.frozen > encoder.depth:
            got = f"{depth} layers" if depth else "another network"
            raise ModelError(
                f"encoder {self.encoder!r} must be a BERT with TF-Hub's names to keep {self.frozen} layers "
                f"frozen, got {got}; pass fewer, or frozen=0"
            )
        return encoder

    def _texts(self, encoder: Encoder, X: Any) -> TokenizedTexts:
        read = part(X, "text")["text"].map(readable)
        texts = TokenizedTexts(tokens_for(encoder, self.encoder, self.preprocessor, read))
        if isinstance(encoder, FrozenBelow):
            return TokenizedTexts(texts.tokens, _states(encoder, texts))
        return texts

    def _train(
        self,
        network: _Network,
        texts: TokenizedTexts,
        targets: np.ndarray,
        weights: np.ndarray,
        seed: int,
        on_epoch: OnEpoch | None,
    ) -> None:
        optimizer = LazyAdamW(network.trainable, self.weight_decay)
        step = _training_step(network, optimizer)
        rng = np.random.default_rng(seed)
        total = self.epochs * -(-len(targets) // self.batch_size)
        done = 0
        for _ in range(self.epochs):
            losses = []
            for rows in texts.shuffled(self.batch_size, rng):
                rate = self.learning_rate * _rate(done / total)
                losses.append(
                    step(texts.batch(rows), targets[rows], weights[rows], tf.constant(rate, tf.float32))
                )
                done += 1
            self.loss_curve_.append(float(np.mean(losses)))
            if on_epoch:
                on_epoch(len(self.loss_curve_), self.epochs * self.seeds, self.loss_curve_[-1])

    def _outputs(self, X: Any) -> np.ndarray:
        """Return the outputs (rows, o), averaged over networks."""
        check_is_fitted(self)
        texts = self._texts(self.networks_[0].encoder, X)
        averaged = np.zeros((len(X), self.head_.n_outputs_), dtype=np.float32)
        for rows in texts.by_length():
            batch = texts.batch(rows)
            averaged[rows] = np.mean([n.outputs(batch).numpy() for n in self.networks_], axis=0)
        return averaged

    def __getstate__(self) -> dict[str, Any]:
        """Keep only the weights that were trained: the others are read again from where they came."""
        state = super().__getstate__().copy()
        if "networks_" in state:
            state["weights"] = [[v.numpy() for v in n.trainable] for n in state.pop("networks_")]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        weights = state.pop("weights", None)
        super().__setstate__(state)
        if weights is not None:
            self.networks_ = [self._network() for _ in weights]
            for network, values in zip(self.networks_, weights, strict=True):
                network.take(values)


def _states(encoder: FrozenBelow, texts: TokenizedTexts) -> list[np.ndarray]:
    found = [np.zeros(0)] * len(texts.lengths)
    for rows in texts.by_length():
        for row, state in zip(rows, encoder.below(texts.batch(rows)).numpy(), strict=True):
            found[row] = state[: texts.lengths[row]]
    return found


class _Network(tf.Module):
    """An encoder and a dense layer on it."""

    def __init__(self, encoder: Encoder, head: Head, pooling: str, dropout: float):
        super().__init__()
        self.encoder = encoder
        self.head = head
        self.pooling = pooling
        self.dropout = dropout
        start = keras.initializers.TruncatedNormal(stddev=0.02)((encoder.width, head.n_outputs_))
        self.kernel = tf.Variable(start)
        self.bias = tf.Variable(tf.zeros(head.n_outputs_))

    @property
    def trainable(self) -> list[tf.Variable]:
        return [*self.encoder.trainable_variables, self.kernel, self.bias]

    def take(self, values: Sequence[np.ndarray]) -> None:
        shapes = [tuple(v.shape) for v in self.trainable]
        if shapes != [v.shape for v in values]:
            raise ModelError(
                f"weights must have the shapes of this network, {sample(shapes)}, got "
                f"{sample(v.shape for v in values)}; start without them"
            )
        for variable, value in zip(self.trainable, values, strict=True):
            variable.assign(value)

    def logits(self, batch: Mapping[str, tf.Tensor], training: bool) -> tf.Tensor:
        outputs = self.encoder(batch, training=training)
        pooled = outputs["pooled_output"]
        if self.pooling == "mean":
            pooled = mean_over_tokens(outputs["sequence_output"], batch["input_mask"])
        if training:
            pooled = tf.nn.dropout(pooled, self.dropout)
        return pooled @ self.kernel + self.bias

    @tf.function(reduce_retracing=True)
    def outputs(self, batch: Mapping[str, tf.Tensor]) -> tf.Tensor:
        return keras.activations.get(self.head.activation)(self.logits(batch, training=False))


def _training_step(network: _Network, optimizer: LazyAdamW) -> Any:
    # It is not kept for the next fit, as those of `keras.traced`: a graph has the seed of its dropout in it.
    @tf.function(reduce_retracing=True)
    def step(
        batch: Mapping[str, tf.Tensor], targets: tf.Tensor, weights: tf.Tensor, rate: tf.Tensor
    ) -> tf.Tensor:
        with tf.GradientTape() as tape:
            logits = network.logits(batch, training=True)
            losses = network.head.loss_of_logits(targets, logits)
            loss = tf.reduce_mean(weights * losses)
        optimizer.apply(tape.gradient(loss, network.trainable), rate)
        return loss

    return step


def _rate(done: float, warmup: float = 0.1) -> float:
    """Return the share of the full learning rate when a share `done` of the training is over."""
    return done / warmup if done < warmup else (1 - done) / (1 - warmup)
