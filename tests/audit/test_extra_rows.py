"""Rows from elsewhere are compared with the training rows and with the test rows."""

import numpy as np
import pandas as pd

from podium.audit.extra_rows import find_extra
from podium.data.dataset import LabelledRows
from support.audit_data import coin, dataset_of, kinds, noise


def found(rows, **changes):
    return list(find_extra(dataset_of(extra=LabelledRows(rows, coin(len(rows))), **changes)))


def test_rows_of_the_same_kind_are_no_alarm():
    (finding,) = found(noise(300, 30))
    assert kinds([finding]) == [("extra", False)]
    assert finding.summary.startswith("extra rows against training rows: adversarial validation AUC 0.")
    assert finding.summary.endswith("no shift")


def test_other_rows_are_told_by_the_column_that_differs():
    (finding,) = found(noise(300, 30).assign(b=lambda x: x["b"] + 2))
    assert "shift in column 'b'; see what they buy, or give them less weight" in finding.summary


def test_copies_of_training_rows_are_an_alarm_because_these_are_scored():
    train = noise(400, 10)
    copy, _ = found(pd.concat([train[:7], noise(200, 30)], ignore_index=True), X=train)
    assert kinds([copy]) == [("extra", True)]
    assert copy.summary.startswith("7 extra rows are copies of training rows")
    assert copy.examples[0].startswith("extra row 1: ")


def test_copies_of_test_rows_are_told():
    test = noise(200, 20)
    copy, _ = found(pd.concat([noise(200, 30), test[:5]], ignore_index=True), X_test=test)
    assert kinds([copy]) == [("extra", False)]
    assert copy.summary.startswith("5 extra rows are copies of test rows")


def test_without_test_rows_there_is_the_comparison_with_the_training_rows():
    (finding,) = found(noise(300, 30), X_test=noise(0), test_ids=np.arange(0))
    assert finding.kind == "extra"


def test_a_data_set_without_extra_rows_has_no_such_finding():
    assert list(find_extra(dataset_of())) == []
