"""Texts compared by meaning and by words."""

import pickle

import numpy as np
import pandas as pd
import pytest

from podium.data.task import Classification
from podium.models.text.hub import load_encoder, load_preprocessor, mean_over_tokens
from podium.models.text.kernel import TextKernel, bert_svc
from podium.models.text.tfidf import TextFeatures
from support.tiny_bert import make_bert

SEEN = pd.DataFrame({"text": ["fire near the homes", "lol the album is love", "a flood, rescue!"] * 10})
NEW = pd.DataFrame({"text": ["storm near the homes", "fire near the homes"]})
Y = np.tile([1, 0, 1], 10)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    folder = make_bert(tmp_path_factory.mktemp("bert"))
    return {"encoder": str(folder / "encoder"), "preprocessor": str(folder / "preprocessor")}


def test_the_kernel_is_what_its_formula_says(tiny):
    kernel = TextKernel(**tiny, gamma=3.0, words=0.5).fit(SEEN).transform(NEW)
    tokens = load_preprocessor(tiny["preprocessor"])([*NEW["text"], *SEEN["text"]])
    said = load_encoder(tiny["encoder"], native=True)(tokens)
    vectors = mean_over_tokens(said["sequence_output"], tokens["input_mask"]).numpy()
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    distances = ((vectors[:2, None] - vectors[None, 2:]) ** 2).sum(axis=2)
    features = TextFeatures().fit(SEEN)
    common = (features.transform(NEW) @ features.transform(SEEN).T).toarray()
    assert kernel == pytest.approx(np.exp(-3 * distances) + 0.5 * common, abs=1e-4)


def test_a_text_is_nearest_to_itself(tiny):
    kernel = TextKernel(**tiny).fit(SEEN).transform(NEW)
    assert SEEN["text"][kernel[1].argmax()] == NEW["text"][1]


def test_a_class_of_one_row_can_be_learnt(tiny):
    y = Y.copy()
    y[4] = 2
    model = bert_svc(Classification(np.arange(3)), **tiny).fit(SEEN, y)
    predicted = model.predict_proba(NEW)
    assert predicted.shape == (2, 3)
    assert predicted.sum(axis=1) == pytest.approx(1)


def test_it_learns_and_comes_back_from_a_pickle_as_it_was(tiny):
    model = bert_svc(Classification(np.arange(2)), **tiny).fit(SEEN, Y)
    said = model.predict_proba(SEEN)
    assert (said.argmax(axis=1) == Y).all()
    assert said.sum(axis=1) == pytest.approx(1)
    assert pickle.loads(pickle.dumps(model)).predict_proba(SEEN) == pytest.approx(said, abs=1e-9)
