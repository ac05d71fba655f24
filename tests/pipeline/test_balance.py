"""Classes of unequal size: rows are left out of training, or weigh more, and every row is scored."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin

from podium.cli.terminal import make_console, make_progress
from podium.competition.declaration import FoldPlan
from podium.errors import ModelError
from podium.metrics import get_metric
from podium.models import registry as models
from podium.pipeline.crossval import cross_validate
from podium.pipeline.fit import Job, fit_fold
from podium.pipeline.folds import Fold, make_folds
from podium.storage.store import Store
from support.makers import make_dataset

Y = np.repeat([0, 1, 2], [60, 20, 10])
X = np.arange(90)[:, None] + 0.0
FOLD = Fold(np.flatnonzero(np.arange(90) % 5 > 0), np.flatnonzero(np.arange(90) % 5 == 0))


class Recorder(ClassifierMixin, BaseEstimator):
    """Remembers what it is fitted on, and gives each row back as its own probabilities."""

    def __init__(self, random_state=None):
        self.random_state = random_state

    def fit(self, X, y, sample_weight=None):
        self.rows_ = X[:, 0].astype(int)
        self.y_ = y
        self.weight_ = sample_weight
        return self

    def predict_proba(self, X):
        own = X[:, 0] / 90
        return np.stack([own, 1 - own, np.zeros(len(X))], axis=1)


@pytest.fixture
def dataset(monkeypatch):
    monkeypatch.setattr(models, "create", lambda name, params, *_: Recorder(**params))
    monkeypatch.setattr(models, "require_rows", lambda *_: None)
    return make_dataset(Y, X=X, X_test=X[:3])


def fitted(dataset, balance, seed=0):
    return fit_fold(Job("mlp", {"balance": balance}, seed), dataset, FOLD)


def test_the_larger_classes_are_cut_to_the_smallest_in_training_only(dataset):
    model, result = fitted(dataset, "downsample")
    assert np.bincount(model.y_).tolist() == [8, 8, 8]
    assert np.isin(model.rows_, FOLD.train).all()
    assert (Y[model.rows_] == model.y_).all()
    assert len(np.unique(model.rows_)) == 24
    assert np.allclose(result["valid"][:, 0], FOLD.valid / 90)  # all rows, each in its place


def test_which_rows_stay_depends_on_the_seed_alone(dataset):
    first, again, other = (fitted(dataset, "downsample", seed)[0].rows_ for seed in (0, 0, 1))
    assert (first == again).all()
    assert (first != other).any()


def test_weighted_classes_weigh_the_same_in_all(dataset):
    model, _ = fitted(dataset, "weights")
    assert (model.rows_ == FOLD.train).all()
    assert np.allclose(np.bincount(model.y_, model.weight_), len(FOLD.train) / 3)


def test_without_balance_nothing_is_left_out_or_weighed(dataset):
    model, _ = fit_fold(Job("mlp", {}, 0), dataset, FOLD)
    assert (model.rows_ == FOLD.train).all()
    assert model.weight_ is None


def test_every_row_is_scored_and_stands_where_it_was(dataset, tmp_path):
    folds = make_folds(dataset, FoldPlan())
    with make_progress(make_console()) as progress:
        found = cross_validate(
            Job("mlp", {"balance": "downsample"}, 0),
            dataset,
            folds,
            get_metric("accuracy"),
            Store(tmp_path),
            progress,
        )
    assert np.allclose(found.oof[:, 0], np.arange(90) / 90)


def test_what_cannot_be_is_said(dataset, monkeypatch):
    with pytest.raises(ModelError, match=r"must be one of .*downsample.*, got 'up'"):
        fitted(dataset, "up")
    numbers = make_dataset(np.arange(90.0), X=X, X_test=X[:3], classes=None)
    with pytest.raises(ModelError, match="numbers to predict have no classes to balance"):
        fitted(numbers, "weights")
    monkeypatch.setattr(Recorder, "fit", lambda self, X, y: self)
    with pytest.raises(ModelError, match="cannot weigh rows; give it balance='downsample'"):
        fitted(dataset, "weights")


def test_the_id_of_a_job_tells_them_apart():
    folds = make_folds(make_dataset(Y), FoldPlan())
    ids = {
        Job("mlp", p, 0).id(make_dataset(Y), folds)
        for p in ({}, {"balance": "weights"}, {"balance": "downsample"})
    }
    assert len(ids) == 3


@pytest.mark.parametrize("name", ["mlp", "ridge", "gaussian-nb", "logistic-regression", "xgboost"])
def test_weights_make_models_say_the_rare_class_more_often(name):
    rng = np.random.default_rng(0)
    y = (rng.random(300) < 0.12).astype(int)
    images = rng.integers(0, 120, (300, 4, 4, 1)) + 12 * y[:, None, None, None]
    dataset = make_dataset(y, X=images.astype(np.uint8), X_test=images[:3].astype(np.uint8))
    fold = Fold(np.arange(200), np.arange(200, 300))
    short = {"mlp": {"epochs": 8}, "xgboost": {"n_estimators": 10}}.get(name, {})
    said = [
        fit_fold(Job(name, {**short, **p}, 0), dataset, fold)[1]["valid"][:, 1].mean()
        for p in ({}, {"balance": "weights"})
    ]
    assert said[1] > said[0] + 0.05
