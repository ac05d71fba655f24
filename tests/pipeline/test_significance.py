import numpy as np
import pytest

from podium.metrics import Scorer, get_metric
from podium.pipeline.significance import bootstrap, compare_folds, holm
from support.makers import answers, make_predictions

accuracy = get_metric("accuracy")
log_loss = get_metric("log_loss")


def with_hits(hits, name="member"):
    """Predictions of rows that are all of class 0, right where `hits` says so."""
    return make_predictions(answers(np.where(hits, 0, 1), k=2), name)


def bootstrap_of_hits(*hits, **options):
    return bootstrap(
        Scorer(accuracy, np.zeros(len(hits[0]), dtype=int)), [with_hits(h) for h in hits], **options
    )


def random_hits(n, share, seed=0):
    return np.random.default_rng(seed).random(n) < share


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_the_standard_error_of_accuracy_is_that_of_the_binomial(share):
    hits = random_hits(2000, share)
    expected = np.sqrt(hits.mean() * (1 - hits.mean()) / 2000)
    assert bootstrap_of_hits(hits).standard_errors[0] == pytest.approx(expected, rel=0.1)


def test_the_standard_error_of_log_loss_is_that_of_a_mean():
    said = np.random.default_rng(0).dirichlet([2, 1], size=2000)
    expected = np.log(said[:, 0]).std() / np.sqrt(2000)
    found = bootstrap(Scorer(log_loss, np.zeros(2000, dtype=int)), [make_predictions(said)])
    assert found.standard_errors[0] == pytest.approx(expected, rel=0.1)


def test_scores_are_those_of_the_metric():
    hits = np.array([True, True, False, True])
    assert bootstrap_of_hits(hits, ~hits).scores.tolist() == [0.75, 0.25]
    assert bootstrap_of_hits(hits, ~hits).best([0, 1]) == 0


def test_the_best_log_loss_is_the_smallest():
    entries = [with_hits(np.full(9, hit)) for hit in (False, True)]
    assert bootstrap(Scorer(log_loss, np.zeros(9, dtype=int)), entries).best([0, 1]) == 1


def test_identical_entries_are_tied():
    hits = random_hits(200, 0.7)
    comparison = bootstrap_of_hits(hits, hits).compare(0, best=1)
    assert (comparison.difference, comparison.standard_error, comparison.p_value) == (0, 0, 1)
    assert comparison.is_tie


def test_an_entry_that_always_hits_beats_one_that_misses_a_tenth():
    comparison = bootstrap_of_hits(np.full(200, True), np.arange(200) >= 20).compare(1, best=0)
    assert comparison.difference == pytest.approx(0.1)
    assert comparison.standard_error == pytest.approx(np.sqrt(0.1 * 0.9 / 200), rel=0.1)
    assert comparison.p_value < 1e-4
    assert not comparison.is_tie


def test_one_row_of_difference_is_a_tie():
    comparison = bootstrap_of_hits(np.full(200, True), np.arange(200) != 7).compare(1, best=0)
    assert comparison.difference == pytest.approx(1 / 200)
    assert comparison.is_tie


def test_the_gap_is_positive_for_the_worse_entry_whatever_the_direction():
    entries = [with_hits(random_hits(500, share)) for share in (0.9, 0.5)]
    for metric in (accuracy, log_loss):
        assert bootstrap(Scorer(metric, np.zeros(500, dtype=int)), entries).compare(1, best=0).difference > 0


def test_a_paired_test_sees_what_unpaired_errors_hide():
    better, worse = random_hits(1000, 0.6), random_hits(1000, 0.6) & (np.arange(1000) % 50 > 0)
    found = bootstrap_of_hits(better, worse)
    assert found.compare(1, best=0).p_value < 0.01
    assert found.scores[0] - found.scores[1] < found.standard_errors[0]


def test_copies_of_a_row_in_one_group_add_no_certainty():
    copied, groups = np.repeat(random_hits(500, 0.8), 4), np.repeat(np.arange(500), 4)
    ungrouped, grouped = bootstrap_of_hits(copied), bootstrap_of_hits(copied, groups=groups)
    assert grouped.scores == ungrouped.scores
    assert grouped.standard_errors[0] / ungrouped.standard_errors[0] == pytest.approx(2, rel=0.1)


def test_groups_of_one_row_change_nothing():
    hits = random_hits(300, 0.8)
    named = np.array([f"row {i:03}" for i in range(300)])
    assert bootstrap_of_hits(hits, groups=named).draws.tolist() == bootstrap_of_hits(hits).draws.tolist()


def test_p_values_of_equally_good_entries_are_about_uniform():
    found = bootstrap_of_hits(*(random_hits(400, 0.8, seed) for seed in range(400)), resamples=300)
    p_values = np.array([found.compare(2 * i, best=2 * i + 1).p_value for i in range(200)])
    assert 0.01 < (p_values < 0.05).mean() < 0.12
    assert 0.35 < (p_values < 0.5).mean() < 0.65


def test_the_same_seed_gives_the_same_draws():
    hits = random_hits(50, 0.5)
    assert bootstrap_of_hits(hits, seed=1).draws.tolist() == bootstrap_of_hits(hits, seed=1).draws.tolist()
    assert bootstrap_of_hits(hits, seed=1).draws.tolist() != bootstrap_of_hits(hits, seed=2).draws.tolist()
    assert bootstrap_of_hits(hits, resamples=120).draws.shape == (120, 1)


def test_the_corrected_t_test_by_hand():
    # Mean .02, variance .00025, so the error is sqrt((1/5 + 1/4) * .00025) = .010607 and t = 1.8856, which
    # with 4 degrees of freedom has a two-sided p-value of .1324.
    found = compare_folds(np.array([0.0, 0.01, 0.02, 0.03, 0.04]), valid_to_train=1 / 4)
    assert found.difference == pytest.approx(0.02)
    assert found.standard_error == pytest.approx(0.0106066, rel=1e-4)
    assert found.p_value == pytest.approx(0.1324, abs=1e-4)


def test_folds_that_never_differ_are_tied_and_folds_that_always_do_are_not():
    assert compare_folds(np.zeros(5), 1 / 4).p_value == 1
    assert compare_folds(np.full(5, 0.5), 1 / 4).p_value == 0


def test_holm_by_hand():
    assert holm(np.array([0.04, 0.01, 0.03])).tolist() == pytest.approx([0.06, 0.03, 0.06])
    assert holm(np.array([0.5, 0.6])).tolist() == [1, 1]
