"""A feature that is the target is an alarm, a good one is none."""

import numpy as np
import pytest

from podium.audit.determined import find_determined
from support.audit_data import TELLING, M, N, coin, dataset_of, flipped, found, noise, rng


@pytest.mark.parametrize(("wrong", "alarms"), [(0.0, 1), (0.002, 1), (0.1, 0)])
@pytest.mark.parametrize("kind", ["number", "category"])
def test_a_feature_that_is_the_target_is_an_alarm_and_a_good_one_is_none(kind, wrong, alarms):
    y = coin(1000)
    X = noise(1000).assign(good=TELLING[kind](flipped(y, wrong)))
    alarming = found(find_determined, dataset_of(y, X=X, X_test=X[:M]))
    assert len(alarming) == alarms
    assert all("column 'good'" in finding.summary for finding in alarming)


def test_a_feature_that_is_the_number_to_predict_is_an_alarm():
    y = rng().normal(size=N)
    X = noise(N).assign(same=np.exp(y), like=y + rng(1).normal(size=N) / 2)
    (alarming,) = found(find_determined, dataset_of(y, X=X, X_test=X[:M], classes=None))
    assert "'same'" in alarming.summary
