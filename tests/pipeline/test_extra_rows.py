"""Rows from elsewhere are trained on in every fold and scored in none; weights reach the models that take
them."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.compose import TransformedTargetRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from podium.data.dataset import LabelledRows
from podium.data.task import Regression
from podium.errors import CompetitionError, ModelError
from podium.metrics import Scorer, get_metric
from podium.metrics.combined import weighted
from podium.metrics.registry import require_fitting
from podium.models import registry as models
from podium.models.each_target import EachTarget
from podium.pipeline import extra_rows
from podium.pipeline.fit import Job, fit_fold, ignores_weights
from podium.pipeline.folds import Fold
from podium.pipeline.progress import SilentProgress
from podium.pipeline.session import open_session
from podium.pipeline.train import train
from support.cases import CASES
from support.makers import make_dataset

Y = np.arange(20) % 2
X = np.arange(20)[:, None] + 0.0
FOLD = Fold(np.arange(4, 20), np.arange(4))
WEIGHTS = np.arange(1, 21) / 10
EXTRA = LabelledRows(np.array([[50.0], [51.0]]), np.array([1, 0]), np.array([7.0, 8.0]))


class Recorder(ClassifierMixin, BaseEstimator):
    """Remembers the rows and weights that it is fitted on."""

    def fit(self, X, y, sample_weight=None):
        self.rows_ = np.asarray(X)[:, 0]
        self.y_ = y
        self.weights_ = sample_weight
        return self

    def predict_proba(self, X):
        return np.full((len(X), 2), 0.5)


class RecordingRegressor(RegressorMixin, BaseEstimator):
    def fit(self, X, y, sample_weight=None):
        self.weights_ = sample_weight
        return self

    def predict(self, X):
        return np.zeros(len(X))


class Unweighable(Recorder):
    def fit(self, X, y):
        return super().fit(X, y)


@pytest.fixture
def use(monkeypatch):
    def as_model(model):
        monkeypatch.setattr(models, "create", lambda *_: model)
        monkeypatch.setattr(models, "require_rows", lambda *_: None)

    return as_model


def fitted(dataset, **params):
    return fit_fold(Job("mlp", params, 0), dataset, FOLD)


def test_every_fold_trains_on_the_extra_rows_and_scores_none(use):
    use(Recorder())
    model, result = fitted(make_dataset(Y, X=X, X_test=X[:3], extra=EXTRA))
    assert model.rows_.tolist() == [*range(4, 20), 50, 51]
    assert model.y_.tolist() == [*Y[4:], 1, 0]
    assert model.weights_.tolist() == [*np.ones(16), 7, 8]
    assert len(result["valid"]) == 4


def test_weights_come_with_their_rows_and_multiply_those_of_balanced_classes(use):
    use(Recorder())
    dataset = make_dataset(np.r_[np.zeros(14, int), np.ones(6, int)], X=X, X_test=X[:3], weights=WEIGHTS)
    assert fitted(dataset)[0].weights_.tolist() == WEIGHTS[4:].tolist()
    of_class = np.where(dataset.y[4:] == 0, 16 / 2 / 10, 16 / 2 / 6)
    assert np.allclose(fitted(dataset, balance="weights")[0].weights_, WEIGHTS[4:] * of_class)


def test_weights_reach_the_estimator_inside_wrappers(use):
    inner = make_pipeline(FunctionTransformer(), RecordingRegressor())
    numbers = {"classes": None, "X": X, "X_test": X[:3], "weights": WEIGHTS}
    use(TransformedTargetRegressor(inner, func=np.log1p, inverse_func=np.expm1))
    model, _ = fitted(make_dataset(Y, **numbers))
    assert model.regressor_[-1].weights_.tolist() == WEIGHTS[4:].tolist()
    use(make_pipeline(inner))
    model, _ = fitted(make_dataset(Y, **numbers))
    assert model[-1][-1].weights_.tolist() == WEIGHTS[4:].tolist()
    use(EachTarget(inner))
    several = make_dataset(Y, **numbers)
    object.__setattr__(several, "task", Regression(["a", "b"]))
    object.__setattr__(several, "y", np.column_stack([Y, 1 - Y]).astype(float))
    model, _ = fitted(several)
    assert [one[-1].weights_.tolist() for one in model.models_] == [WEIGHTS[4:].tolist()] * 2


def test_a_model_that_cannot_weigh_rows_does_without_and_is_known_to(use):
    use(Unweighable())
    dataset = make_dataset(Y, X=X, X_test=X[:3], weights=WEIGHTS)
    fitted(dataset)
    assert ignores_weights(Job("mlp", {}, 0), dataset)
    assert not ignores_weights(Job("mlp", {}, 0), make_dataset(Y, X=X, X_test=X[:3]))
    use(Recorder())
    assert not ignores_weights(Job("mlp", {}, 0), dataset)


def test_a_weighted_metric_reads_the_weights_of_the_rows():
    y = np.array([0.0, 1, 2, 3])
    predicted = np.array([[1.0], [1], [2], [5]])
    dataset = make_dataset(y, classes=None, weights=np.array([1, 1, 1, 3.0]))
    metric = weighted(get_metric("mae"))
    require_fitting(metric, dataset)
    assert Scorer.of(metric, dataset).score(predicted) == pytest.approx((1 + 3 * 2) / 6)
    with pytest.raises(CompetitionError, match=r"columns \['weights'\] of Dataset.about, or Dataset.weights"):
        require_fitting(metric, make_dataset(y, classes=None))


def board_with(extra_y, tmp_path):
    """Train a small competition whose training rows come again as extra rows, under other targets."""
    case = CASES["probability of one class"]()
    dataset = case.load(tmp_path)
    extra = LabelledRows(dataset.X, extra_y(dataset.y))
    roster = {"constant": {}, "table-logistic-regression": {}}
    competition = replace(case, load=lambda folder: replace(dataset, extra=extra), roster=roster)
    with open_session(competition, tmp_path, None) as session:
        outcome = train(session, [], SilentProgress())
    assert {e.name for e in outcome.leaderboard.entries} == set(
        roster
    )  # what was fitted to compare is no entry
    assert outcome.leaderboard.rows == len(dataset.y)
    return {entry.name: entry for entry in outcome.leaderboard.entries}["table-logistic-regression"]


def test_the_board_says_what_extra_rows_bought(tmp_path):
    told = board_with(lambda y: y, tmp_path / "good")
    without = float(told.note.rpartition(" ")[2])
    assert told.note.startswith("the 90 extra rows bought ")
    assert told.score > without
    misled = board_with(lambda y: 1 - y, tmp_path / "bad")
    assert misled.note.startswith("the 90 extra rows cost ")
    assert float(misled.note.rpartition(" ")[2]) == without > misled.score


def test_what_cannot_be_fitted_without_the_extra_rows_says_so(tmp_path, monkeypatch):
    def refuse(*_):
        raise ModelError("one class only")

    monkeypatch.setattr(extra_rows, "cross_validate", refuse)
    told = board_with(lambda y: y, tmp_path)
    assert told.note == ("what the 90 extra rows bought is not known: without them it fails: one class only")
