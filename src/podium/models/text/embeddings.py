"""Texts as the embeddings of a BERT that is not trained, and models on them.

An embedding takes a hundredth of a second, and five folds ask for the same texts: the process keeps them by
text. So that an embedding does not depend on its company, not even in the last bit, batches hold as many
texts each, padded to few lengths.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import tensorflow as tf
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import Pipeline, make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from podium.data.multimodal import part
from podium.data.task import Task
from podium.data.text_cleaning import readable
from podium.models.linear import ChosenLogisticRegression
from podium.models.regressors import on_log_scale
from podium.models.text.hub import (
    REPORT_ENCODER,
    REPORT_PREPROCESSOR,
    Encoder,
    load_encoder,
    mean_over_tokens,
    tokens_for,
)
from podium.models.text.summary import TextSummary

BATCH = 32  # texts
STEP = 16  # tokens, to a multiple of which a batch is padded
WORDS = 80  # of a piece of a long text: an encoder reads no more than 128 tokens
MOST_PIECES = 8  # of a text, from its beginning
MOST_KEPT = 300_000  # embeddings of 384 numbers: 460 MB
SHRINKAGE = np.logspace(-1, 5, 13)


def text_embeddings(task: Task, log: bool = False, **params: Any) -> BaseEstimator:
    """Return ridge or logistic regression on `TextEmbeddings`, on lengths and on the topics of words."""
    texts = make_pipeline(FunctionTransformer(_texts), TextSummary())
    features = make_union(TextEmbeddings(**params), texts)
    return on_log_scale(log, _on(task, features))


def _on(task: Task, features: Any) -> Pipeline:
    if task.kind == "regression":
        return make_pipeline(features, StandardScaler(), RidgeCV(SHRINKAGE))
    return make_pipeline(features, StandardScaler(), ChosenLogisticRegression())


def _texts(X: Any) -> Any:
    return part(X, "text")


@dataclass(eq=False, repr=False)
class TextEmbeddings(TransformerMixin, BaseEstimator):
    """Turns texts into embeddings (n, width): the mean over a text's tokens in the last layer of an encoder
    of TF-Hub. Of a text that is longer than the encoder reads, pieces are embedded, and their mean is taken.

    X is a frame with the column `text`, or has one as its part "text".
    """

    encoder: str = REPORT_ENCODER
    preprocessor: str = REPORT_PREPROCESSOR

    def fit(self, X: Any, y: Any = None) -> TextEmbeddings:
        self.is_fitted_ = True
        return self

    def transform(self, X: Any) -> np.ndarray:
        pieces = [_pieces(readable(text)) for text in _texts(X)["text"]]
        flat = [piece for some in pieces for piece in some]
        embedded = embed(flat, self.encoder, self.preprocessor)
        starts = np.cumsum([0, *map(len, pieces[:-1])])
        counts = np.array([len(some) for some in pieces])
        return np.add.reduceat(embedded, starts, axis=0) / counts[:, None]


def _pieces(text: str) -> list[str]:
    words = text.split()
    if len(words) <= WORDS:
        return [text]
    starts = range(0, min(len(words), MOST_PIECES * WORDS), WORDS)
    return [" ".join(words[start : start + WORDS]) for start in starts]


def embed(texts: Sequence[str], encoder: str, preprocessor: str) -> np.ndarray:
    """Return the embeddings (n, width) of texts, each the mean over its tokens.

    Raises ModelError for an encoder or a preprocessor that cannot be had, or do not belong together.
    """
    return _embedder(encoder, preprocessor).of(texts)


@lru_cache(maxsize=1)
def _embedder(encoder: str, preprocessor: str) -> _Embedder:
    return _Embedder(load_encoder(encoder, native=True), encoder, preprocessor)


class _Embedder(tf.Module):
    def __init__(self, encoder: Encoder, handle: str, preprocessor: str):
        super().__init__()
        self.encoder = encoder
        self.handle = handle
        self.preprocessor = preprocessor
        self.kept: dict[str, np.ndarray] = {}

    def of(self, texts: Sequence[str]) -> np.ndarray:
        """Return the embeddings (n, width) of texts, those that were asked for before as they were."""
        if len(self.kept) + len(texts) > MOST_KEPT:
            self.kept.clear()
        new = list(dict.fromkeys(text for text in texts if text not in self.kept))
        if new:
            self._add(new)
        return np.stack([self.kept[text] for text in texts])

    def _add(self, texts: list[str]) -> None:
        tokens = tokens_for(self.encoder, self.handle, self.preprocessor, texts)
        lengths = tokens["input_mask"].sum(axis=1)
        padded = -(-lengths // STEP) * STEP
        for length in np.unique(padded):
            alike = np.flatnonzero(padded == length)
            for start in range(0, len(alike), BATCH):
                rows = alike[start : start + BATCH]
                found = self(_batch(tokens, np.resize(rows, BATCH), int(length))).numpy()
                self.kept.update((texts[row], found[place]) for place, row in enumerate(rows))

    @tf.function(reduce_retracing=True)
    def __call__(self, batch: dict[str, tf.Tensor]) -> tf.Tensor:
        return mean_over_tokens(self.encoder(batch)["sequence_output"], batch["input_mask"])


def _batch(tokens: Any, rows: np.ndarray, length: int) -> dict[str, tf.Tensor]:
    """Return the tokens of some rows, cut or padded to a length."""
    batch = {}
    for name, values in tokens.items():
        cut = values[rows, :length]
        batch[name] = tf.constant(np.pad(cut, ((0, 0), (0, length - cut.shape[1]))))
    return batch
