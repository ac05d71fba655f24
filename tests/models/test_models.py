"""Models are scikit-learn estimators, by name, the same each time."""

import pickle

import keras
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import estimator_checks_generator

from podium.errors import ModelError
from podium.models.image.augment import RandomAffine
from podium.models.image.digit_cnns import mlp_network
from podium.models.keras.estimator import KerasEstimator
from podium.models.keras.heads import ClassHead
from podium.models.keras.training import BestWeights, rate, shuffled_batches
from podium.models.registry import MODELS
from support.makers import create, model_id

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


def small_network(shape, n_outputs, activation):
    inputs = keras.Input(shape)
    x = keras.layers.Dense(16, activation="relu")(keras.layers.Flatten()(inputs))
    return keras.Model(inputs, keras.layers.Dense(n_outputs, activation=activation)(x))


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
    estimator = KerasEstimator(small_network, ClassHead(), epochs=1)
    found = [
        (own, check)
        for own, check in estimator_checks_generator(estimator)
        if getattr(check, "func", check).__name__ == name
    ]
    assert found
    for own, check in found:
        check(own)


OF_ARRAYS = [
    name
    for name, row in MODELS.items()
    if "classification" in row.tasks and (not row.takes or "array" in row.takes)
]


@pytest.mark.parametrize("name", OF_ARRAYS)
def test_every_model_of_images_gives_probabilities_by_name_alone(name, images):
    X, y = images
    model = create(name, SHORT.get(name, {}), seed=0).fit(X, y)
    probabilities = model.predict_proba(X)
    assert probabilities.shape == (40, 2)
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert (probabilities >= 0).all()


def test_seeds_are_networks_whose_answers_are_averaged(images):
    X, y = images
    three = create("mlp", {**SHORT["mlp"], "seeds": 3}, 5).fit(X, y)
    alone = [create("mlp", SHORT["mlp"], seed).fit(X, y).predict_proba(X) for seed in (5, 6, 7)]
    assert np.allclose(three.predict_proba(X), np.mean(alone, axis=0), atol=1e-6)
    assert len(three.loss_curve_) == 3 * SHORT["mlp"]["epochs"]
    assert (pickle.loads(pickle.dumps(three)).predict_proba(X) == three.predict_proba(X)).all()


def test_training_ends_when_the_rows_held_out_get_no_better(images):
    X, _ = images
    y = np.random.default_rng(0).permutation(np.arange(40) % 2)  # nothing to be learnt but by heart
    early = create("mlp", {"epochs": 40, "validation_fraction": 0.25, "patience": 3}, 0).fit(X, y)
    assert 4 <= len(early.loss_curve_) < 40
    whole = create("mlp", {"epochs": 5}, 0).fit(X, y)
    assert len(whole.loss_curve_) == 5


def test_the_weights_of_the_best_epoch_are_kept():
    network, best = small_network((2, 2, 1), 2, "softmax"), BestWeights(patience=2)
    start = network.get_weights()
    for loss, ends in ((0.5, False), (0.4, False), (0.6, False), (0.4, True)):
        assert best.is_past(loss, network) == ends
        network.set_weights([w + 1 for w in network.get_weights()])
    assert all((kept == s + 1).all() for kept, s in zip(best.weights, start, strict=True))


def test_a_warm_start_goes_on_from_what_was_learnt(images):
    X, y = images
    first = create("mlp", {"epochs": 6}, 0).fit(X, y)
    last = first.loss_curve_[-1]
    assert create("mlp", {"epochs": 1}, 0).fit(X, y).loss_curve_[0] > last
    assert first.set_params(warm_start=True, epochs=1).fit(X, y).loss_curve_[0] < 1.2 * last
    with pytest.raises(ModelError, match="warm start must have the network's shapes"):
        first.fit(X[:, :14], y)


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
    model = create("cnn", {"epochs": 1, "views": "one"}, 0).fit(X, y)
    together, apart = model.predict_proba(X), model.predict_proba(X[:3])
    assert np.allclose(together[:3], apart, atol=1e-6)


def test_five_views_average_the_image_and_its_four_shifts(images):
    X, y = images
    one = create("mlp", SHORT["mlp"], 0).fit(X, y)
    five = pickle.loads(pickle.dumps(one)).set_params(views="shifts")
    shifted = [np.roll(X, shift, axis=(1, 2)) for shift in ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0))]
    assert np.allclose(five.predict_proba(X), np.mean([one.predict_proba(v) for v in shifted], axis=0))


def test_two_views_average_the_image_and_its_mirror(images):
    X, y = images
    one = create("mlp", SHORT["mlp"], 0).fit(X, y)
    two = pickle.loads(pickle.dumps(one)).set_params(views="mirror")
    both = [one.predict_proba(X), one.predict_proba(X[:, :, ::-1])]
    assert np.allclose(two.predict_proba(X), np.mean(both, axis=0))
    with pytest.raises(ModelError, match="did you mean 'mirror'"):
        create("mlp", {"views": "miror"}, 0).fit(X, y)


@pytest.mark.parametrize(
    "amount",
    [
        {"rotation": 20},
        {"height_shift": 0.1},
        {"width_shift": 0.1},
        {"zoom": 0.1},
        {"shear": 0.1},
        {"flip": True},
    ],
)
def test_augmentation_is_for_training_only(amount):
    images = np.random.default_rng(0).random((4, 28, 28, 1)).astype("float32")
    layer = RandomAffine(**amount)
    assert (np.asarray(layer(images, training=False)) == images).all()
    assert (np.asarray(layer(images, training=True)) != images).any()


def test_augmentation_without_amounts_changes_nothing():
    images = np.random.default_rng(0).random((4, 28, 28, 1)).astype("float32")
    assert np.allclose(RandomAffine()(images, training=True), images, atol=1e-5)


def test_a_flip_mirrors_about_half_of_the_images_and_no_others():
    image = np.random.default_rng(0).random((28, 30, 1)).astype("float32")
    seen = np.asarray(RandomAffine(flip=True)(np.repeat(image[None], 64, axis=0), training=True))
    mirrored = np.array([np.allclose(s, image[:, ::-1], atol=1e-4) for s in seen])
    kept = np.array([np.allclose(s, image, atol=1e-4) for s in seen])
    assert (mirrored ^ kept).all()
    assert 16 < mirrored.sum() < 48


def test_shifts_go_along_their_own_axis_and_the_space_is_filled_as_asked():
    images = np.zeros((32, 29, 29, 1), "float32")
    images[:, :, 14] = 1  # a line from top to bottom
    down = np.asarray(RandomAffine(height_shift=0.3, fill_mode="nearest")(images, training=True))
    assert np.allclose(down, images, atol=1e-4)
    black = np.asarray(RandomAffine(height_shift=0.3)(images, training=True))
    assert black.sum() < images.sum() - 32
    right = np.asarray(RandomAffine(width_shift=0.3)(images, training=True))
    assert right[:, 14, 14].mean() < 0.5


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
    assert mlp_network((28, 28, 1), 10, "softmax").output_shape == (None, 10)


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
