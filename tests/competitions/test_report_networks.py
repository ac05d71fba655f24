"""The reports' networks for images, the network for a title and an image, and rows without an image."""

import pickle

import numpy as np
import pandas as pd
import pytest
from competitions.fakeddit.networks import profesor_network, propuesto_network
from competitions.quintuplets.networks import small_network
from sklearn.base import clone

from podium.data.image_spec import ImageSpec
from podium.data.images import ImageFiles, find_by_stem
from podium.data.multimodal import MultimodalRows
from podium.errors import ModelError
from podium.models.multimodal import LENGTH, TitleWithImage
from support import makers
from support.makers import bright_or_dark

OWN = {
    "profesor": "competitions.fakeddit.networks:profesor",
    "propuesto": "competitions.fakeddit.networks:propuesto",
    "propuesto-mejorado": "competitions.fakeddit.networks:propuesto_mejorado",
    "final": "competitions.fakeddit.networks:final",
    "cnn-small": "competitions.quintuplets.networks:cnn_small",
    "cnn-small-reg": "competitions.quintuplets.networks:cnn_small_reg",
    "efficientnetb0": "competitions.quintuplets.networks:efficientnetb0",
}
SMALL = {"side": 32, "epochs": 1}
FLAT = {"height": 40, "width": 32, "epochs": 1}
Y = np.arange(24) % 2


def create(name, params, seed):
    """A model of the registry, or of a competition's own folder."""
    return makers.create(name, with_factory(name, params), seed)


def model_id(name, params, seed):
    return makers.model_id(name, with_factory(name, params), seed)


def with_factory(name, params):
    return {**params, "factory": OWN[name]} if name in OWN else params


@pytest.fixture(scope="module")
def posts(tmp_path_factory):
    """Posts whose class is a word of the title; two of three have an image, bright or dark by class."""
    folder = tmp_path_factory.mktemp("images")
    rng = np.random.default_rng(0)
    for number, label in enumerate(Y):
        image = bright_or_dark(rng, label)
        if number % 3:
            image.save(folder / f"{number}.png")
    texts = pd.DataFrame({"text": [f"{'wow' if label else 'news'} of {n}" for n, label in enumerate(Y)]})
    images = ImageFiles.of_ids([str(n) for n in range(24)], find_by_stem(folder))
    return MultimodalRows({"text": texts, "images": images})


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("profesor", SMALL),
        ("propuesto", SMALL),
        ("propuesto-mejorado", SMALL),
        ("final", SMALL),
        ("cnn-small", FLAT),
        ("cnn-small-reg", FLAT),
        ("joint", SMALL),
    ],
)
def test_the_networks_give_probabilities_and_can_be_kept(name, params, posts):
    model = clone(create(name, params, 0)).fit(posts, Y)
    said = model.predict_proba(posts)
    assert said.shape == (24, 2)
    assert np.allclose(said.sum(axis=1), 1, atol=1e-5)
    assert np.allclose(model.predict_proba(posts[[5, 3]]), said[[5, 3]], atol=1e-5)
    assert np.allclose(pickle.loads(pickle.dumps(model)).predict_proba(posts), said, atol=1e-5)


def layers_of(network, kind):
    return [layer for layer in network.layers if type(layer).__name__ == kind]


def test_the_networks_are_as_the_reports_say():
    shape = (64, 64, 3)
    plain, better = (
        propuesto_network(shape, 2, "softmax"),
        propuesto_network(shape, 2, "softmax", exchanged=True),
    )
    final = propuesto_network(shape, 2, "softmax", exchanged=True, normalised=True, dropout=0.5)
    assert [x.filters for x in layers_of(plain, "Conv2D")] == [64, 32, 16, 8]
    assert [x.units for x in layers_of(plain, "Dense")] == [1024, 256, 128, 2]
    assert [x.activation.__name__ for x in layers_of(plain, "Dense")] == [
        "relu",
        "relu",
        "sigmoid",
        "softmax",
    ]
    assert [x.activation.__name__ for x in layers_of(better, "Dense")] == [
        "sigmoid",
        "sigmoid",
        "relu",
        "softmax",
    ]
    assert [x.rate for x in layers_of(final, "Dropout")] == [0.0, 0.5, 0.5]
    assert len(layers_of(final, "BatchNormalization")) == 7
    assert len(layers_of(profesor_network(shape, 2, "softmax"), "MaxPooling2D")) == 3
    small, regular = (small_network((300, 150, 3), 15, "softmax", *rest) for rest in ((), (15, 3, 0.2, 1e-3)))
    assert [x.filters for x in layers_of(small, "Conv2D")] == [10, 10]
    assert layers_of(small, "Conv2D")[0].strides == (3, 3)
    assert [x.units for x in layers_of(regular, "Dense")] == [50, 50, 50, 15]
    assert small.count_params() < regular.count_params() < 250_000


def test_a_body_of_efficientnet_may_be_cut_and_its_weights_must_be_found(posts, tmp_path, monkeypatch):
    params = {**FLAT, "weights": None, "cut": "block1a_project_bn"}
    assert create("efficientnetb0", params, 0).fit(posts, Y).predict_proba(posts).shape == (24, 2)
    with pytest.raises(ModelError, match=r"weights 'gone\.h5' must be a file"):
        create("efficientnetb0", {**params, "weights": "gone.h5"}, 0).fit(posts, Y)
    alone = model_id("efficientnetb0", {"weights": "imagenet"}, 0)
    (tmp_path / "efficientnetb0_notop.h5").write_text("weights")
    monkeypatch.setenv("PODIUM_WEIGHTS", str(tmp_path))
    assert model_id("efficientnetb0", {"weights": "imagenet"}, 0) != alone


@pytest.mark.parametrize("name", ["cnn-small", "metadata"])
def test_of_rows_without_an_image_the_shares_of_the_classes_are_said(name, posts):
    y = (np.arange(24) % 4 == 1).astype(int)
    model = create(name, FLAT if name == "cnn-small" else {"n_estimators": 5}, 0).fit(posts, y)
    said = model.predict_proba(posts)
    seen = posts.parts["images"].known
    assert np.allclose(said[~seen], [0.75, 0.25])
    assert not np.allclose(said[seen], [0.75, 0.25], atol=1e-3)
    assert model.predict(posts).tolist() == said.argmax(axis=1).tolist()


def test_a_class_of_which_no_image_was_seen_is_not_forgotten(posts):
    y = np.where(posts.parts["images"].known, Y, 2)
    model = create("metadata", {"n_estimators": 5}, 0).fit(posts, y)
    said = model.predict_proba(posts)
    assert said.shape == (24, 3)
    assert np.allclose(said[0], np.bincount(y) / 24)
    assert (said[1:3, 2] == 0).all()


def test_a_title_stands_beside_its_image_as_numbers(posts):
    model = TitleWithImage(side=8).fit(posts)
    assert model.numbers_.keys() == {"of", "news", "wow", "news of", "wow of"}  # others are of too few titles
    rows = model.transform(posts)
    assert rows.shape == (24, 1 + LENGTH + 8 * 8 * 3)
    first, second = rows[[0, 1]]
    assert (first[0], second[0]) == (0, 1)  # whether there is an image
    assert first[1:4].tolist() == [model.numbers_[word] for word in ("news", "news of", "of")]
    assert (first[4 : 1 + LENGTH] == 0).all()
    pixels = posts.parts["images"].pixels(ImageSpec(8, 8))
    assert (second[1 + LENGTH :] == pixels[[1]].ravel()).all()
    assert rows[3:5].shape == (2, rows.shape[1])


def test_a_title_without_a_known_word_is_no_harm(posts):
    texts = posts.parts["text"].copy()
    texts.loc[[2, 3], "text"] = ["", "\U0001f602"]
    model = create("joint", {**SMALL, "side": 8}, 0).fit(posts.replaced(text=texts), Y)
    assert np.isfinite(model.predict_proba(posts.replaced(text=texts))).all()


def test_the_joint_network_reads_titles_and_looks_at_images(posts):
    model = create("joint", {"side": 16, "epochs": 40, "learning_rate": 1e-2}, 0).fit(posts[:16], Y[:16])
    assert (model.predict(posts) == Y).mean() > 0.9


def test_rmsprop_can_be_had_and_other_optimizers_are_refused(posts):
    said = [
        create("profesor", {**SMALL, "optimizer": name}, 0).fit(posts, Y).predict_proba(posts)
        for name in ("rmsprop", "adamw")
    ]
    assert not np.allclose(*said)
    with pytest.raises(ModelError, match="no optimizer 'adma'; did you mean 'adamw'"):
        create("profesor", {**SMALL, "optimizer": "adma"}, 0).fit(posts, Y)
