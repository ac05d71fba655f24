import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr
from sklearn.metrics import (
    accuracy_score,
    f1_score,
    mean_absolute_error,
    r2_score,
    root_mean_squared_error,
    root_mean_squared_log_error,
)
from sklearn.metrics import log_loss as sklearn_log_loss

from podium.data.dataset import Dataset
from podium.data.task import Multilabel, Regression
from podium.errors import CompetitionError, DataError
from podium.metrics import METRICS, RowMetric, Scorer, get_metric, require_fitting
from podium.pipeline.significance import bootstrap
from support.makers import make_dataset, make_predictions, quick

accuracy = get_metric("accuracy")
log_loss = get_metric("log_loss")
LABELLED_ROWS = st.lists(st.tuples(st.integers(0, 2), *[st.floats(0.01, 1.0)] * 3), min_size=1, max_size=30)
SCORES = st.floats(-10, 10)


def labels_and_probabilities(rows):
    table = np.array(rows)
    return table[:, 0].astype(int), table[:, 1:] / table[:, 1:].sum(axis=1, keepdims=True)


def test_two_of_four_rows_right_is_an_accuracy_of_one_half():
    predicted = np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.5, 0.3, 0.2], [0.1, 0.2, 0.7]])
    assert accuracy.score(np.array([0, 1, 2, 1]), predicted) == 0.5


def test_log_loss_is_the_mean_surprisal():
    predicted = np.array([[0.5, 0.5], [0.75, 0.25]])
    assert log_loss.score(np.array([0, 1]), predicted) == pytest.approx(1.5 * np.log(2))


def test_f1_of_one_hit_one_false_alarm_and_two_misses_is_two_fifths():
    predicted = np.array([[0.1, 0.9], [0.2, 0.8], [0.6, 0.4], [0.7, 0.3]])
    assert get_metric("f1").score(np.array([1, 0, 1, 1]), predicted) == pytest.approx(2 / 5)


@quick
@given(st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1)), min_size=1, max_size=30))
def test_f1_is_that_of_scikit_learn(rows):
    y, ones = np.array(rows)[:, 0].astype(int), np.array(rows)[:, 1]
    predicted = np.column_stack([1 - ones, ones])
    expected = f1_score(y, predicted.argmax(axis=1), zero_division=0)
    assert get_metric("f1").score(y, predicted) == pytest.approx(expected)


@quick
@given(LABELLED_ROWS)
def test_scores_are_those_of_scikit_learn(rows):
    y, predicted = labels_and_probabilities(rows)
    assert accuracy.score(y, predicted) == pytest.approx(accuracy_score(y, predicted.argmax(axis=1)))
    assert log_loss.score(y, predicted) == pytest.approx(sklearn_log_loss(y, predicted, labels=[0, 1, 2]))


OF_THREE_CLASSES = [m for m in METRICS.values() if "classification" in m.tasks and m.columns is None]


@quick
@given(LABELLED_ROWS, st.floats(0.1, 50))
def test_only_the_proportions_of_a_prediction_count(rows, scale):
    y, predicted = labels_and_probabilities(rows)
    for metric in OF_THREE_CLASSES:
        if metric.scale_free:
            expected = metric.score(y, predicted)
            assert metric.score(y, predicted * scale) == pytest.approx(expected, nan_ok=True), metric.name


@quick
@given(LABELLED_ROWS)
def test_a_score_is_the_value_of_the_mean_row(rows):
    y, predicted = labels_and_probabilities(rows)
    for metric in OF_THREE_CLASSES:
        assert isinstance(metric, RowMetric)
        means = metric.statistics(y, predicted).mean(axis=0)
        expected = [metric.score(y, predicted)] * 2
        assert metric.value(np.stack([means, means])) == pytest.approx(expected, nan_ok=True), metric.name


def test_log_loss_of_a_class_held_impossible_is_finite():
    assert log_loss.score(np.array([1]), np.array([[1.0, 0.0]])) == pytest.approx(-np.log(1e-15))


@quick
@given(SCORES, SCORES)
def test_a_gain_is_positive_where_the_score_is_better(score, over):
    assert (accuracy.gain(score, over) > 0) == (score > over)
    assert (log_loss.gain(score, over) > 0) == (score < over)
    assert accuracy.gain(score, over) == -accuracy.gain(over, score)


def test_the_better_prediction_gains_whatever_the_direction():
    y = np.array([0, 1, 0, 1])
    classes = (np.eye(2)[y] * 0.8 + 0.1, np.eye(2)[1 - y] * 0.8 + 0.1)
    numbers = (y[:, None] + [0.1], 0.6 - 0.2 * y[:, None])
    targets = {
        "classification": (y, classes),
        "regression": (y, numbers),
        "multilabel": (np.eye(2)[y], classes),
    }
    judged = 0
    for metric in METRICS.values():
        for kind in metric.tasks:
            target, (better, worse) = targets[kind]
            gain = metric.gain(metric.score(target, better), over=metric.score(target, worse))
            assert gain > 0, metric.name
            judged += 1
    assert judged > len(METRICS)


NUMBERS = st.lists(st.tuples(st.floats(0, 1e6), st.floats(-1e3, 1e6)), min_size=2, max_size=30)


@quick
@given(NUMBERS)
def test_scores_of_numbers_are_those_of_scikit_learn(rows):
    y, predicted = np.array(rows).T
    expected = {
        "rmse": root_mean_squared_error(y, predicted),
        "mae": mean_absolute_error(y, predicted),
        "rmsle": root_mean_squared_log_error(y, predicted.clip(0)),
    }
    if y.std() > 1e-3:
        expected["r2"] = r2_score(y, predicted)
        expected["r2_log"] = r2_score(np.log1p(y), np.log1p(predicted.clip(0)))
        if predicted.std() > 0:
            expected["spearman"] = spearmanr(y, predicted).statistic
    for name, score in expected.items():
        assert get_metric(name).score(y, predicted[:, None]) == pytest.approx(score, rel=1e-6, abs=1e-9), name


def test_a_metric_must_fit_what_is_to_be_predicted():
    classes = make_dataset([0, 1])
    numbers = make_dataset([1, 2], classes=None)
    require_fitting(accuracy, classes)
    require_fitting(get_metric("rmsle"), numbers)
    with pytest.raises(
        CompetitionError, match=r"'rmse' must judge a regression task.*, got a classification .*'accuracy'"
    ):
        require_fitting(get_metric("rmse"), classes)
    with pytest.raises(
        CompetitionError, match=r"'f1' must judge a classification .*, got a regression .*'rmse', 'mae'"
    ):
        require_fitting(get_metric("f1"), numbers)
    with pytest.raises(DataError, match=r"'rmsle' must be given targets of 0 or more, got -2 \(1 such"):
        require_fitting(get_metric("rmsle"), make_dataset([-2, 1], classes=None))


def test_a_metric_of_two_classes_refuses_three_and_names_others():
    """F1 of three classes once scored the second one alone."""
    with pytest.raises(CompetitionError, match=r"'f1' must judge .* with 2 prediction.*f1_macro") as caught:
        require_fitting(get_metric("f1"), make_dataset([0, 1, 2]))
    assert len(str(caught.value)) <= 300


def test_several_numbers_are_judged_by_a_mean_over_them():
    prices = Dataset(
        X=np.arange(2),
        y=np.array([[1.0, 2.0], [3.0, 4.0]]),
        X_test=np.arange(1),
        test_ids=np.arange(1),
        task=Regression(["low", "high"]),
    )
    with pytest.raises(CompetitionError, match=r"'rmse' must judge a regression task with 1 .*'mean_rmse'"):
        require_fitting(get_metric("rmse"), prices)
    require_fitting(get_metric("mean_rmsle"), prices)


def test_no_metric_of_single_labels_judges_sets_of_labels():
    sets = Dataset(
        X=np.arange(2),
        y=np.eye(2, dtype=int),
        X_test=np.arange(1),
        test_ids=np.arange(1),
        task=Multilabel(["rude", "spam"]),
    )
    for name in ("accuracy", "f1", "log_loss", "roc_auc", "rmse"):
        with pytest.raises(
            CompetitionError, match=r"got a multilabel task .*declare one of .'subset_accuracy'"
        ):
            require_fitting(get_metric(name), sets)
    hits = RowMetric(
        name="hits",
        greater_is_better=True,
        needs="labels",
        tasks=frozenset({"multilabel"}),
        row_statistics=lambda y, p: (p.round() == y).mean(axis=1, keepdims=True),
        value=lambda means: means[..., 0],
    )
    require_fitting(hits, sets)
    assert hits.score(sets.y, np.full((2, 2), 0.9)) == 0.5


def test_predictions_below_what_a_metric_is_defined_for_are_taken_as_the_least():
    assert get_metric("rmsle").clip(np.array([[-2.0], [3.0]])).tolist() == [[0.0], [3.0]]
    assert get_metric("rmse").clip(np.array([[-2.0]])).tolist() == [[-2.0]]


def test_an_unknown_metric_is_answered_with_the_nearest_known_one():
    with pytest.raises(CompetitionError, match="no metric 'acuracy'; did you mean 'accuracy'"):
        get_metric("acuracy")


def test_only_the_order_counts_for_spearman_and_a_constant_has_none():
    spearman, y = get_metric("spearman"), np.array([1.0, 10.0, 100.0, 1000.0])
    assert spearman.score(y, np.array([[0.1], [0.2], [0.3], [0.4]])) == pytest.approx(1)
    assert spearman.score(y, np.array([[4], [3], [2], [1]])) == pytest.approx(-1)
    assert spearman.score(y, np.ones((4, 1))) == 0


def test_the_bootstrap_of_spearman_is_close_to_ranking_every_draw_anew():
    rng = np.random.default_rng(0)
    y = rng.normal(size=400)
    predicted = y + rng.normal(size=400)
    ours = bootstrap(
        Scorer(get_metric("spearman"), y), [make_predictions(predicted[:, None])]
    ).standard_errors[0]
    draws = [rng.integers(400, size=400) for _ in range(300)]
    assert ours == pytest.approx(np.std([spearmanr(y[d], predicted[d]).statistic for d in draws]), rel=0.15)
