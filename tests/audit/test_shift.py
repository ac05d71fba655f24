"""Test rows are told from training rows only where they differ."""

import pandas as pd
import pytest

from podium.audit.probes import probes_of
from podium.audit.shift import find_shift
from support.audit_data import TEXTS, M, coin, dataset_of, kinds, near_copies, noise, rng


def shift_of(dataset):
    (finding,) = find_shift(dataset, probes_of(dataset), near_copies(dataset))
    return finding


def test_other_test_rows_are_told_by_the_column_that_differs():
    finding = shift_of(dataset_of(X_test=noise(M, 20).assign(b=lambda x: x["b"] + 2)))
    assert kinds([finding]) == [("shift", True)]
    assert "shift in column 'b'; validate on the training rows most like the test rows" in finding.summary
    (alone,) = finding.examples
    # The area between two normal distributions 2 apart is P(Z < 2 / sqrt 2) = .921; bins cost some of it.
    assert float(alone.removeprefix("column 'b': AUC ")) == pytest.approx(0.90, abs=0.03)
    assert finding.score == pytest.approx(0.90, abs=0.05)


def test_test_rows_of_the_same_kind_are_alike_even_where_they_are_copies():
    X = pd.DataFrame({"text": [f"{rng(i // 2).choice(TEXTS)} {i // 2 % 7} of late" for i in range(300)]})
    for dataset in (dataset_of(), dataset_of(coin(200), X=X[:200], X_test=X[100:], about_test=noise(200))):
        finding = shift_of(dataset)
        assert not finding.is_alarm
        assert abs(finding.score - 0.5) < 3 * finding.error


def test_a_number_that_32_bits_do_not_hold_stops_nothing():
    X = noise(M, 20)
    X.loc[0, "b"] = 1e39
    assert not shift_of(dataset_of(X_test=X)).is_alarm
