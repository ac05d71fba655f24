"""Every kind of model learns every kind of target: classes, labels, a number and several numbers."""

import pickle

import keras
import numpy as np
import pandas as pd
import pytest
from sklearn.compose import TransformedTargetRegressor
from sklearn.utils.validation import has_fit_parameter

from podium.data.images import ImageFiles
from podium.data.multimodal import MultimodalRows
from podium.data.task import Classification, Multilabel, Regression
from podium.errors import ModelError
from podium.models import registry
from podium.models.each_target import EachTarget
from podium.models.image.transfer import _features
from podium.models.keras.estimator import KerasEstimator
from podium.models.keras.heads import ClassHead, LabelHead, NumberHead, head_for
from podium.models.keras.training import held_out_split
from support.makers import bright_or_dark
from support.tiny_bert import make_bert

N = 24
BRIGHT = np.arange(N) % 2
TASKS = {
    "classes": Classification(np.arange(2)),
    "labels": Multilabel(["bright", "dark", "late"]),
    "number": Regression(),
    "numbers": Regression(("price", "weight")),
}
TARGETS = {
    "classes": BRIGHT,
    "labels": np.column_stack([BRIGHT, 1 - BRIGHT, np.arange(N) >= N // 2]),
    "number": 1e6 + 1e3 * BRIGHT,
    "numbers": np.column_stack([1e6 + 1e3 * BRIGHT, 5.0 - BRIGHT]),
}
every_task = pytest.mark.parametrize("kind", list(TASKS))
but_classes = pytest.mark.parametrize("kind", ["labels", "numbers"])  # of classes the other tests tell
BODY = {"weights": None, "cut": "conv_pw_3_relu", "side": 32}


def small_network(shape, n_outputs, activation):
    inputs = keras.Input(shape)
    x = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(inputs))
    x = keras.layers.Dense(8, activation="tanh")(x)
    return keras.Model(inputs, keras.layers.Dense(n_outputs, activation=activation)(x))


@pytest.fixture(scope="module")
def images():
    rng = np.random.default_rng(0)
    return (rng.integers(0, 80, (N, 12, 12, 1)) + 150 * BRIGHT[:, None, None, None]).astype(np.uint8)


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    rng = np.random.default_rng(0)
    paths = [folder / f"{number:02}.png" for number in range(N)]
    for path, label in zip(paths, BRIGHT, strict=True):
        bright_or_dark(rng, label).save(path)
    return ImageFiles(paths)


@pytest.fixture(scope="module")
def bert(tmp_path_factory):
    folder = make_bert(tmp_path_factory.mktemp("bert"))
    return {"encoder": str(folder / "encoder"), "preprocessor": str(folder / "preprocessor")}


@pytest.fixture(scope="module")
def posts(photos):
    """A table with two columns of texts and a picture, which two rows lack."""
    titles = np.where(BRIGHT, "fire near the homes", "lol the exam is love")
    texts = pd.DataFrame({"text": titles, "place": np.where(BRIGHT, "storm homes", "exam album")})
    table = pd.DataFrame({"price": np.arange(N, dtype=float), "kind": np.where(BRIGHT, "a", "b")})
    lacking = ImageFiles(photos.paths, blank=[3, 4])
    return MultimodalRows({"table": table, "text": texts, "images": lacking})


def fitted_predictions(name, params, kind, X):
    """Fit a model of the registry, and return its predictions (n, c) and those after a pickle."""
    task = TASKS[kind]
    targets, columns = task.fit_targets(TARGETS[kind])
    model = registry.create(name, params, 0, task).fit(X, targets)
    again = pickle.loads(pickle.dumps(model))
    return [task.predict(one, X, columns, name) for one in (model, again)]


def assert_learnt(name, params, kind, X):
    """Check the shape of the predictions, and that the first target is larger where it should be."""
    predicted, again = fitted_predictions(name, params, kind, X)
    assert predicted.shape == (N, TASKS[kind].n_columns)
    assert np.allclose(predicted, again, rtol=1e-5)
    column = 1 if kind == "classes" else 0
    assert predicted[BRIGHT == 1, column].mean() > predicted[BRIGHT == 0, column].mean()


# ---- networks


@every_task
def test_networks_of_arrays(kind, images):
    assert_learnt("mlp", {"epochs": 6, "batch_size": 8}, kind, images)


@but_classes
def test_the_features_of_a_frozen_body_are_computed_once_for_all_targets(kind, photos):
    _features.cache_clear()
    fitted_predictions("frozen-mobilenet", BODY, kind, photos)
    assert _features.cache_info().misses == 1


@pytest.mark.parametrize("name", ["ridge", "sgd"])
def test_numbers_are_predicted_from_pixels(name, photos):
    y = TARGETS["number"]
    predicted = registry.create(name, {}, 0, TASKS["number"]).fit(photos, y).predict(photos)
    assert np.abs(predicted - y).mean() < 0.7 * y.std()


@but_classes
@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("scratch-lenet", {"epochs": 6, "batch_size": 8, "side": 24, "validation_fraction": 0.2}),
        ("finetune-mobilenet", {**BODY, "epochs": 1}),
        ("frozen-mobilenet", BODY),
        ("metadata", {"n_estimators": 5}),
        ("xgboost", {"n_estimators": 5, "min_child_weight": 1}),
    ],
)
def test_models_of_photos(name, params, kind, photos):
    predicted, again = fitted_predictions(name, params, kind, photos)
    assert predicted.shape == (N, TASKS[kind].n_columns)
    assert np.allclose(predicted, again, rtol=1e-5)


@pytest.mark.parametrize("kind", ["numbers", pytest.param("labels", marks=pytest.mark.slow)])
def test_a_small_bert(kind, bert):
    texts = pd.DataFrame({"text": np.where(BRIGHT, "fire near the homes", "lol the exam is love")})
    assert_learnt("small-bert", {**bert, "epochs": 2, "batch_size": 8, "learning_rate": 5e-3}, kind, texts)


@every_task
def test_one_network_has_all_outputs(kind, images):
    model = registry.create("mlp", {"epochs": 1}, 0, TASKS[kind]).fit(images, TARGETS[kind])
    assert isinstance(model, KerasEstimator)
    assert model.networks_[0].output_shape == (None, TASKS[kind].n_columns)


@every_task
def test_a_network_stops_goes_on_and_weighs_rows_whatever_it_learns(kind, images):
    y = TARGETS[kind]
    settings = {"epochs": 30, "batch_size": 8, "validation_fraction": 0.25, "patience": 3, "random_state": 0}
    make = KerasEstimator.for_task
    told = []
    model = make(TASKS[kind], small_network, learning_rate=0.01, **settings)
    model.fit(images, y, on_epoch=lambda *epoch: told.append(epoch))
    assert 2 <= len(told) <= 30
    assert model.loss_curve_[-1] < model.loss_curve_[0]
    last = model.loss_curve_[-1]
    model.set_params(warm_start=True, epochs=1).fit(images, y)
    assert model.loss_curve_[0] < max(2 * last, 0.5 * told[0][2])
    fits = [
        make(TASKS[kind], small_network, epochs=1, random_state=0).fit(images, y, sample_weight=weights)
        for weights in (None, np.ones(N), np.where(BRIGHT, 1.0, 0.1))
    ]
    plain, even, uneven = (fit.networks_[0].get_weights()[0] for fit in fits)
    assert (plain == even).all()
    assert (plain != uneven).any()


def test_numbers_are_predicted_in_their_own_units(images):
    y = TARGETS["numbers"]
    settings = {"epochs": 30, "batch_size": 8, "learning_rate": 0.02, "random_state": 0}
    model = KerasEstimator(small_network, NumberHead(), **settings)
    predicted = model.fit(images, y).predict(images)
    assert (np.abs(predicted - y).mean(axis=0) < 0.2 * y.std(axis=0)).all()
    assert not hasattr(model, "predict_proba")


@pytest.mark.parametrize("one", [True, False])
def test_a_head_gives_back_the_numbers_that_it_was_given(one):
    y = np.array([3e6, 5e6, 5e6, 4e7]) if one else np.array([[1.0, 5.0], [2.0, 5.0], [9.0, 5.0]])
    for head in (NumberHead().fit(y), NumberHead(log=True).fit(y)):
        encoded = head.encode(y)
        assert encoded.shape == (len(y), 1 if one else 2)
        assert np.abs(encoded).max() < 10
        assert head.decode(encoded) == pytest.approx(y, rel=1e-5)


@pytest.mark.parametrize("y", [np.arange(4) % 2, np.full((4, 2), 2)])
def test_labels_must_be_columns_of_zeros_and_ones(y):
    with pytest.raises(ModelError, match="zeros and ones of shape"):
        LabelHead().fit(y)


def test_logarithms_are_for_numbers_alone():
    assert head_for(TASKS["number"], log=True).log
    with pytest.raises(ModelError, match="got a multilabel task"):
        head_for(TASKS["labels"], log=True)


def test_losses_of_rows_held_out():
    labels = LabelHead().fit(np.eye(2))
    assert labels.row_losses(np.eye(2), np.eye(2) * 0.5 + 0.25) == pytest.approx(-np.log(0.75))
    numbers = NumberHead().fit(np.arange(4.0))
    assert numbers.row_losses(np.zeros((2, 2)), np.array([[1, 1], [0, 2]])) == pytest.approx([1, 2])
    classes = ClassHead().fit(np.arange(2))
    assert classes.row_losses(np.eye(2), np.full((2, 2), 0.5)) == pytest.approx(-np.log(0.5))


def test_a_class_of_one_row_is_always_trained_on(images):
    strata = np.array([0] * 12 + [1] * 11 + [2])
    for seed in range(5):
        train, held_out = held_out_split(np.arange(N), strata, 0.25, seed)
        assert 23 in train
        assert sorted([*train, *held_out]) == list(range(N))
        assert set(strata[held_out]) == {0, 1}
    model = KerasEstimator(small_network, ClassHead(), epochs=1, validation_fraction=0.25)
    assert model.fit(images, strata).predict_proba(images).shape == (N, 3)


def test_more_classes_than_rows_held_out():
    train, held_out = held_out_split(np.arange(N), np.arange(N) // 2, 0.2, 0)
    assert len(held_out) == 5
    assert len(train) == N - 5


# ---- rows without an image


def test_rows_without_an_image_get_the_mean_of_the_training_rows(photos):
    files = ImageFiles(photos.paths, blank=[0, 1])
    for kind in ("number", "numbers"):
        task = TASKS[kind]
        model = registry.create("scratch-lenet", {"epochs": 1, "side": 24}, 0, task)
        predicted = model.fit(files, TARGETS[kind]).predict(files)
        assert predicted[:2] == pytest.approx(np.stack([TARGETS[kind].mean(axis=0)] * 2))
    model = registry.create("scratch-lenet", {"epochs": 1, "side": 24}, 0, TASKS["labels"])
    shares = model.fit(files, TARGETS["labels"]).predict_proba(files)[:2]
    assert shares == pytest.approx(np.stack([TARGETS["labels"].mean(axis=0)] * 2))


def test_where_no_row_has_an_image_all_get_the_mean(photos):
    files = ImageFiles(photos.paths, blank=range(N))
    model = registry.create("scratch-lenet", {}, 0, TASKS["number"]).fit(files, TARGETS["number"])
    assert model.predict(files) == pytest.approx(np.full(N, TARGETS["number"].mean()))


# ---- a table with texts and a picture


@every_task
@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("table-ridge", {}),
        ("table-random-forest", {"n_estimators": 5}),
        ("table-xgboost", {"n_estimators": 5}),
        ("text-ridge", {}),
        ("text-sgd", {}),
        ("joint", {"epochs": 3, "side": 16, "batch_size": 8}),
    ],
)
def test_each_model_reads_its_part_of_a_table_with_texts_and_a_picture(name, params, kind, posts):
    registry.require_rows(name, params, TASKS[kind], posts.modality)
    assert_learnt(name, params, kind, posts)


def test_the_joint_network_reads_every_column_of_texts(posts):
    step = registry.create("joint", {"side": 16}, 0, TASKS["number"])[0].fit(posts)
    assert {"fire", "storm", "exam album"} <= step.numbers_.keys()


def test_the_joint_network_refuses_rows_without_images_in_one_line(posts):
    rows = MultimodalRows({name: posts.parts[name] for name in ("table", "text")})
    with pytest.raises(ModelError, match="must be given the part 'images'"):
        registry.create("joint", {"epochs": 1}, 0, TASKS["number"]).fit(rows, TARGETS["number"])


# ---- several targets by trees, and by copies


def test_a_forest_predicts_several_targets_in_one_job(posts):
    for kind in ("labels", "numbers"):
        model = registry.create("table-random-forest", {"n_estimators": 3}, 0, TASKS[kind])
        assert not isinstance(model, EachTarget)
        assert model.fit(posts, TARGETS[kind])[-1].n_outputs_ == TASKS[kind].n_columns


def test_each_copy_is_given_the_arguments_of_a_fit(posts):
    y = TARGETS["numbers"] + np.arange(N)[:, None]
    model = registry.create("table-ridge", {"alpha": 10.0}, 0, TASKS["numbers"])
    even, uneven = (
        model.fit(posts, y, ridge__sample_weight=weights).predict(posts)
        for weights in (np.ones(N), np.arange(1.0, N + 1))
    )
    assert (even != uneven).all()


TAKE_WEIGHTS = [
    *("mlp", "scratch-lenet", "finetune-mobilenet", "small-bert", "joint"),
    *("ridge", "sgd", "xgboost", "frozen-mobilenet", "text-ridge", "text-xgboost"),
    *("table-ridge", "table-random-forest", "table-hist-gradient-boosting"),
]


@every_task
@pytest.mark.parametrize("name", TAKE_WEIGHTS)
def test_the_last_step_takes_the_weights_of_rows(name, kind):
    model = registry.create(name, {}, 0, TASKS[kind])
    model = model.model if isinstance(model, EachTarget) else model
    model = model.regressor if isinstance(model, TransformedTargetRegressor) else model
    last = model.steps[-1][1] if hasattr(model, "steps") else model
    assert has_fit_parameter(last, "sample_weight")
