"""Text encoders and their preprocessors from TF-Hub."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
import tensorflow as tf
import tensorflow_text  # noqa: F401 (registers the operations of the preprocessors)

from podium.errors import ModelError
from podium.models.text import minilm
from podium.models.text.bert_encoder import WORDS, BertEncoder
from podium.models.text.token_batches import Tokens
from podium.models.weights import local

REPORT_ENCODER = "https://tfhub.dev/tensorflow/small_bert/bert_en_uncased_L-4_H-512_A-8/1"
REPORT_PREPROCESSOR = "https://tfhub.dev/tensorflow/bert_en_uncased_preprocess/3"
CHUNK = 1024  # texts a call of the preprocessor


class Encoder(Protocol):
    """What gives `pooled_output` (n, width) and `sequence_output` (n, length, width) for tokens."""

    width: int
    vocabulary: int | None  # how many tokens it knows, where that can be told

    @property
    def trainable_variables(self) -> Sequence[tf.Variable]: ...
    def __call__(self, inputs: Mapping[str, Any], training: bool = False) -> Mapping[str, Any]: ...


class HubEncoder:
    """A module of TF-Hub without its dropout, which draws numbers without a seed, so that no run could be
    repeated."""

    def __init__(self, layer: Any):
        self.layer = layer
        self.vocabulary = next((v.shape[0] for v in layer.variables if _plain_name(v) == WORDS), None)
        self.width = int(self(_probe())["pooled_output"].shape[-1])

    @property
    def trainable_variables(self) -> Sequence[tf.Variable]:
        return self.layer.trainable_variables

    def __call__(self, inputs: Mapping[str, Any], training: bool = False) -> Mapping[str, Any]:
        return self.layer(dict(inputs), training=False)


def load_encoder(handle: str, native: bool) -> Encoder:
    """Return a fresh encoder that can be trained. With `native` its weights move into a `BertEncoder` where
    that gives the same outputs.

    Raises ModelError for what cannot be had or is no text encoder.
    """
    layer = _load("encoder", handle, trainable=True)
    try:
        encoder = HubEncoder(layer)
    except (TypeError, ValueError, KeyError, AttributeError, tf.errors.InvalidArgumentError) as error:
        raise _misfit(
            "encoder", handle, "input_word_ids, input_mask, input_type_ids to pooled_output", error
        ) from None
    return (_native(encoder) if native else None) or encoder


def _native(encoder: HubEncoder) -> BertEncoder | None:
    expected = encoder(_probe())
    weights = {_plain_name(v): v.numpy() for v in encoder.layer.variables}
    for approximate in (False, True):
        try:
            candidate = BertEncoder(weights, approximate)
            found = candidate(_probe())
        except (KeyError, ValueError, tf.errors.InvalidArgumentError):
            return None
        if all(np.allclose(found[k], expected[k], atol=1e-4) for k in ("pooled_output", "sequence_output")):
            return candidate
    return None


def _plain_name(variable: tf.Variable) -> str:
    return variable.name.partition(":")[0]


def _probe() -> dict[str, tf.Tensor]:
    """Return two short texts, the second one padded. Their tokens are in every vocabulary."""
    ids = tf.constant([[1, 2, 3, 4, 5], [1, 2, 5, 0, 0]], tf.int32)
    return {
        "input_word_ids": ids,
        "input_mask": tf.cast(ids > 0, tf.int32),
        "input_type_ids": tf.zeros_like(ids),
    }


def mean_over_tokens(sequence: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
    """Return the mean (n, width) over the tokens (n, length, width), without padding."""
    shares = tf.cast(mask, tf.float32)[:, :, None]
    return tf.reduce_sum(sequence * shares, axis=1) / tf.reduce_sum(shares, axis=1)


def load_preprocessor(handle: str) -> Callable[[Sequence[str]], Tokens]:
    """Return a function from n texts to their tokens, cut to the longest of them."""
    layer = _loaded_preprocessor(handle)

    def tokenise(texts: Sequence[str]) -> Tokens:
        chunks = [layer(tf.constant(list(texts[i : i + CHUNK]))) for i in range(0, len(texts), CHUNK)]
        tokens = {name: np.concatenate([c[name].numpy() for c in chunks]) for name in chunks[0]}
        longest = tokens["input_mask"].sum(axis=1).max()
        return {name: values[:, :longest] for name, values in tokens.items()}

    return tokenise


def tokens_for(encoder: Encoder, handle: str, preprocessor: str, texts: Iterable[str]) -> Tokens:
    """Return the tokens of n texts.

    Raises ModelError if some are not in the vocabulary of the encoder, which was loaded from `handle`.
    """
    tokens = load_preprocessor(preprocessor)(list(texts))
    known = encoder.vocabulary
    largest = int(tokens["input_word_ids"].max())
    if known is not None and largest >= known:
        raise ModelError(
            f"preprocessor {preprocessor!r} must share the vocabulary of encoder {handle!r}, got token "
            f"{largest} for {known} known; name two modules that belong together"
        )
    return tokens


@lru_cache(maxsize=2)
def _loaded_preprocessor(handle: str) -> Any:
    layer = _load("preprocessor", handle, trainable=False)
    try:
        tokens = layer(tf.constant(["one text"]))
        if set(tokens) != set(_probe()):
            raise ValueError(f"it gives {sorted(tokens)}")
    except (TypeError, ValueError, AttributeError) as error:
        raise _misfit(
            "preprocessor", handle, "texts to input_word_ids, input_mask, input_type_ids", error
        ) from None
    return layer


def _load(what: str, handle: str, trainable: bool) -> Any:
    with warnings.catch_warnings():  # it still asks setuptools for its version
        warnings.simplefilter("ignore")
        import tensorflow_hub as hub

    place = local(handle) or (minilm.folder() if handle == minilm.HANDLE else None)
    if place and (place / what).is_dir():  # one folder for both
        place = place / what
    try:
        return hub.KerasLayer(str(place or handle), trainable=trainable)
    except (OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ModelError(
            f"{what} {handle!r} must be a TF-Hub module: a folder, a name in PODIUM_WEIGHTS, or a URL "
            f"that can be reached, got: {reason}; download it into PODIUM_WEIGHTS, or name {minilm.HANDLE!r}"
        ) from error


def _misfit(what: str, handle: str, expected: str, error: Exception) -> ModelError:
    reason = str(error).strip().splitlines()[0]
    return ModelError(
        f"{what} {handle!r} must be a TF-Hub module from {expected}, got: {reason}; name another one"
    )
