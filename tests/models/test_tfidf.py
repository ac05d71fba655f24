"""Short texts: their features, and the classifiers on them."""

import numpy as np
import pandas as pd
import pytest

from podium.data.multimodal import MultimodalRows
from podium.errors import ModelError
from podium.models.registry import find, known_names
from podium.models.text import tfidf as text
from podium.models.text.tfidf import TextFeatures
from support.makers import create

TASKS = ["classification"]
NAMES = [n for n in known_names(TASKS) if find(n, TASKS).factory.startswith(f"{text.__name__}:")]
X = pd.DataFrame(
    {
        "text": ["Fire in the hills, homes evacuated", "I love this new album so much"] * 20,
        "keyword": ["wildfire", ""] * 20,
    }
)
Y = np.tile([1, 0], 20)


@pytest.mark.parametrize("features", ["plain", "rich"])
@pytest.mark.parametrize("name", NAMES)
def test_every_classifier_gives_probabilities_on_either_features(name, features):
    params = {"n_estimators": 3} if name == "text-xgboost" else {}
    params |= {"components": 5} if name == "text-gaussian-nb" else {}
    said = create(name, {"features": features, **params}, 0).fit(X, Y).predict_proba(X)
    assert said.shape == (40, 2)
    assert said.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert (said.argmax(axis=1) == Y).all()


@pytest.mark.parametrize("features", ["plain", "rich"])
def test_words_outside_the_training_rows_leave_no_trace(features):
    fitted = TextFeatures(features).fit(X)
    unseen = pd.DataFrame({"text": ["qqqq zzzz"], "keyword": ["yyyy"]})
    assert fitted.transform(unseen).nnz == 0


def test_features_know_only_the_rows_they_were_fitted_on():
    one, all_of_them = TextFeatures("plain").fit(X[:1]), TextFeatures("plain").fit(X)
    assert one.transform(X).shape[1] < all_of_them.transform(X).shape[1]


def test_each_column_has_words_of_its_own():
    same = pd.DataFrame({"text": ["flood flood", "storm storm"], "keyword": ["storm", "flood"]})
    matrix = TextFeatures("plain").fit(same).transform(same).toarray()
    assert matrix.shape == (2, 4)
    assert (matrix[0] != matrix[1]).all()


def test_a_column_without_words_is_left_out():
    bare = X.assign(keyword="")
    assert (
        TextFeatures("plain").fit(bare).transform(bare).shape[1]
        == (TextFeatures("plain").fit(X[["text"]]).transform(X[["text"]]).shape[1])
    )


def test_equal_rows_are_read_once(monkeypatch):
    rows = X.assign(text=X["text"] + " remembered")
    fitted = TextFeatures("rich").fit(rows)
    before = fitted.transform(rows)
    monkeypatch.setattr(text.TfidfVectorizer, "transform", None)
    again = TextFeatures("rich").fit(rows.copy()).transform(rows.copy())
    assert (again != before).nnz == 0


def test_a_model_of_texts_names_the_part_that_rows_lack():
    rows = MultimodalRows({"table": pd.DataFrame({"n": range(40)})})
    with pytest.raises(ModelError, match=r"must be given the part 'text', got rows with \['table'\]"):
        create("text-ridge", {}, 0).fit(rows, Y)


def reviews(good, bad, ends, n=60):
    """Reviews that are good or bad, each with another end."""
    return pd.DataFrame({"text": [(good if row % 2 else bad) + ends[row % len(ends)] for row in range(n)]})


UNSPACED = {
    "Chinese": reviews("这家餐厅的菜非常好吃", "服务太差了我很失望", "啊吧呢吗呀"),
    "Thai": reviews("อาหารอร่อยมาก", "บริการแย่มาก", "ๆฯนะคร"),
    "emoji": reviews("😀🎉", "😡👎", "✨🔥🌧"),
}


@pytest.mark.parametrize("language", UNSPACED)
@pytest.mark.parametrize("name", NAMES)
def test_texts_without_spaces_are_read_by_characters(name, language):
    rows = UNSPACED[language]
    y = np.arange(len(rows)) % 2
    params = {"n_estimators": 3} if name == "text-xgboost" else {}
    params |= {"components": 3} if name == "text-gaussian-nb" else {}
    predicted = create(name, params, 0).fit(rows[:40], y[:40]).predict_proba(rows[40:])
    assert (predicted.argmax(axis=1) == y[40:]).all()


def test_a_set_of_features_that_finds_nothing_is_passed_over():
    """Each word stands in one row only: pairs of words and characters are rare too."""
    rows = pd.DataFrame({"text": ["ab cd", "ef gh", "ij kl"]})
    assert TextFeatures("words").fit(rows).transform(rows).nnz > 0
