"""Texts as a few dozen numbers, for models that take no thousands of columns."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.decomposition import TruncatedSVD

from podium.models.text.tfidf import HashableTexts, TextFeatures

TOPICS = 24  # principal directions of a text's words
LENGTHS = {  # of a text: what is counted, by pattern
    "characters": r"(?s).",
    "words": r"\w+",
    "sentences": r"[.!?]+",
    "capitals": r"[A-Z]",
    "digits": r"\d",
    "commas": r"[,;:]",
    "lines": r"\n",
}


class TextSummary(TransformerMixin, BaseEstimator):
    """Turns a frame of texts into numbers: counts of characters, words and the like of each column, and the
    principal directions of its words' TF-IDF (Deerwester et al. 1990, "Indexing by Latent Semantic
    Analysis")."""

    def fit(self, X: pd.DataFrame, y: Any = None) -> TextSummary:
        self.words_ = TextFeatures("words").fit(X)
        self.topics_ = _fitted_topics(HashableTexts(X))
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        return pd.concat([*(_lengths(X[column]) for column in X), *self._topics(X)], axis=1)

    def _topics(self, X: pd.DataFrame) -> list[pd.DataFrame]:
        if self.topics_ is None:
            return []
        found = self.topics_.transform(self.words_.transform(X)).astype(np.float64)
        return [pd.DataFrame(found, index=X.index).add_prefix("topic ")]


@lru_cache(maxsize=5)  # folds: many models need the topics of the same rows
def _fitted_topics(texts: HashableTexts) -> TruncatedSVD | None:
    """Return the fitted principal directions of the texts' words; None where there is one word or text."""
    matrix = TextFeatures("words").fit(texts.frame).transform(texts.frame)
    topics = min(TOPICS, *(side - 1 for side in matrix.shape))
    return TruncatedSVD(topics, random_state=0).fit(matrix) if topics > 0 else None


def _lengths(texts: pd.Series) -> pd.DataFrame:
    """Return how much of each of `LENGTHS` texts (n,) have, how long their words are, and their sentences."""
    counts = {name: texts.str.count(pattern).astype(np.float64) for name, pattern in LENGTHS.items()}
    words = counts["words"]
    counts["characters of a word"] = counts["characters"] / words.clip(lower=1)
    counts["words of a sentence"] = words / counts["sentences"].clip(lower=1)
    return pd.DataFrame(counts, index=texts.index).add_suffix(f" of {texts.name}")
