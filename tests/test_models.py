"""Models are scikit-learn estimators, by name, the same each time."""

import pickle

import keras
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import estimator_checks_generator

from podium.errors import ModelError
from podium.models import FACTORIES, create, model_id
from podium.models.augment import RandomAffine
from podium.models.cnn import mlp_network
from podium.models.keras_base import KerasClassifier, rate, shuffled_batches

SHORT = {
    "mlp": {"epochs": 2},
    "cnn": {"epochs": 1},
    "cnn4": {"epochs": 1},
    "cnn6": {"epochs": 1},
    "xgboost": {"n_estimators": 3},
}
NETWORKS = ["mlp", "cnn", "cnn4", "cnn6"]


@pytest.fixture(scope="module")
def images():
    rng = np.random.default_rng(0)
    y = np.arange(40) % 2
    X = rng.integers(0, 100, (40, 28, 28, 1)) + 120 * y[:, None, None, None]
    return X.astype(np.uint8), y


def small_network(shape, n_classes):
    inputs = keras.Input(shape)
    x = keras.layers.Dense(16, activation="relu")(keras.layers.Flatten()(inputs))
    return keras.Model(inputs, keras.layers.Dense(n_classes, activation="softmax")(x))


# Of scikit-learn's checks those of the interface: the rest fit for minutes to see a network learn.
INTERFACE = {
    "check_estimators_overwrite_params",
    "check_estimators_unfitted",
    "check_fit1d",
    "check_fit2d_predict1d",
    "check_get_params_invariance",
    "check_mixin_order",
    "check_n_features_in",
    "check_n_features_in_after_fitting",
    "check_no_attributes_set_in_init",
    "check_parameters_default_constructible",
    "check_requires_y_none",
    "check_set_params",
    "check_supervised_y_2d",
}


@pytest.mark.parametrize("name", sorted(INTERFACE))
def test_a_network_keeps_the_interface_of_scikit_learn(name):
    estimator = KerasClassifier(small_network, epochs=1)
    found = [
        (own, check)
        for own, check in estimator_checks_generator(estimator)
        if getattr(check, "func", check).__name__ == name
    ]
    assert found
    for own, check in found:
        check(own)


@pytest.mark.parametrize("name", [n for n in FACTORIES if not n.startswith("text-") and "bert" not in n])
def test_every_model_of_images_gives_probabilities_by_name_alone(name, images):
    X, y = images
    model = create(name, SHORT.get(name, {}), seed=0).fit(X, y)
    probabilities = model.predict_proba(X)
    assert probabilities.shape == (40, 2)
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert (probabilities >= 0).all()


def test_the_same_seed_gives_the_same_network_to_the_bit(images):
    X, y = images
    first, second, other = (
        create("cnn", SHORT["cnn"], seed).fit(X, y).predict_proba(X) for seed in (1, 1, 2)
    )
    assert (first == second).all()
    assert (first != other).any()


def test_a_pickled_network_predicts_the_same(images):
    X, y = images
    model = clone(create("mlp", SHORT["mlp"], 0)).fit(X, y)
    assert (pickle.loads(pickle.dumps(model)).predict_proba(X) == model.predict_proba(X)).all()


@pytest.mark.parametrize("name", NETWORKS)
def test_a_fit_tells_of_each_epoch(name, images):
    X, y = images
    told = []
    create(name, {"epochs": 2}, 0).fit(X, y, on_epoch=lambda *epoch: told.append(epoch))
    assert [epoch[:2] for epoch in told] == [(1, 2), (2, 2)]
    assert all(np.isfinite(loss) for *_, loss in told)


def test_prediction_leaves_batch_statistics_alone(images):
    X, y = images
    model = create("cnn", {"epochs": 1, "views": 1}, 0).fit(X, y)
    together, apart = model.predict_proba(X), model.predict_proba(X[:3])
    assert np.allclose(together[:3], apart, atol=1e-6)


def test_five_views_average_the_image_and_its_four_shifts(images):
    X, y = images
    one = create("mlp", SHORT["mlp"], 0).fit(X, y)
    five = pickle.loads(pickle.dumps(one)).set_params(views=5)
    shifted = [np.roll(X, shift, axis=(1, 2)) for shift in ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0))]
    assert np.allclose(five.predict_proba(X), np.mean([one.predict_proba(v) for v in shifted], axis=0))


def test_augmentation_is_for_training_only():
    images = np.random.default_rng(0).random((4, 28, 28, 1)).astype("float32")
    layer = RandomAffine(rotation=20, shift=0.1, zoom=0.1, shear=0.1)
    assert (np.asarray(layer(images, training=False)) == images).all()
    assert (np.asarray(layer(images, training=True)) != images).any()


def test_augmentation_without_amounts_changes_nothing():
    images = np.random.default_rng(0).random((4, 28, 28, 1)).astype("float32")
    assert np.allclose(RandomAffine()(images, training=True), images, atol=1e-5)


def test_a_rotation_keeps_the_centre_and_moves_the_rim():
    images = np.zeros((64, 29, 29, 1), "float32")
    images[:, 14, 14] = images[:, 14, 27] = 1
    turned = np.asarray(RandomAffine(rotation=45)(images, training=True))
    assert np.allclose(turned[:, 14, 14], 1, atol=1e-4)
    assert turned[:, 14, 27].mean() < 0.5


def test_an_unknown_model_and_an_unknown_parameter_are_refused():
    with pytest.raises(ModelError, match="did you mean 'ridge'"):
        create("rigde", {}, 0)
    with pytest.raises(ModelError, match="colour"):
        create("mlp", {"colour": 1}, 0)


def test_the_id_changes_with_parameters_seed_and_model():
    ids = [model_id(*a) for a in (("cnn", {}, 0), ("cnn", {"epochs": 3}, 0), ("cnn", {}, 1), ("cnn4", {}, 0))]
    assert len(set(ids)) == 4
    assert model_id("cnn", {}, 0) == ids[0]


def test_the_report_s_loss_can_be_had(images):
    X, y = images
    curves = [create("mlp", {"epochs": 1, "loss": loss}, 0).fit(X, y).loss_curve_ for loss in ("mae", "mse")]
    assert curves[0] != curves[1]
    assert mlp_network((28, 28, 1), 10).output_shape == (None, 10)


def test_an_epoch_takes_every_row_at_most_once_in_whole_batches():
    first, second = (shuffled_batches(103, 10, np.random.default_rng(seed)) for seed in (0, 1))
    assert first.shape == (10, 10)
    assert len(np.unique(first)) == 100
    assert (first != second).any()
    assert shuffled_batches(3, 10, np.random.default_rng(0)).shape == (1, 3)


def test_the_learning_rate_rises_for_a_tenth_and_falls_to_nothing():
    rates = [rate(done) for done in np.linspace(0, 1, 101)]
    assert rates[0] == pytest.approx(0.05)
    assert max(rates) == rates[10] == pytest.approx(1)
    assert rates[-1] == pytest.approx(0)
    assert (np.diff(rates)[:10] > 0).all()
    assert (np.diff(rates)[10:] < 0).all()
