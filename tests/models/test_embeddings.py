"""Embeddings of texts, and models on them."""

import numpy as np
import pandas as pd
import pytest

from podium.data.task import Classification, Regression
from podium.models.text.embeddings import WORDS, TextEmbeddings, embed, text_embeddings
from podium.models.text.hub import load_encoder, load_preprocessor, mean_over_tokens
from support.tiny_bert import make_bert

TEXTS = ["fire near the homes", "lol the album is love", "a flood, rescue!"]
ROWS = pd.DataFrame({"text": TEXTS * 10})


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    folder = make_bert(tmp_path_factory.mktemp("bert"))
    return {"encoder": str(folder / "encoder"), "preprocessor": str(folder / "preprocessor")}


def test_an_embedding_is_the_mean_over_tokens(tiny):
    tokens = load_preprocessor(tiny["preprocessor"])(TEXTS)
    expected = mean_over_tokens(
        load_encoder(tiny["encoder"], native=True)(tokens)["sequence_output"], tokens["input_mask"]
    )
    assert embed(TEXTS, **tiny) == pytest.approx(expected.numpy(), abs=1e-5)


def test_a_text_does_not_depend_on_its_company(tiny):
    from podium.models.text import embeddings

    together = embed([*TEXTS, *(f"fire {n}" for n in range(50))], **tiny)[:3]
    embeddings._embedder.cache_clear()
    alone = np.vstack([embed([text], **tiny) for text in TEXTS])
    assert (alone == together).all()


def test_a_long_text_is_the_mean_of_its_pieces(tiny):
    first = " ".join(["fire"] * WORDS)
    second = "the homes"
    X = pd.DataFrame({"text": [f"{first} {second}", "lol"]})
    whole = TextEmbeddings(**tiny).fit(X).transform(X)
    assert whole[0] == pytest.approx(embed([first, second], **tiny).mean(axis=0), abs=1e-6)


def test_classes_and_numbers_are_learnt(tiny):
    y = np.tile([0, 1, 0], 10)
    classes = text_embeddings(Classification(np.arange(2)), **tiny).fit(ROWS, y)
    assert (classes.predict_proba(ROWS).argmax(axis=1) == y).all()
    numbers = text_embeddings(Regression(), **tiny).fit(ROWS, 3.0 * y)
    assert numbers.predict(ROWS) == pytest.approx(3.0 * y, abs=0.5)
