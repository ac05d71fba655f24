import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, brier_score_loss

from podium.errors import CompetitionError
from podium.metrics import Scorer, custom_metric, get_metric, require_fitting, weighted
from podium.pipeline.significance import Resamples, bootstrap
from support.makers import make_dataset, make_predictions

Y = np.array([0, 1, 1, 0, 1, 0])
P = np.array([0.1, 0.8, 0.4, 0.6, 0.9, 0.2])
BOTH = np.column_stack([1 - P, P])


def test_a_function_of_labels_is_given_codes():
    metric = custom_metric(accuracy_score, greater_is_better=True, needs="labels")
    assert metric.name == "accuracy_score"
    assert metric.score(Y, BOTH) == pytest.approx(4 / 6)
    assert get_metric(metric) is metric


def test_a_function_of_probabilities_is_given_those_of_the_second_of_two_classes():
    metric = custom_metric(brier_score_loss, greater_is_better=False, needs="probabilities", name="mine")
    assert metric.score(Y, BOTH) == pytest.approx(brier_score_loss(Y, P))
    three = custom_metric(lambda y, p: float(p.shape[1]), greater_is_better=True, needs="ranking")
    assert three.score(np.array([0, 1, 2]), np.eye(3)) == 3


def test_a_function_of_numbers_is_given_them_in_the_shape_of_y():
    metric = custom_metric(lambda y, p: float(np.ptp(y - p)), greater_is_better=False, needs="numbers")
    assert metric.score(np.array([1.0, 2.0]), np.array([[1.0], [4.0]])) == 2
    both = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert metric.score(both, both) == 0


def test_a_function_without_weights_is_called_on_drawn_rows():
    def share_of_hits(y, predicted):
        return float(np.mean(y == predicted))

    plain = custom_metric(share_of_hits, greater_is_better=True, needs="labels")
    ours, exact = (
        bootstrap(Scorer(metric, Y), [make_predictions(BOTH)]).draws[:50]
        for metric in (plain, get_metric("accuracy"))
    )
    assert ours == pytest.approx(exact)


def test_a_function_may_look_at_what_else_is_known_of_the_rows():
    def worst_group(y, predicted, about):
        return float((y == predicted).groupby(about["site"].to_numpy()).mean().min())

    def on_series(y, predicted, about):
        return worst_group(pd.Series(y), pd.Series(predicted), about)

    metric = custom_metric(on_series, greater_is_better=True, needs="labels", reads=("site",))
    about = pd.DataFrame({"site": list("aabbcc"), "other": 1})
    dataset = make_dataset(Y, about=about)
    require_fitting(metric, dataset)
    scorer = Scorer.of(metric, dataset)
    assert list(scorer.about) == ["site"]
    assert scorer.score(BOTH) == 0
    assert scorer.take(np.array([0, 1, 4, 5])).score(BOTH[[0, 1, 4, 5]]) == 1
    assert np.isfinite(bootstrap(scorer, [make_predictions(BOTH)]).draws).all()
    with pytest.raises(CompetitionError, match=r"must be given the columns \['site'\]"):
        require_fitting(metric, make_dataset(Y))


def test_what_a_function_must_declare():
    with pytest.raises(CompetitionError, match=r"needs of a metric must be one of .*, got 'guesses'"):
        custom_metric(accuracy_score, greater_is_better=True, needs="guesses")
    with pytest.raises(CompetitionError, match="'accuracy_score' must take `about` to read"):
        custom_metric(accuracy_score, greater_is_better=True, needs="labels", reads=("site",))


def test_the_code_of_a_function_counts_in_the_ids_of_blends():
    metric = custom_metric(accuracy_score, greater_is_better=True, needs="labels")
    assert metric.key != get_metric("accuracy").key
    assert "def accuracy_score" in metric.key[1]


def test_ranks_among_all_rows_cannot_be_weighted():
    with pytest.raises(CompetitionError, match="'roc_auc' must be made of single rows to be weighted"):
        weighted(get_metric("roc_auc"), "area")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("map@3", 0.5), ("top@1", 0.0), ("top@2", 1.0), ("precision@2", 0.5), ("recall@2", 1.0)],
)
def test_a_label_in_second_place(name, expected):
    """p = .1, .4, .3, .2 and the third of four classes is right."""
    assert get_metric(name).score(np.array([2]), np.array([[0.1, 0.4, 0.3, 0.2]])) == expected


def test_the_average_precision_of_several_labels_counts_all_of_them():
    y = np.array([[1, 0, 1], [0, 0, 0]])
    p = np.array([[0.9, 0.8, 0.1], [0.1, 0.2, 0.3]])
    assert get_metric("map@3").score(y, p) == pytest.approx(((1 + 2 / 3) / 2 + 0) / 2)


@pytest.mark.parametrize("name", ["map@0", "map@2.5", "pinball@1", "map@x", "mean_accuracy", "mean_"])
def test_names_of_no_metric_are_refused(name):
    with pytest.raises(CompetitionError, match=f"no metric '{name}'"):
        get_metric(name)


def test_draws_of_groups_count_whole_groups():
    groups = np.array([0, 0, 1, 1, 1])
    counts = np.array(list(Resamples(groups, resamples=20).counts(5)))
    assert (counts[:, 0] == counts[:, 1]).all()
    assert (counts[:, 2] == counts[:, 4]).all()
    assert set(counts.sum(axis=1)) <= {4, 5, 6}
