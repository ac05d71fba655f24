"""BERT's encoder (Devlin et al. 2019, "BERT: Pre-training of Deep Bidirectional Transformers"), its
weights under the names that TF-Hub's encoders give theirs.

It computes what such a module computes, faster: query, key and value are one matrix product, and
nothing is computed for padding beyond the longest text of a batch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

EPSILON = 1e-12  # of the layer normalisations
WORDS = "word_embeddings/embeddings"
EMBEDDINGS = ("word_embeddings/", "position_embedding/", "type_embeddings/", "embeddings/")


class BertEncoder(tf.Module):
    """`weights` maps TF-Hub's names to arrays; raises KeyError where they are not those of a BERT.

    Called with `input_word_ids`, `input_mask` and `input_type_ids`, each (n, length), it gives
    `pooled_output` (n, width), `sequence_output` (n, length, width), and `encoder_outputs`, a list
    of the latter by layer. `approximate` is for the activation (see `tf.nn.gelu`).
    """

    def __init__(self, weights: Mapping[str, np.ndarray], approximate: bool, dropout: float = 0.1):
        super().__init__()
        self.approximate = approximate
        self.dropout = dropout
        self.named = {name: tf.Variable(value, name=name) for name, value in weights.items()}
        self.depth = sum(name.endswith("/intermediate/kernel") for name in weights)
        self.vocabulary = self.named[WORDS].shape[0]
        self.width, self.heads, self.size = self.named[
            "transformer/layer_0/self_attention/query/kernel"
        ].shape

    def __call__(self, inputs: Mapping[str, tf.Tensor], training: bool = False) -> dict[str, Any]:
        return self.above(self.below(inputs, 0), inputs["input_mask"], training)

    def below(self, inputs: Mapping[str, tf.Tensor], stop: int) -> tf.Tensor:
        """Return the outputs (n, length, width) of the embeddings and the lowest `stop` layers."""
        length = tf.shape(inputs["input_word_ids"])[1]
        x = tf.gather(self.named[WORDS], inputs["input_word_ids"])
        x += self.named["position_embedding/embeddings"][:length]
        x += tf.gather(self.named["type_embeddings/embeddings"], inputs["input_type_ids"])
        x = self._normalise("embeddings/layer_norm", x)
        for number in range(stop):
            x = self._layer(number, x, _closed(inputs["input_mask"]), training=False)
        return x

    def above(self, x: tf.Tensor, mask: tf.Tensor, training: bool, start: int = 0) -> dict[str, Any]:
        """Return the outputs of the encoder, given those of the layers below `start`."""
        x = self._drop(x, training)
        outputs = []
        for number in range(start, self.depth):
            x = self._layer(number, x, _closed(mask), training)
            outputs.append(x)
        pooled = tf.tanh(self._dense("pooler_transform", x[:, 0]))
        return {"pooled_output": pooled, "sequence_output": x, "encoder_outputs": outputs}

    def _layer(self, number: int, x: tf.Tensor, closed: tf.Tensor, training: bool) -> tf.Tensor:
        place = f"transformer/layer_{number}"
        attended = self._attend(place, x, closed, training)
        x = self._add(f"{place}/self_attention_layer_norm", x, attended, training)
        return self._add(f"{place}/output_layer_norm", x, self._feed(place, x), training)

    def _attend(self, place: str, x: tf.Tensor, closed: tf.Tensor, training: bool) -> tf.Tensor:
        n, length = tf.unstack(tf.shape(x)[:2])
        names = [f"{place}/self_attention/{part}" for part in ("query", "key", "value")]
        kernel = tf.concat([tf.reshape(self.named[f"{name}/kernel"], (self.width, -1)) for name in names], 1)
        bias = tf.concat([tf.reshape(self.named[f"{name}/bias"], (-1,)) for name in names], 0)
        together = tf.reshape(
            tf.reshape(x, (-1, self.width)) @ kernel + bias, (n, length, 3, self.heads, self.size)
        )
        query, key, value = tf.unstack(tf.transpose(together, (2, 0, 3, 1, 4)))  # (n, heads, length, size)
        scores = tf.matmul(query * self.size**-0.5, key, transpose_b=True)
        shares = self._drop(tf.nn.softmax(scores + closed), training)
        attended = tf.reshape(tf.transpose(shares @ value, (0, 2, 1, 3)), (n, length, self.width))
        return self._dense(f"{place}/self_attention/attention_output", attended)

    def _feed(self, place: str, x: tf.Tensor) -> tf.Tensor:
        inner = tf.nn.gelu(self._dense(f"{place}/intermediate", x), approximate=self.approximate)
        return self._dense(f"{place}/output", inner)

    def _add(self, norm: str, x: tf.Tensor, change: tf.Tensor, training: bool) -> tf.Tensor:
        return self._normalise(norm, x + self._drop(change, training))

    def _dense(self, name: str, x: tf.Tensor) -> tf.Tensor:
        bias = self.named[f"{name}/bias"]
        kernel = tf.reshape(self.named[f"{name}/kernel"], (-1, bias.shape[0]))
        flat = tf.reshape(x, (-1, kernel.shape[0])) @ kernel + bias
        return tf.reshape(flat, tf.concat([tf.shape(x)[:-1], [bias.shape[0]]], 0))

    def _normalise(self, name: str, x: tf.Tensor) -> tf.Tensor:
        mean, variance = tf.nn.moments(x, -1, keepdims=True)
        gamma = self.named[f"{name}/gamma"]
        beta = self.named[f"{name}/beta"]
        return tf.nn.batch_normalization(x, mean, variance, beta, gamma, EPSILON)

    def _drop(self, x: tf.Tensor, training: bool) -> tf.Tensor:
        return tf.nn.dropout(x, self.dropout) if training else x


class FrozenBelow(tf.Module):
    """A BERT whose embeddings and lowest `layers` are not trained. It is called with their outputs, `states`
    (n, length, width), which `below` gives, and with the `input_mask`."""

    def __init__(self, bert: BertEncoder, layers: int):
        super().__init__()
        self.bert = bert
        self.layers = layers
        self.vocabulary = bert.vocabulary
        self.width = bert.width

    @property
    def trainable_variables(self) -> Sequence[tf.Variable]:
        frozen = (*EMBEDDINGS, *(f"transformer/layer_{number}/" for number in range(self.layers)))
        return [v for name, v in self.bert.named.items() if not name.startswith(frozen)]

    @tf.function(reduce_retracing=True)
    def below(self, inputs: Mapping[str, tf.Tensor]) -> tf.Tensor:
        return self.bert.below(inputs, self.layers)

    def __call__(self, inputs: Mapping[str, tf.Tensor], training: bool = False) -> dict[str, Any]:
        return self.bert.above(inputs["states"], inputs["input_mask"], training, self.layers)


def _closed(mask: tf.Tensor) -> tf.Tensor:
    """Return what to add (n, 1, 1, length) to the scores of attention, so that padding gets no attention."""
    return (1.0 - tf.cast(mask[:, None, None, :], tf.float32)) * -1e9
