"""Short texts: their features, and the classifiers on them.

X is a frame of strings, or has one as its part "text". Its column `text` is read closely; other columns (a
keyword, hashtags) as bags of words of their own. An empty string stands for a missing one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, RidgeClassifier, SGDClassifier
from sklearn.naive_bayes import BernoulliNB, ComplementNB, GaussianNB, MultinomialNB
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.validation import check_is_fitted
from xgboost import XGBClassifier

from podium.data.multimodal import part
from podium.models.base import with_probabilities
from podium.models.regressors import learning, regressor
from podium.storage.hashing import content_id

PLAIN = {"strip_accents": "unicode", "stop_words": "english", "dtype": np.float32}
BAG = {"strip_accents": "unicode", "sublinear_tf": True, "dtype": np.float32}
WORDS = {**BAG, "ngram_range": (1, 2), "min_df": 2}
CHARACTERS = {**BAG, "analyzer": "char_wb", "ngram_range": (2, 5), "min_df": 3}
SETS = {
    "plain": {"text": [PLAIN], "other": [PLAIN]},
    "words": {"text": [WORDS], "other": [BAG]},
    "rich": {"text": [WORDS, CHARACTERS], "other": [BAG]},
}


@dataclass(eq=False, repr=False)
class TextFeatures(TransformerMixin, BaseEstimator):
    """TF-IDF columns of a frame of texts. `features` is "plain", words without English stop words as
    in the tweets' report, "words", with pairs of words, or "rich", with 2 to 5 characters within words
    as well.

    Many models ask for the features of the same rows, and characters take a second a fold: the
    last ones made are remembered in the process, by the content of the rows.
    """

    features: str = "rich"

    def fit(self, X: Any, y: Any = None) -> TextFeatures:
        self.seen_ = Rows(X)
        _vectorisers(self.features, self.seen_)
        return self

    def transform(self, X: Any) -> sp.csr_matrix:
        check_is_fitted(self)
        return _matrix(self.features, self.seen_, Rows(X))


class Rows:
    """The texts as a frame that can be a key: equal where the content is equal."""

    def __init__(self, X: Any):
        self.frame: pd.DataFrame = part(X, "text").reset_index(drop=True)
        self.id = content_id(self.frame)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rows) and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)


@lru_cache(maxsize=18)  # three sets of features, five folds
def _vectorisers(features: str, seen: Rows) -> list[tuple[str, TfidfVectorizer]]:
    """Fitted ones, each with its column. Columns without a word have none."""
    return [
        (column, TfidfVectorizer(**settings).fit(seen.frame[column]))
        for column in seen.frame.columns
        if seen.frame[column].str.contains(r"\w\w").any()
        for settings in SETS[features]["text" if column == "text" else "other"]
    ]


@lru_cache(maxsize=54)  # and of each training, validation and test rows
def _matrix(features: str, seen: Rows, rows: Rows) -> sp.csr_matrix:
    parts = [v.transform(rows.frame[column]) for column, v in _vectorisers(features, seen)]
    parts = parts or [sp.csr_matrix((len(rows.frame), 1))]  # of no words nothing is known, and that is said
    return sp.hstack(parts, format="csr", dtype=np.float32)


def _on(features: str, *steps: Any) -> Pipeline:
    return make_pipeline(TextFeatures(features), *steps)


def ridge(features: str = "rich", **params: Any) -> Pipeline:
    return _on(features, with_probabilities(RidgeClassifier(**params)))


def sgd(features: str = "rich", **params: Any) -> Pipeline:
    settings = {"max_iter": 1500, "tol": 1e-3, **params}
    return _on(features, with_probabilities(SGDClassifier(**settings)))


def logistic_regression(features: str = "rich", **params: Any) -> Pipeline:
    return _on(features, LogisticRegression(**{"max_iter": 2000, **params}))


def linear_svc(features: str = "rich", **params: Any) -> Pipeline:
    return _on(features, with_probabilities(LinearSVC(**params)))


def xgboost(features: str = "words", **params: Any) -> Pipeline:
    """Trees take minutes over the columns of characters, and gain nothing."""
    return _on(features, XGBClassifier(**{"tree_method": "hist", **params}))


def bernoulli_nb(features: str = "rich", **params: Any) -> Pipeline:
    return _on(features, BernoulliNB(**params))


def gaussian_nb(features: str = "rich", components: int = 100, **params: Any) -> Pipeline:
    """On all plain columns, as in the report; of the rich ones, too many to be dense, on the first
    principal directions."""
    dense = FunctionTransformer(_dense) if features == "plain" else TruncatedSVD(components, random_state=0)
    return _on(features, dense, GaussianNB(**params))


def _dense(X: sp.csr_matrix) -> np.ndarray:
    return X.toarray()


def complement_nb(features: str = "rich", **params: Any) -> Pipeline:
    return _on(features, ComplementNB(**params))


def multinomial_nb(features: str = "rich", **params: Any) -> Pipeline:
    return _on(features, MultinomialNB(**params))


def of_numbers(name: str, features: str = "rich", log: bool = False, **params: Any) -> BaseEstimator:
    """The regressor of that name."""
    return learning(log, TextFeatures(features), regressor(name, **{**OF_NUMBERS[name], **params}))


OF_NUMBERS: dict[str, dict[str, Any]] = {
    "ridge": {"alpha": 3.0},
    "sgd": {"alpha": 1e-3, "eta0": 0.1},
    "xgboost": {},
    "knn": {"metric": "cosine"},
}
ridge_regressor = partial(of_numbers, "ridge")
sgd_regressor = partial(of_numbers, "sgd")
xgboost_regressor = partial(of_numbers, "xgboost", features="words")
knn_regressor = partial(of_numbers, "knn")


def decision_tree(features: str = "words", **params: Any) -> Pipeline:
    return _on(features, DecisionTreeClassifier(**params))
