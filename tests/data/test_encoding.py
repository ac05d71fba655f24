"""The target as the audit's probes see it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, log_loss, r2_score

from podium.data.encoding import OneHot, Ranks
from support.makers import quick

CODES = np.array([0, 1, 1, 2])
CLASSES = OneHot(np.eye(3)[CODES])
RANKS = Ranks(np.array([[0.25], [0.5], [0.75], [1.0]]))


@quick
@given(st.integers(0, 2**32 - 1), st.integers(2, 30))
def test_losses_and_scores_are_those_of_scikit_learn(seed, n):
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 3, n)
    predicted = rng.dirichlet(np.ones(3), n)
    classes = OneHot(np.eye(3)[codes])
    assert classes.losses(predicted).mean() == pytest.approx(log_loss(codes, predicted, labels=[0, 1, 2]))
    scores = classes.row_scores(predicted, np.zeros(n))
    assert scores.mean() == accuracy_score(codes, predicted.argmax(axis=1))
    numbers = rng.random((n, 1))
    ranks = Ranks(numbers)
    explained = 1 - ranks.losses(predicted[:, :1]).sum() / ranks.losses(np.full((n, 1), numbers.mean())).sum()
    assert explained == pytest.approx(r2_score(numbers[:, 0], predicted[:, 0]))


def test_the_floor_is_the_largest_class_and_nothing_of_ranks():
    assert CLASSES.floor == 0.5
    assert RANKS.floor == 0


def test_rows_count_in_the_column_of_their_class_or_by_their_rank():
    counts = np.bincount(CLASSES.columns, CLASSES.weights)
    assert counts.tolist() == CLASSES.values.sum(axis=0).tolist()
    assert RANKS.columns.tolist() == [0, 0, 0, 0]
    assert RANKS.weights.sum() == RANKS.values.sum()


def test_a_part_is_the_encoding_of_its_rows():
    part = CLASSES.part(np.array([3, 0]))
    assert isinstance(part, OneHot)
    assert part.columns.tolist() == [2, 0]
    assert RANKS.part(np.array([2])).values.tolist() == [[0.75]]


@pytest.mark.parametrize("encoding", [CLASSES, RANKS])
def test_the_ratio_favours_the_better_prediction_by_as_many_units_as_there_are(encoding):
    constant = np.broadcast_to(encoding.values.mean(axis=0), encoding.values.shape)
    better = (encoding.values + constant) / 2
    ratio = encoding.log_ratio(constant, better, units=4)
    assert ratio > 0
    assert encoding.log_ratio(better, constant, units=4) == pytest.approx(-ratio)
    assert encoding.log_ratio(constant, better, units=2) == pytest.approx(ratio / 2)


def test_a_perfect_prediction_of_ranks_has_a_finite_ratio():
    constant = np.full((4, 1), RANKS.values.mean())
    assert np.isfinite(RANKS.log_ratio(constant, RANKS.values, units=4))


def test_scores_are_quoted_with_their_errors():
    assert "accuracy 0.750 ± 0.010, majority-class baseline 0.500" in CLASSES.quote(0.75, 0.01, 0.2)
    assert RANKS.quote(0.5, 0.02, 0.5) == "R2 0.500 ± 0.020 of its ranks"
