"""A network is traced once for all folds, and no fit can tell."""

import pickle

import keras
import numpy as np
import pytest
from keras import layers

from podium.models.keras import traced as module
from podium.models.keras.estimator import KerasEstimator
from podium.models.keras.heads import ClassHead

X = np.random.default_rng(0).random((48, 6)).astype(np.float32)
Y = (X[:, 0] > 0.5).astype(int)
TRACES = []


class Counted(layers.Layer):
    """Notes whenever it is traced for training."""

    def call(self, inputs, training=False):
        if training:
            TRACES.append(1)
        return inputs


def network(shape, n_outputs, activation):
    inputs = keras.Input(shape)
    x = layers.Dropout(0.5)(layers.Dense(8, activation="relu")(Counted()(inputs)))
    return keras.Model(inputs, layers.Dense(n_outputs, activation=activation)(x))


@pytest.fixture(autouse=True)
def nothing_kept():
    module._kept.clear()
    TRACES.clear()


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


def test_a_fit_after_others_gives_what_it_gives_in_a_process_of_its_own():
    alone = [fitted(np.arange(48) % 3 != fold, seed=fold).predict_proba(X) for fold in (2,)]
    module._kept.clear()
    for fold in range(3):
        last = fitted(np.arange(48) % 3 != fold, seed=fold).predict_proba(X)
    assert (last == alone[0]).all()


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
