"""A support vector machine on a kernel that compares texts by a BERT's embeddings and by their words.

The BERT is not trained: this takes seconds, where fine-tuning takes minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import SVC
from sklearn.utils.validation import check_is_fitted

from podium.data.task import Task
from podium.data.text_cleaning import readable
from podium.models.calibration import with_probabilities
from podium.models.text.embeddings import embed
from podium.models.text.hub import REPORT_ENCODER, REPORT_PREPROCESSOR
from podium.models.text.tfidf import HashableTexts, TextFeatures


def bert_svc(task: Task, C: float = 1.0, **params: Any) -> Pipeline:
    """Return a support vector machine on `TextKernel`."""
    return make_pipeline(TextKernel(**params), with_probabilities(SVC(C=C, kernel="precomputed")))


@dataclass(eq=False, repr=False)
class TextKernel(TransformerMixin, BaseEstimator):
    """Turns texts into their similarity (n, n_fitted) to each of the texts that it was fitted on.

    X is a frame as for `TextFeatures`. The similarity of two texts is exp(-`gamma` d^2), with d the distance
    between their embeddings, plus `words` times the scalar product of their `TextFeatures`. An embedding is
    the mean over the tokens in the last layer of an encoder of TF-Hub, scaled to length one.
    """

    encoder: str = REPORT_ENCODER
    preprocessor: str = REPORT_PREPROCESSOR
    gamma: float = 2.0
    words: float = 0.1

    def fit(self, X: Any, y: Any = None) -> TextKernel:
        self.features_ = TextFeatures().fit(X)
        self.fitted_features_ = self.features_.transform(X)
        self.fitted_embeddings_ = _embeddings(self.encoder, self.preprocessor, HashableTexts(X))
        return self

    def transform(self, X: Any) -> np.ndarray:
        check_is_fitted(self)
        cosine = _embeddings(self.encoder, self.preprocessor, HashableTexts(X)) @ self.fitted_embeddings_.T
        common = self.features_.transform(X) @ self.fitted_features_.T
        return np.exp(2 * self.gamma * (cosine - 1)) + self.words * common.toarray()


@lru_cache(maxsize=11)  # five folds' training and validation rows, and the test rows
def _embeddings(encoder: str, preprocessor: str, rows: HashableTexts) -> np.ndarray:
    found = embed([readable(text) for text in rows.frame["text"]], encoder, preprocessor)
    return found / np.linalg.norm(found, axis=1, keepdims=True)
