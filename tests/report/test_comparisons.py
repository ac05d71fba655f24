"""Figures that set entries side by side, each number checked by hand."""

from dataclasses import replace

import numpy as np
import pytest

from podium.metrics import Scorer, get_metric
from podium.pipeline.blend import blend
from podium.report.comparisons import (
    best_against_time,
    comparisons,
    differences,
    error_correlation,
    learning_curves,
    mean_curve,
    scores_per_fold,
)
from podium.report.contributions import without_each
from support.makers import answers as sure_answers
from support.makers import make_dataset, make_predictions, make_results

Y = np.array([0, 0, 0, 1, 1, 1, 0, 1])


def with_hits(*hits, sure=0.9):
    """Probabilities of two classes, right where `hits` says so."""
    return sure_answers(np.where(np.array(hits, bool), Y, 1 - Y), 2, sure)


ALL, HALF = with_hits(*[1] * 8), with_hits(1, 0, 1, 0, 1, 0, 1, 0)
RESULTS = make_results(Y, {"half": HALF, "all": ALL, "seven": with_hits(1, 1, 1, 1, 1, 1, 1, 0)})


def test_scores_per_fold_shows_what_each_entry_scored():
    # Rows 0, 2, 4, 6 are scored in the first fold, the others in the second.
    table = scores_per_fold(RESULTS).table
    assert table.loc["half"].tolist() == [1, 0]
    assert table.loc["seven"].tolist() == [1, 0.75]
    assert table.index.tolist() == ["all", "seven", "half"]


def test_differences_are_gains_over_the_other_with_p_values_for_all_at_once():
    table = differences(RESULTS).table
    assert table.index.tolist() == ["all over seven", "all over half", "seven over half"]
    assert table["better by"].tolist() == [0.125, 0.5, 0.375]
    # Of all over half the folds differ by 0 and 1: variance 1/2, error sqrt((1/2 + 1) / 2), and t = .57735
    # with one degree of freedom, which is the tangent of 30 of 90 degrees.
    assert table["standard error"].iloc[1] == pytest.approx(0.8660254)
    assert table["p"].iloc[1] == pytest.approx(2 / 3)
    assert (table["p by Holm"] == 1).all()


def test_of_a_metric_whose_small_values_are_better_the_gain_is_turned():
    results = make_results(
        [1, 2, 3, 4], {"off": [[2], [3], [4], [6]], "near": [[1], [2], [3], [5]]}, "rmse", classes=None
    )
    assert differences(results).table.index.tolist() == ["near over off"]
    assert (differences(results).table["better by"] > 0).all()


def test_models_that_miss_the_same_rows_err_alike():
    results = make_results(Y, {"a": ALL + 0.01 * HALF, "b": ALL + 0.02 * HALF, "c": 1 - HALF})
    table = error_correlation(results).table
    assert table.shape == (3, 3)
    named = {name.split()[0]: row.tolist() for name, row in table.iterrows()}
    order = list(named)
    assert named["a"][order.index("b")] == pytest.approx(1)
    assert named["a"][order.index("c")] == pytest.approx(-1)


@pytest.mark.parametrize("metric", [get_metric("accuracy"), get_metric("log_loss")])
def test_a_blend_without_a_member_is_the_blend_of_the_others(metric):
    rng = np.random.default_rng(0)
    y, folds = rng.integers(3, size=90), RESULTS.folds
    folds = replace(folds, valid_fold=np.arange(90) % 5)
    members = [
        make_predictions(0.6 * sure_answers(y, 3) + 0.4 * rng.dirichlet([1, 1, 1], 90), f"m{i}")
        for i in range(4)
    ]
    dataset = make_dataset(y)
    results = replace(RESULTS, dataset=dataset, folds=folds, metric=metric)
    found = without_each(members, results)
    scorer = Scorer(metric, y)
    whole = np.array(blend("weights", members, scorer, dataset.task, folds).fold_scores)
    rest = np.array(blend("weights", members[1:], scorer, dataset.task, folds).fold_scores)
    sign = 1 if metric.greater_is_better else -1
    assert found["m0"].difference == pytest.approx(float((sign * (whole - rest)).mean()))
    assert list(found) == ["m0", "m1", "m2", "m3"]


def test_learning_curves_are_means_over_the_folds_that_are_still_running():
    assert mean_curve([[4, 2, 1], [2, 1]]).tolist() == [3, 1.5, 1]
    assert mean_curve([[], []]).tolist() == []
    assert learning_curves(RESULTS) is None
    network = replace(RESULTS.predictions[0], details={"losses": [[4, 2], [2, 1]]})
    figure = learning_curves(replace(RESULTS, predictions=(network, *RESULTS.predictions[1:])))
    assert figure.table["all"].tolist() == [3, 1.5]


def test_the_best_score_against_time_never_falls_and_names_who_had_it():
    assert best_against_time(RESULTS) is None
    timed = replace(RESULTS, finished_after={"half": 1.0, "all": 9.0, "seven": 4.0, "gone": 2.0})
    figure = best_against_time(timed)
    assert figure.table["best so far"].to_dict() == {1.0: 0.5, 4.0: 0.875, 9.0: 1.0}
    assert "half, seven, all" in figure.alt


def test_of_a_metric_whose_small_values_are_better_the_best_score_falls():
    results = make_results(
        [1, 2, 3, 4],
        {"a": [[2], [3], [4], [5]], "b": [[1], [2], [3], [5]], "c": [[3], [4], [5], [6]]},
        "rmse",
        classes=None,
    )
    timed = replace(results, finished_after={"a": 1.0, "b": 2.0, "c": 3.0})
    assert best_against_time(timed).table["best so far"].tolist() == [1.0, 0.5, 0.5]


def test_of_a_single_entry_there_is_nothing_to_compare():
    y = np.arange(100.0)
    results = make_results(y, {"m": y[:, None]}, "rmse", classes=None)
    assert [figure.title for figure in comparisons(results, [])] == ["Scores per fold"]
