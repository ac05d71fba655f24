"""A network is traced once for all folds, and no fit can tell."""

import gc
import pickle
from weakref import ref

import keras
import numpy as np
import pytest
from keras import layers

from podium.models.image.siamese import PairRegressor, TripletRegressor
from podium.models.image.transfer import FineTunedEstimator
from podium.models.keras import traced as module
from podium.models.keras.estimator import KerasEstimator
from podium.models.keras.heads import ClassHead

X = np.random.default_rng(0).random((48, 6)).astype(np.float32)
Y = (X[:, 0] > 0.5).astype(int)
TRACES = []
PREDICTION_TRACES = []


class Counted(layers.Layer):
    """Notes whenever it is traced, for training or for predictions."""

    def call(self, inputs, training=False):
        (TRACES if training else PREDICTION_TRACES).append(1)
        return inputs


def network(shape, n_outputs, activation):
    inputs = keras.Input(shape)
    x = layers.Dropout(0.5)(layers.Dense(8, activation="relu")(Counted()(inputs)))
    return keras.Model(inputs, layers.Dense(n_outputs, activation=activation)(x))


@pytest.fixture(autouse=True)
def nothing_kept():
    module._kept.clear()
    TRACES.clear()
    PREDICTION_TRACES.clear()


def fitted(rows=slice(None), seed=0, make=network, **params):
    settings = {"epochs": 2, "batch_size": 8, "random_state": seed, **params}
    return KerasEstimator(make, ClassHead(), **settings).fit(X[rows], Y[rows])


def test_folds_and_seeds_share_one_trace():
    once = 0
    for fold in range(3):
        fitted(np.arange(48) % 3 != fold, seeds=2)
        once = once or len(TRACES)
    assert len(TRACES) == once > 0


@pytest.mark.parametrize("other", [{"optimizer": "rmsprop"}, {"weight_decay": 0.5}, {"loss": "mse"}])
def test_another_graph_is_traced_anew(other):
    fitted()
    once = len(TRACES)
    fitted(**other)
    assert len(TRACES) == 2 * once


def two_part_network(shape, n_outputs, activation):
    """A network with the layers that fine-tuning looks for."""
    inputs = keras.Input(shape)
    features = layers.Dense(8, activation="relu", name="features")(Counted()(inputs))
    scaling = layers.BatchNormalization(center=False, scale=False, trainable=False, name="scaling")
    x = layers.Dropout(0.5)(scaling(features))
    return keras.Model(inputs, layers.Dense(n_outputs, activation=activation, name="head")(x))


KINDS = {
    "network": lambda seed: KerasEstimator(network, ClassHead(), 2, 8, random_state=seed),
    "seeds": lambda seed: KerasEstimator(network, ClassHead(), 2, 8, seeds=2, random_state=seed),
    "early stopping": lambda seed: KerasEstimator(
        network, ClassHead(), 3, 8, validation_fraction=0.2, patience=1, random_state=seed
    ),
    "fine-tuned": lambda seed: FineTunedEstimator(two_part_network, ClassHead(), 2, 8, random_state=seed),
    "pair": lambda seed: PairRegressor(epochs=2, batch_size=8, random_state=seed),
    "triplet": lambda seed: TripletRegressor(epochs=2, batch_size=8, semi_hard=True, random_state=seed),
}


def predicted(model):
    """The predictions for many rows, few and one."""
    function = model.predict_proba if hasattr(model, "predict_proba") else model.predict
    return np.concatenate([function(X), function(X[:5]), function(X[:1])])


@pytest.mark.parametrize("kind", KINDS)
def test_a_fit_after_others_gives_what_it_gives_in_a_process_of_its_own(kind):
    def fold(number):
        rows = np.flatnonzero(np.arange(47) % 3 != number)  # 31, 31 and 32 rows
        return KINDS[kind](number).fit(X[rows], Y[rows])

    alone = predicted(fold(2))
    module._kept.clear()
    after_others = [predicted(fold(number)) for number in range(3)][2]
    assert (after_others == alone).all()


@pytest.mark.parametrize("kind", KINDS)
def test_every_step_is_traced_once_for_three_folds(kind):
    for number in range(3):
        rows = np.arange(48) % 3 != number
        KINDS[kind](number).fit(X[rows], Y[rows])
    assert {kept.step.experimental_get_tracing_count() for _, kept in module._kept.values()} == {1}
    assert len(module._kept) == (2 if kind == "fine-tuned" else 1)


def test_a_warm_start_gives_what_it_gives_in_a_process_of_its_own():
    first = pickle.dumps(fitted(seed=0))

    def continued():
        return predicted(pickle.loads(first).set_params(warm_start=True).fit(X, Y))

    module._kept.clear()
    alone = continued()
    fitted(seed=1)
    assert (continued() == alone).all()


def test_folds_that_were_fitted_here_are_predicted_by_one_trace():
    models = [fitted(seed=seed) for seed in range(3)]
    models[0].predict_proba(X)
    once = len(PREDICTION_TRACES)
    for model in models:
        model.predict_proba(X)
    assert len(PREDICTION_TRACES) == once


def test_more_networks_than_are_kept_are_each_traced_once_for_predictions():
    fits = [fitted(weight_decay=decay / 10, epochs=1) for decay in range(module.MOST_KEPT + 2)]
    loaded = [pickle.loads(pickle.dumps(model)) for model in fits]
    for model in loaded + fits:
        model.predict_proba(X)
    once = len(PREDICTION_TRACES)
    for model in loaded + fits:
        model.predict_proba(X)
    assert len(PREDICTION_TRACES) == once


def test_other_parameters_after_a_fit_do_not_change_the_network_that_predicts():
    model = fitted()
    before = model.predict_proba(X)
    fitted(make=two_part_network)
    assert (model.set_params(network=two_part_network).predict_proba(X) == before).all()


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_kept_does_not_hold_a_fitted_estimator(kind):
    model = KINDS[kind](0).fit(X, Y)
    predicted(model)
    networks = getattr(model, "networks_", None) or [model.network_]
    of_it = [ref(part) for part in [model, *networks, *(layer for n in networks for layer in n.layers)]]
    del model, networks
    gc.collect()
    assert [found() for found in of_it] == [None] * len(of_it)


def test_a_fitted_network_keeps_its_own_weights_when_the_next_is_trained():
    first = fitted(seed=0)
    before = first.predict_proba(X)
    second = fitted(seed=1)
    assert (second.predict_proba(X) != before).any()
    assert (first.predict_proba(X) == before).all()
    assert (pickle.loads(pickle.dumps(first)).predict_proba(X) == before).all()


def test_few_networks_are_kept():
    for decay in range(module.MOST_KEPT + 2):
        fitted(weight_decay=decay / 10, epochs=1)
    assert len(module._kept) == module.MOST_KEPT


def test_a_function_of_no_module_has_no_network_kept():
    def inner(shape, n_outputs, activation):
        return network(shape, n_outputs, activation)

    model = fitted(make=inner)
    assert model.predict_proba(X).shape == (48, 2)
    assert not module._kept
