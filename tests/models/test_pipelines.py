"""Models of tables, given what real tables hold: gaps, categories never seen, dates, columns without use."""

import pickle

import numpy as np
import pandas as pd
import pytest

from podium.errors import ModelError
from support.makers import create

SHORT = {
    "table-random-forest": {"n_estimators": 20},
    "table-hist-gradient-boosting": {"max_iter": 20},
    "table-xgboost": {"n_estimators": 20, "n_jobs": 1},
}
CLASSIFIERS = ["table-logistic-regression", "table-ridge", *SHORT]


def a_table(n, seed=0):
    """Every third row is red; the rest of it is noise, gaps and what may go wrong."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 3
    frame = pd.DataFrame(
        {
            "size [cm] <wide>": rng.normal(size=n) + y,
            "empty": np.nan,
            "constant": 1.0,
            "colour": np.where(y == 0, "red", rng.choice(["green", "blue"], n)),
            "always": "here",
            "never": pd.Series([None] * n, dtype="str"),
            "name": [f"row {i}" for i in range(n)],
            "day": pd.Timestamp("2020-02-28") + pd.to_timedelta(30 * y + rng.normal(size=n), unit="D"),
            "no day": pd.Series(pd.NaT, index=range(n), dtype="datetime64[ns]"),
        }
    )
    gaps = rng.random((n, 4)) < 0.2
    for number, column in enumerate(["size [cm] <wide>", "colour", "day", "name"]):
        frame.loc[gaps[:, number], column] = None
    return frame, y


def fitted(name, X, y):
    return create(name, SHORT.get(name, {}), seed=0).fit(X, y)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_a_table_with_gaps_dates_and_useless_columns_is_learnt(name):
    X, y = a_table(240)
    X_new, y_new = a_table(90, seed=1)
    model = fitted(name, X, y)
    probabilities = model.predict_proba(X_new)
    assert probabilities.shape == (90, 3)
    assert np.isfinite(probabilities).all()
    assert (probabilities.argmax(axis=1) == y_new).mean() > 0.75
    assert (pickle.loads(pickle.dumps(model)).predict_proba(X_new) == probabilities).all()


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_gaps_and_categories_that_training_did_not_have_are_taken(name):
    X, y = a_table(120)
    whole = X[["size [cm] <wide>", "colour", "day"]].notna().all(axis=1)
    model = fitted(name, X[whole], y[whole])
    strange = X.head(4).assign(colour="ultraviolet", always=None, never="now", constant=np.nan, empty=3.0)
    strange["no day"] = pd.Timestamp("2024-05-05")
    assert np.isfinite(model.predict_proba(strange)).all()
    assert np.isfinite(model.predict_proba(X.head(1))).all()


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_what_is_said_of_a_row_does_not_depend_on_its_company(name):
    X, y = a_table(120)
    model = fitted(name, X, y)
    alone = np.vstack([model.predict_proba(X.iloc[[row]]) for row in range(8)])
    assert np.allclose(alone, model.predict_proba(X)[:8], atol=1e-6)


@pytest.mark.parametrize("name", CLASSIFIERS)
@pytest.mark.parametrize("kind", ["colour", "size [cm] <wide>", "day"])
def test_columns_of_one_kind_are_enough(name, kind):
    X, y = a_table(120)
    assert fitted(name, X[[kind]], y).predict_proba(X[[kind]]).shape == (120, 3)


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("name", ["table-ridge", *SHORT])
def test_numbers_are_predicted_from_a_table(name, log):
    (X, y), (X_new, y_new) = a_table(240), a_table(90, seed=1)
    model = create(name, {**SHORT.get(name, {}), "log": log}, 0, regression=True).fit(X, 1e5 * (y + 1.0))
    said = model.predict(X_new)
    assert said.shape == (90,)
    assert np.abs(said / 1e5 - y_new - 1).mean() < 0.45


def test_a_model_that_cannot_predict_numbers_says_so():
    with pytest.raises(
        ModelError, match=r"'gaussian-nb' must take a regression task, takes \['classification'\]; .*'ridge'"
    ):
        create("gaussian-nb", {}, 0, regression=True)


def test_rare_categories_are_one_and_very_many_are_cut():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"code": rng.integers(0, 400, 6000).astype(str)})
    y = (X["code"].astype(int) % 2).to_numpy()
    for name in CLASSIFIERS:
        assert fitted(name, X, y).predict_proba(X).shape == (6000, 2)


@pytest.mark.parametrize("far", [1e39, -1e300, np.inf])
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_a_number_that_32_bits_do_not_hold_does_no_harm(name, far):
    X, y = a_table(240)
    X["far"] = 0.0
    X.loc[[0, 5], "far"] = far
    probabilities = fitted(name, X, y).predict_proba(X)
    assert np.isfinite(probabilities).all()
    assert (probabilities.argmax(axis=1) == y).mean() > 0.8


def test_boosting_of_many_rows_takes_a_class_of_one_row():
    y = np.arange(10_100) % 2
    y[7] = 2
    X = pd.DataFrame({"a": y + np.random.default_rng(0).normal(size=len(y))})
    model = create("table-hist-gradient-boosting", {"max_iter": 2}, 0).fit(X, y)
    assert model.predict_proba(X).shape == (10_100, 3)
    assert model[-1].early_stopping == "auto"
    assert not model[-1].do_early_stopping_
    assert model.fit(X[:7], y[:7]).predict(X).shape == (10_100,)
