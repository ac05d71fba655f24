"""A small BERT: its tokens, its outputs against the published formulas, its training, its errors."""

import math
import pickle

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from podium.errors import ModelError
from podium.models import weights
from podium.models.keras.heads import ClassHead
from podium.models.text import minilm
from podium.models.text.bert import BertEstimator
from podium.models.text.bert_encoder import EMBEDDINGS, BertEncoder, FrozenBelow
from podium.models.text.hub import REPORT_ENCODER, HubEncoder, load_encoder, load_preprocessor
from podium.models.text.lazy_adamw import LazyAdamW
from podium.models.text.token_batches import TokenizedTexts
from podium.models.weights import weights_id
from support.makers import create
from support.tiny_bert import DEPTH, HEADS, VOCABULARY, make_bert, random_weights

DISASTERS = ["fire near the homes!", "flood in the storm, rescue evacuated homes", "news: storm near homes"]
OTHERS = ["lol the album is love", "the exam is a love", "a exam is lol lol lol lol lol"]
TEXTS, TARGETS = DISASTERS * 8 + OTHERS * 8, np.repeat([1, 0], 24)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return make_bert(tmp_path_factory.mktemp("bert"))


def classifier(tiny, **params):
    settings = {"epochs": 6, "learning_rate": 5e-3, "batch_size": 8, "random_state": 0, **params}
    return BertEstimator(ClassHead(), str(tiny / "encoder"), str(tiny / "preprocessor"), **settings)


def frame(texts):
    return pd.DataFrame({"text": texts})


def reference(weights, ids, mask, heads):
    """The encoder's output (n, length, width), from the formulas of Devlin et al. and Vaswani et al."""

    def normalise(x, name):
        x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-12)
        return x * weights[f"{name}/gamma"] + weights[f"{name}/beta"]

    x = weights["word_embeddings/embeddings"][ids] + weights["position_embedding/embeddings"][: ids.shape[1]]
    x = normalise(x + weights["type_embeddings/embeddings"][0], "embeddings/layer_norm")
    for number in range(sum(name.endswith("intermediate/kernel") for name in weights)):
        place = f"transformer/layer_{number}"
        q, k, v = (
            np.einsum("nlw,whs->nhls", x, weights[f"{place}/self_attention/{part}/kernel"])
            + weights[f"{place}/self_attention/{part}/bias"][:, None]
            for part in ("query", "key", "value")
        )
        scores = q @ k.swapaxes(2, 3) / math.sqrt(x.shape[-1] / heads)
        scores = np.exp(scores - scores.max(-1, keepdims=True)) * mask[:, None, None]
        seen = scores / scores.sum(-1, keepdims=True) @ v
        output = f"{place}/self_attention/attention_output"
        seen = np.einsum("nhls,hsw->nlw", seen, weights[f"{output}/kernel"]) + weights[f"{output}/bias"]
        x = normalise(x + seen, f"{place}/self_attention_layer_norm")
        inner = x @ weights[f"{place}/intermediate/kernel"] + weights[f"{place}/intermediate/bias"]
        inner = inner * (1 + np.vectorize(math.erf)(inner / math.sqrt(2))) / 2
        inner = inner @ weights[f"{place}/output/kernel"] + weights[f"{place}/output/bias"]
        x = normalise(x + inner, f"{place}/output_layer_norm")
    return x


def assert_equals_reference(encoder, weights, tokens, heads):
    said = encoder({name: tf.constant(v) for name, v in tokens.items()})
    expected = reference(weights, tokens["input_word_ids"], tokens["input_mask"], heads)
    seen = tokens["input_mask"] == 1
    assert np.abs(said["sequence_output"].numpy() - expected)[seen].max() < 1e-4
    pooled = np.tanh(expected[:, 0] @ weights["pooler_transform/kernel"] + weights["pooler_transform/bias"])
    assert np.abs(said["pooled_output"].numpy() - pooled).max() < 1e-4


def test_the_package_s_preprocessor_gives_the_published_tokens():
    tokens = load_preprocessor(minilm.HANDLE)(["Hello world!", "The Naïve #earthquake"])
    assert tokens["input_word_ids"].tolist() == [
        [101, 7592, 2088, 999, 102, 0],
        [101, 1996, 15743, 1001, 8372, 102],
    ]
    assert tokens["input_mask"].tolist() == [[1, 1, 1, 1, 1, 0], [1] * 6]
    assert (tokens["input_type_ids"] == 0).all()


@pytest.mark.parametrize("native", [True, False])
def test_the_package_s_encoder_gives_what_the_formulas_give(native):
    weights, _ = minilm._package()
    tokens = load_preprocessor(minilm.HANDLE)(["Forest fire near La Ronge Sask. Canada", "Hello world!"])
    assert_equals_reference(load_encoder(minilm.HANDLE, native), weights, tokens, heads=12)


@pytest.mark.parametrize("native", [True, False])
def test_a_tiny_encoder_gives_what_the_formulas_give(native, tiny):
    encoder = load_encoder(str(tiny / "encoder"), native)
    assert isinstance(encoder, BertEncoder if native else HubEncoder)
    tokens = load_preprocessor(str(tiny / "preprocessor"))(DISASTERS)
    assert_equals_reference(encoder, random_weights(), tokens, HEADS)


def test_padding_does_not_change_what_a_text_gives(tiny):
    model = classifier(tiny, epochs=1).fit(frame(TEXTS), TARGETS)
    together, alone = model.predict_proba(frame(DISASTERS)), model.predict_proba(frame(DISASTERS[:1]))
    assert np.allclose(together[:1], alone, atol=1e-6)


@pytest.fixture(
    scope="module",
    params=[
        {},
        {"pooling": "mean", "frozen": 1},
        pytest.param({"native": False}, marks=pytest.mark.slow),
        pytest.param({"seeds": 2, "epochs": 4}, marks=pytest.mark.slow),
    ],
    ids=str,
)
def fitted(request, tiny):
    return classifier(tiny, **request.param).fit(frame(TEXTS), TARGETS)


def test_it_learns_what_a_word_says(fitted):
    assert (fitted.predict(frame(DISASTERS + OTHERS)) == [1, 1, 1, 0, 0, 0]).all()
    assert fitted.loss_curve_[-1] < fitted.loss_curve_[0]


def test_it_comes_back_from_a_pickle_as_it_was(fitted):
    again = pickle.loads(pickle.dumps(fitted))
    for network, kept in zip(fitted.networks_, again.networks_, strict=True):
        assert all(
            (a.numpy() == b.numpy()).all() for a, b in zip(network.variables, kept.variables, strict=True)
        )
    # Graphs traced for other shapes before may add up in another order.
    assert np.allclose(
        again.predict_proba(frame(TEXTS)), fitted.predict_proba(frame(TEXTS)), atol=1e-6, rtol=0
    )


def test_the_same_seed_gives_the_same_probabilities_to_the_bit(tiny):
    texts, targets = frame([DISASTERS[0], OTHERS[0]] * 12), [1, 0] * 12  # of one length: one graph
    first, second, other = (
        classifier(tiny, epochs=1, random_state=seed).fit(texts, targets).predict_proba(texts)
        for seed in (1, 1, 2)
    )
    assert (first == second).all()
    assert (first != other).any()


def test_labels_come_back_as_they_were_given(tiny):
    model = classifier(tiny).fit(frame(TEXTS), np.where(TARGETS == 1, "yes", "no"))
    assert set(model.predict(frame(DISASTERS))) <= {"yes", "no"}
    assert model.predict_proba(frame(DISASTERS)).sum(axis=1) == pytest.approx(1)


def test_batches_hold_every_row_once_and_texts_of_like_length():
    lengths = np.random.default_rng(0).integers(3, 60, 1000)
    texts = TokenizedTexts({"input_mask": (np.arange(60) < lengths[:, None]).astype(int)})
    for batches in (list(texts.shuffled(32, np.random.default_rng(1))), list(texts.by_length(32))):
        assert sorted(np.concatenate(batches)) == list(range(1000))
        padded = sum(texts.batch(rows)["input_mask"].shape[1] * len(rows) for rows in batches)
        assert padded < 1.15 * lengths.sum()


@pytest.mark.parametrize("layers", [1, DEPTH])
def test_frozen_layers_give_what_they_gave(layers, tiny):
    bert = load_encoder(str(tiny / "encoder"), native=True)
    tokens = load_preprocessor(str(tiny / "preprocessor"))(DISASTERS)
    frozen = FrozenBelow(bert, layers)
    from_states = frozen({**tokens, "states": frozen.below(tokens)})
    assert np.allclose(from_states["sequence_output"], bert(tokens)["sequence_output"], atol=1e-6)
    assert len(frozen.trainable_variables) == (DEPTH - layers) * 16 + 2


def test_training_leaves_frozen_layers_as_they_were(tiny):
    model = classifier(tiny, frozen=1, epochs=1).fit(frame(TEXTS), TARGETS)
    named, before = model.networks_[0].encoder.bert.named, random_weights()
    changed = {name for name in before if (named[name].numpy() != before[name]).any()}
    assert changed
    assert not any(name.startswith(("transformer/layer_0/", *EMBEDDINGS)) for name in changed)


def test_frozen_layers_need_an_encoder_whose_layers_are_known(tiny):
    with pytest.raises(ModelError, match=r"to keep 1 layers frozen.*another network.*frozen=0"):
        classifier(tiny, frozen=1, native=False).fit(frame(TEXTS), TARGETS)
    with pytest.raises(ModelError, match=rf"to keep 4 layers frozen.*{DEPTH} layers"):
        classifier(tiny, frozen=4).fit(frame(TEXTS), TARGETS)


def test_lazy_adamw_leaves_untouched_rows_alone_and_is_adamw_on_the_others():
    table = tf.Variable(np.ones((4, 2), np.float32))
    optimizer = LazyAdamW([table], weight_decay=0.0)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.gather(table, [1, 1, 3]) * [[1.0], [2.0], [-1.0]])
    optimizer.apply(tape.gradient(loss, [table]), tf.constant(0.1))
    assert table.numpy()[[0, 2]].tolist() == [[1, 1], [1, 1]]
    assert table.numpy()[[1, 3]] == pytest.approx(np.array([[0.9, 0.9], [1.1, 1.1]]), abs=1e-4)


def test_weights_have_an_id_by_content(tiny, tmp_path, monkeypatch):
    monkeypatch.setenv("PODIUM_WEIGHTS", str(tiny))
    assert weights_id("encoder") == weights_id(str(tiny / "encoder"))
    assert weights_id("encoder") != weights_id("preprocessor")
    assert weights_id("no such handle") != weights_id("nor such a one")


def test_what_comes_by_package_has_its_version_in_its_id(monkeypatch):
    before = weights_id(minilm.HANDLE)
    monkeypatch.setattr(weights, "library_version", lambda package: "9.9")
    assert weights_id(minilm.HANDLE) != before


def test_a_folder_for_both_modules_comes_before_the_package(tiny, tmp_path, monkeypatch):
    (tmp_path / minilm.HANDLE).symlink_to(tiny)
    monkeypatch.setenv("PODIUM_WEIGHTS", str(tmp_path))
    monkeypatch.setattr(minilm, "folder", None)
    assert load_encoder(minilm.HANDLE, native=True).vocabulary == len(VOCABULARY)


def test_a_module_in_the_weights_folder_goes_by_its_name(tiny, monkeypatch):
    monkeypatch.setenv("PODIUM_WEIGHTS", str(tiny))
    model = create("small-bert", {"encoder": "encoder", "preprocessor": "preprocessor", "epochs": 1}, 0)
    assert model.fit(frame(TEXTS), TARGETS).predict_proba(frame(DISASTERS)).shape == (3, 2)


def test_without_network_and_cache_one_line_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("TFHUB_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    with pytest.raises(
        ModelError, match=r"encoder 'https://tfhub.dev/.*PODIUM_WEIGHTS.*minilm-l6-v2"
    ) as caught:
        load_encoder(REPORT_ENCODER, native=True)
    assert "\n" not in str(caught.value)


def test_a_folder_that_is_no_text_encoder_is_named(tiny):
    with pytest.raises(
        ModelError, match=r"encoder '.*preprocessor' must be a TF-Hub module from input_word_ids"
    ):
        load_encoder(str(tiny / "preprocessor"), native=True)
    with pytest.raises(ModelError, match=r"preprocessor '.*encoder' must be a TF-Hub module from texts"):
        load_preprocessor(str(tiny / "encoder"))


def test_a_vocabulary_that_does_not_fit_is_named(tiny, tmp_path):
    small = make_bert(tmp_path, vocabulary=len(VOCABULARY) - 5)
    model = BertEstimator(ClassHead(), str(small / "encoder"), str(tiny / "preprocessor"), epochs=1)
    with pytest.raises(ModelError, match="must share the vocabulary"):
        model.fit(frame(TEXTS), TARGETS)
