"""Boosting stops by held-out rows, in every library alike."""

import numpy as np
import pandas as pd
import pytest

from podium.models.linear import ChosenLogisticRegression
from podium.models.tabular.boosting import LIBRARIES, MOST_TREES, EarlyStopped
from support.makers import create

NAMES = ["table-xgboost", "table-lightgbm", "table-catboost"]


def noise(n, classes=2):
    rng = np.random.default_rng(0)
    return pd.DataFrame(rng.normal(size=(n, 3)), columns=list("abc")), rng.integers(classes, size=n)


def rounds(model):
    inner = model[-1]
    library = LIBRARIES[type(inner.model).__module__.partition(".")[0]]
    return inner.model_.get_params()[library.rounds]


@pytest.mark.parametrize("name", NAMES)
def test_noise_bears_few_rounds_and_a_signal_more(name):
    X, y = noise(300)
    of_noise = create(name, {}, seed=0).fit(X, y)
    signal = ((X["a"] + X["b"] * X["c"]) > 0).astype(int)
    of_signal = create(name, {}, seed=0).fit(X, signal)
    assert rounds(of_noise) < rounds(of_signal)


@pytest.mark.parametrize("name", NAMES)
def test_a_class_of_one_row_is_always_fitted_on(name):
    X, y = noise(60)
    y[7] = 2
    model = create(name, {}, seed=0).fit(X, y)
    assert model.predict_proba(X).shape == (60, 3)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_gives_the_same_bits(name):
    X, y = noise(120)
    first, second = (create(name, {}, seed=3).fit(X, y).predict_proba(X) for _ in range(2))
    assert (first == second).all()


def test_many_classes_bear_few_rounds():
    from xgboost import XGBClassifier

    X, y = noise(400, classes=50)
    model = EarlyStopped(XGBClassifier(n_estimators=3000, learning_rate=0.001), random_state=0).fit(X, y)
    assert model.model_.get_params()["n_estimators"] <= MOST_TREES // 50


def test_weights_reach_the_trees():
    X, y = noise(200)
    light = np.where(y == 1, 1e-3, 1.0)
    model = create("table-lightgbm", {}, seed=0)
    model.fit(X, y, earlystopped__sample_weight=light)
    assert (model.predict_proba(X)[:, 1] < 0.2).all()


def test_logistic_regression_chooses_strong_shrinkage_for_noise_and_weak_for_a_clear_signal():
    X, y = noise(200)
    wide = np.random.default_rng(1).normal(size=(200, 60))
    of_noise = ChosenLogisticRegression(random_state=0).fit(wide, y)
    of_signal = ChosenLogisticRegression(random_state=0).fit(X.to_numpy(), (X["a"] > 0).astype(int))
    assert of_noise.C_ <= 0.1
    assert of_signal.C_ >= 10
    assert np.allclose(of_signal.predict_proba(X.to_numpy()).sum(axis=1), 1)
