"""Features of short texts, and the classifiers and regressors on them.

X is a frame of strings, or has one as its part "text". Its column `text` gives words, pairs of words and
characters; each other column (a keyword, hashtags) a bag of words. An empty string stands for a missing one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
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
from podium.data.task import Task
from podium.models.calibration import with_probabilities
from podium.models.regressors import make_regressor, on_log_scale
from podium.storage.hashing import content_id

PLAIN = {"strip_accents": "unicode", "stop_words": "english", "dtype": np.float32}
BAG = {"strip_accents": "unicode", "sublinear_tf": True, "dtype": np.float32}
WORDS = {**BAG, "ngram_range": (1, 2), "min_df": 2}
CHARACTERS = {**BAG, "analyzer": "char_wb", "ngram_range": (2, 5), "min_df": 3}
# Without stripping accents: in Thai and its like that would take the vowels away.
SIGNS = {"sublinear_tf": True, "dtype": np.float32, "analyzer": "char", "ngram_range": (1, 3)}
# Thai, Lao, Burmese and Khmer, Japanese, Chinese: what stands between two spaces is no word.
UNSPACED = r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]"
UNSPACED_SHARE = 0.3  # of the letters, from which on texts are read by characters
REGRESSOR_PARAMS: dict[str, dict[str, Any]] = {
    "ridge": {"alpha": 3.0},
    "sgd": {"alpha": 1e-3, "eta0": 0.1},
    "xgboost": {},
    "knn": {"metric": "cosine"},
}
SETS = {
    "plain": {"text": [PLAIN], "other": [PLAIN]},
    "words": {"text": [WORDS], "other": [BAG]},
    "rich": {"text": [WORDS, CHARACTERS], "other": [BAG]},
}

# Where `podium tune` looks for better parameters: docs/add-a-model.md.
SPACES = {
    "ridge": {"alpha": (0.05, 50.0, "log"), "features": ["words", "rich"]},
    "sgd": {"alpha": (0.000003, 0.01, "log"), "features": ["words", "rich"]},
    "logistic_regression": {"C": (0.05, 100.0, "log"), "features": ["words", "rich"]},
    "linear_svc": {"C": (0.01, 10.0, "log"), "features": ["words", "rich"]},
    "xgboost": {
        "n_estimators": (50, 500, "log"),
        "learning_rate": (0.02, 0.5, "log"),
        "max_depth": (2, 9),
        "subsample": (0.5, 1.0),
        "colsample_bytree": (0.1, 1.0),
    },
    "bernoulli_nb": {"alpha": (0.001, 10.0, "log"), "features": ["words", "rich"]},
    "complement_nb": {"alpha": (0.001, 10.0, "log"), "features": ["words", "rich"]},
    "multinomial_nb": {"alpha": (0.001, 10.0, "log"), "features": ["words", "rich"]},
}


@dataclass(eq=False, repr=False)
class TextFeatures(TransformerMixin, BaseEstimator):
    """Turns a frame of texts into TF-IDF columns.

    `features` is "plain" (words without English stop words, as in the tweets' report), "words" (words and
    pairs of words), or "rich" (also 2 to 5 characters within words). Many models need the features of the
    same rows, and characters take a second a fold: the process caches the last ones by the content of the
    rows.
    """

    features: str = "rich"

    def fit(self, X: Any, y: Any = None) -> TextFeatures:
        self.fitted_on_ = HashableTexts(X)
        _vectorisers(self.features, self.fitted_on_)
        return self

    def transform(self, X: Any) -> sp.csr_matrix:
        check_is_fitted(self)
        return _matrix(self.features, self.fitted_on_, HashableTexts(X))


class HashableTexts:
    """A frame of texts that can be the key of a cache: two are equal where their content is equal."""

    def __init__(self, X: Any):
        self.frame: pd.DataFrame = part(X, "text").reset_index(drop=True)
        self.id = content_id(self.frame)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, HashableTexts) and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)


@lru_cache(maxsize=18)  # three sets of features, five folds
def _vectorisers(features: str, known: HashableTexts) -> list[tuple[str, TfidfVectorizer]]:
    """Return the fitted vectorisers, each with its column. Empty columns have none."""
    return [
        (column, vectoriser)
        for column in known.frame.columns
        for vectoriser in _fitted(
            known.frame[column], SETS[features]["text" if column == "text" else "other"]
        )
    ]


def _fitted(texts: pd.Series, sets: list[dict[str, Any]]) -> list[TfidfVectorizer]:
    """Return the vectorisers that find something in the texts; of single characters where there are no words
    to be found, as in texts without spaces or of emoji."""
    if not texts.str.contains(r"\S").any():
        return []
    unspaced = texts.str.count(UNSPACED).sum() > UNSPACED_SHARE * texts.str.count(r"\w").sum()
    found = [] if unspaced else [_fitted_one(texts, settings) for settings in sets]
    return [vectoriser for vectoriser in found if vectoriser] or [TfidfVectorizer(**SIGNS).fit(texts)]


def _fitted_one(texts: pd.Series, settings: dict[str, Any]) -> TfidfVectorizer | None:
    """Return the fitted vectoriser; None where no term is there, or none often enough."""
    try:
        return TfidfVectorizer(**settings).fit(texts)
    except ValueError:
        return None


@lru_cache(maxsize=54)  # of each the training, validation and test rows
def _matrix(features: str, known: HashableTexts, rows: HashableTexts) -> sp.csr_matrix:
    parts = [v.transform(rows.frame[column]) for column, v in _vectorisers(features, known)]
    parts = parts or [sp.csr_matrix((len(rows.frame), 1))]  # without any word: one column of zeros
    return sp.hstack(parts, format="csr", dtype=np.float32)


def on_texts(features: str, *steps: Any) -> Pipeline:
    """Return a pipeline of steps on the features of texts."""
    return make_pipeline(TextFeatures(features), *steps)


def ridge(task: Task, **params: Any) -> BaseEstimator:
    return _numbers("ridge", **params) if task.kind == "regression" else _ridge_classifier(**params)


def _ridge_classifier(features: str = "rich", **params: Any) -> Pipeline:
    return on_texts(features, with_probabilities(RidgeClassifier(**params)))


def sgd(task: Task, **params: Any) -> BaseEstimator:
    return _numbers("sgd", **params) if task.kind == "regression" else _sgd_classifier(**params)


def _sgd_classifier(features: str = "rich", **params: Any) -> Pipeline:
    settings = {"max_iter": 1500, "tol": 1e-3, **params}
    return on_texts(features, with_probabilities(SGDClassifier(**settings)))


def xgboost(task: Task, features: str = "words", **params: Any) -> BaseEstimator:
    """Return boosted trees on words: they take minutes over the columns of characters, and gain nothing."""
    if task.kind == "regression":
        return _numbers("xgboost", features, **params)
    return on_texts(features, XGBClassifier(**{"tree_method": "hist", **params}))


def knn(task: Task, **params: Any) -> BaseEstimator:
    return _numbers("knn", **params)


def logistic_regression(task: Task, features: str = "rich", **params: Any) -> Pipeline:
    return on_texts(features, LogisticRegression(**{"max_iter": 2000, **params}))


def linear_svc(task: Task, features: str = "rich", **params: Any) -> Pipeline:
    return on_texts(features, with_probabilities(LinearSVC(**params)))


def bernoulli_nb(task: Task, features: str = "rich", **params: Any) -> Pipeline:
    return on_texts(features, BernoulliNB(**params))


def gaussian_nb(task: Task, features: str = "rich", components: int = 100, **params: Any) -> Pipeline:
    """Return naive Bayes on all plain columns, as in the report; on the first principal directions of the
    rich ones, which are too many to be dense."""
    dense = FunctionTransformer(_dense) if features == "plain" else TruncatedSVD(components, random_state=0)
    return on_texts(features, dense, GaussianNB(**params))


def _dense(X: sp.csr_matrix) -> np.ndarray:
    return X.toarray()


def complement_nb(task: Task, features: str = "rich", **params: Any) -> Pipeline:
    return on_texts(features, ComplementNB(**params))


def multinomial_nb(task: Task, features: str = "rich", **params: Any) -> Pipeline:
    return on_texts(features, MultinomialNB(**params))


def decision_tree(task: Task, features: str = "words", **params: Any) -> Pipeline:
    return on_texts(features, DecisionTreeClassifier(**params))


def _numbers(name: str, features: str = "rich", log: bool = False, **params: Any) -> BaseEstimator:
    """Return the regressor of that name on the features of texts."""
    regressor = make_regressor(name, **{**REGRESSOR_PARAMS[name], **params})
    return on_log_scale(log, on_texts(features, regressor))
