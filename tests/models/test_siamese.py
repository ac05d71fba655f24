"""Siamese networks: what is mined, that losses fall, what is predicted; and the bodies that they stand on."""

import pickle

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone

from podium.errors import ModelError
from podium.models.image.alexnet_resnet18 import alexnet, resnet18
from podium.models.image.backbones import load_body, preprocessing
from podium.models.image.siamese import MARGINS, PairRegressor, TripletRegressor, mine
from support.makers import create, quick

HEADS = {
    "euclidean": lambda **params: TripletRegressor(distance="euclidean", **params),
    "cosine": lambda **params: TripletRegressor(distance="cosine", **params),
    "semi-hard": lambda **params: TripletRegressor(distance="euclidean", semi_hard=True, **params),
    "pair": PairRegressor,
}


def rows(n, seed=0):
    """Features of which the first says the target, with a long tail as likes have."""
    X = np.random.default_rng(seed).normal(size=(n, 12)).astype("float32")
    return X, np.exp(8 + X[:, 0] + 0.1 * X[:, 1])


@pytest.fixture(scope="module", params=HEADS)
def fitted(request):
    model = HEADS[request.param](log=True, epochs=20, learning_rate=3e-3, dropout=0.1, random_state=0)
    return model.fit(*rows(240))


def test_the_loss_falls_and_a_constant_is_beaten_by_far(fitted):
    X, y = rows(120, seed=1)
    start = 2.0 if isinstance(fitted, PairRegressor) else MARGINS[fitted.distance]
    assert fitted.loss_curve_[0] < 1.25 * start
    assert fitted.loss_curve_[-1] < 0.75 * fitted.loss_curve_[0]
    error = np.log1p(fitted.predict(X)) - np.log1p(y)
    assert np.sqrt((error**2).mean()) < 0.6 * np.log1p(y).std()


def test_a_network_is_kept_as_it_is(fitted):
    X, _ = rows(20, seed=2)
    again = pickle.loads(pickle.dumps(fitted))
    assert (again.predict(X) == fitted.predict(X)).all()
    assert (again.embed(X) == fitted.embed(X)).all()
    assert again.loss_curve_ == fitted.loss_curve_


def test_the_same_seed_gives_the_same_numbers_and_the_scale_of_likes_does_not_matter():
    X, y = rows(80)
    first, again, larger = (
        PairRegressor(epochs=3, random_state=0).fit(X, targets).predict(X) for targets in (y, y, 1000 * y)
    )
    assert (first == again).all()
    assert np.allclose(larger, 1000 * first, rtol=1e-3)


@quick
@given(st.integers(4, 60), st.floats(0.01, 0.3), st.floats(0.31, 0.5), st.integers(0, 99))
def test_positives_are_near_in_likes_and_negatives_far(n, near, far, seed):
    anchors = np.arange(n)
    positives, negatives = mine(anchors, n, near, far, np.random.default_rng(seed))
    for mined in (positives, negatives):
        assert ((mined >= 0) & (mined < n)).all()
    assert (positives != anchors).all()
    assert (abs(positives - anchors) <= max(1, round(near * n))).all()
    assert (abs(negatives - anchors) >= min(max(1, round(far * n)), n // 2)).all()


def test_every_negative_far_enough_is_drawn():
    _, negatives = mine(np.full(2000, 4), 10, 0.1, 0.3, np.random.default_rng(0))
    assert set(negatives) == {0, 1, 7, 8, 9}


def test_the_nearest_rows_are_averaged_as_asked():
    X, y = rows(60)
    model = TripletRegressor(epochs=1, k=3, random_state=0).fit(X, y)
    distances, near = model.nearest(model.embed(X[:5]), 3)
    assert (near[:, 0] == np.arange(5)).all()
    assert np.allclose(model.predict(X[:5]), y[near].mean(axis=1))
    assert np.allclose(model.set_params(average="median").predict(X[:5]), np.median(y[near], axis=1))
    by_distance = model.set_params(average="distance", k=2).predict(X[:5])
    assert np.allclose(by_distance, y[:5], rtol=0.01)  # a row's own target, at no distance, outweighs all
    assert (np.diff(distances, axis=1) >= 0).all()
    assert np.allclose(np.linalg.norm(model.embeddings_, axis=1), 1, atol=1e-5)


def test_a_pair_predicts_the_mean_of_known_likes_plus_the_difference():
    X, y = rows(50)
    model = PairRegressor(epochs=2, random_state=0).fit(X, y)
    unit = model.network_.get_layer("difference")
    differences = np.asarray(unit(model.embed(X[:4])[:, None] - model.embeddings_[None]))[..., 0]
    assert np.allclose(model.predict(X[:4]), (y + y.std() * differences).mean(axis=1), rtol=1e-4)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"distance": "cosinus"}, "no distance 'cosinus'; did you mean 'cosine'"),
        ({"average": "meen"}, "no average 'meen'; did you mean 'mean'"),
        ({"near": 0.3, "far": 0.2}, "0 < near < far <= 0.5"),
        ({"far": 0.6}, "the median row has no negatives"),
    ],
)
def test_what_makes_no_sense_is_refused(params, message):
    with pytest.raises(ModelError, match=message):
        clone(TripletRegressor(**params)).fit(*rows(20))


def test_a_siamese_network_tells_no_classes():
    with pytest.raises(ModelError, match="'pair-mobilenet' must take a classification task"):
        create("pair-mobilenet", {}, 0)
    with pytest.raises(ModelError, match="no body 'alxnet'; did you mean 'alexnet'"):
        load_body("alxnet", None, None, (64, 64, 3))


def trained(network):
    """Without the moving averages of batch normalisation, which torchvision does not count either."""
    return sum(int(np.prod(v.shape)) for v in network.trainable_variables)


@pytest.mark.parametrize(
    ("make", "with_top", "without"),
    [
        (alexnet, 61_100_840, 2_469_696),
        (resnet18, 11_689_512, 11_176_512),
    ],
)
def test_bodies_have_the_published_numbers_of_parameters(make, with_top, without):
    assert trained(make(include_top=True, weights=None)) == with_top
    assert trained(make(include_top=False, weights=None, input_shape=(224, 224, 3))) == without


def test_vgg16_has_the_published_number_of_parameters():
    """At a side of 32 its first dense layer sees one place instead of 49. The whole network takes 1.4 GB, and
    TensorFlow keeps what memory it once had."""
    fewer = 48 * 512 * 4096
    small = keras.applications.VGG16(include_top=True, weights=None, input_shape=(32, 32, 3))
    assert trained(small) + fewer == 138_357_544
    assert trained(keras.applications.VGG16(include_top=False, weights=None)) == 14_714_688


def test_bodies_have_the_published_shapes():
    shapes = {
        "alexnet": {"conv1": (55, 64), "conv2": (27, 192), "conv5": (13, 256), "pool5": (6, 256)},
        "resnet18": {"conv1": (112, 64), "conv2_2": (56, 64), "conv3_1": (28, 128), "conv5_2": (7, 512)},
        "vgg16": {"block1_conv2": (224, 64), "block3_conv3": (56, 256), "block5_pool": (7, 512)},
    }
    for name, expected in shapes.items():
        body = load_body(name, None, None, (224, 224, 3))
        for layer, (side, filters) in expected.items():
            assert body.get_layer(layer).output.shape == (None, side, side, filters), (name, layer)
    white = np.full((1, 1, 1, 3), 255.0, "float32")
    expected = (1 - np.array([0.485, 0.456, 0.406])) / [0.229, 0.224, 0.225]
    assert np.allclose(preprocessing("resnet18")(white), expected, atol=1e-5)


def test_weights_of_the_two_networks_come_from_a_file_and_from_nowhere_else(tmp_path, monkeypatch):
    keras.utils.set_random_seed(1)
    resnet18(include_top=False, input_shape=(32, 32, 3)).save_weights(tmp_path / "resnet18.weights.h5")
    images = np.random.default_rng(0).normal(size=(1, 32, 32, 3)).astype("float32")
    with pytest.raises(
        ModelError, match=r"'imagenet' of 'resnet18' must .* a file resnet18\*\.h5 with no top"
    ):
        load_body("resnet18", "imagenet", None, (32, 32, 3))
    monkeypatch.setenv("PODIUM_WEIGHTS", str(tmp_path))
    (tmp_path / "resnet18.weights.h5").rename(tmp_path / "resnet18_notop.weights.h5")
    first, again = (
        np.asarray(load_body("resnet18", "imagenet", None, (32, 32, 3))(images)) for _ in range(2)
    )
    assert (first == again).all()
