"""The target: labels that cannot be right, and its distribution."""

import numpy as np

from podium.audit.labels import find_balance, find_labels
from support.audit_data import kinds
from support.makers import make_dataset


def test_labels_that_no_row_has_or_that_differ_in_case_only():
    dataset = make_dataset([0, 1, 2, 1], classes=np.array(["cat", "dog", "Cat ", "emu"]))
    unused, alike = find_labels(dataset)
    assert kinds([unused, alike]) == [("labels", True)] * 2
    assert "['emu']" in unused.summary
    assert "['cat', 'Cat ']" in alike.summary
    assert list(find_labels(make_dataset([0, 1, 1]))) == []


def test_the_balance_of_classes_and_the_range_of_numbers():
    classes = find_balance(make_dataset([0, 1, 1, 1], classes=np.array(["cat", "dog"])))
    assert classes.summary == "2 classes in 4 rows; class dog: 75.0 %, class cat: 25.0 %"
    numbers = find_balance(make_dataset([*np.arange(90), *[999] * 10], classes=None))
    assert numbers.summary == "100 rows with targets from 0 to 999, median 49.5; often the same: 999 (10.0 %)"
    assert not classes.is_alarm
