import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from podium.data.task import encode_labels
from podium.errors import DataError
from support.makers import make_dataset, quick

Y = [0, 1, 0, 1]
CHANGES = {
    "X": np.array([0, 1, 2, 9]),
    "X_test": np.array([0, 1, 9]),
    "test_ids": np.array([11, 12, 99]),
    "classes": np.array([5, 6]),
    "groups": np.array([0, 0, 1, 1]),
}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"X": np.arange(5)}, "y must have the 5 rows of X, got 4"),
        ({"test_ids": np.arange(2)}, "test_ids must have the 3 rows of X_test, got 2"),
        ({"about": pd.DataFrame({"seen": [1]})}, "about must have the 4 rows of X, got 1"),
        ({"groups": np.arange(3)}, "groups must have the 4 rows of X, got 3"),
        ({"test_ids": np.array([7, 8, 7])}, r"test ids must be unique, got repeated: \[7\]"),
    ],
)
def test_what_does_not_fit_together_is_refused(changes, message):
    with pytest.raises(DataError, match=message):
        make_dataset(Y, **changes)


def test_a_dataset_without_training_rows_is_refused():
    with pytest.raises(DataError, match="the training data must have at least one row"):
        make_dataset([], classes=np.arange(2))


def test_equal_content_has_an_equal_id():
    assert make_dataset(Y).id == make_dataset(list(Y)).id


@pytest.mark.parametrize("field", CHANGES)
def test_every_field_counts_in_the_id(field):
    assert make_dataset(Y).id != make_dataset(Y, **{field: CHANGES[field]}).id


def test_the_labels_count_in_the_id():
    assert make_dataset(Y).id != make_dataset([1, 0, 0, 1]).id


@quick
@given(st.lists(st.sampled_from(["dog", "cat", "fish"]), min_size=1))
def test_labels_come_back_from_their_codes(labels):
    classes = ["fish", "cat", "dog"]
    assert np.array(classes)[encode_labels(labels, classes, "label")].tolist() == labels


def test_codes_follow_the_order_of_the_classes():
    assert encode_labels([7, 3, 7], [7, 3], "label").tolist() == [0, 1, 0]


def test_a_label_outside_the_classes_is_named_and_counted():
    with pytest.raises(DataError, match=r"train\.csv: label must be one of \[0, 1\], got \[7, 9\] in 3 rows"):
        encode_labels([0, 7, 9, 7], range(2), "train.csv: label")


def test_text_is_not_taken_for_a_number():
    with pytest.raises(DataError, match=r"got \['1'\] in 1 rows"):
        encode_labels(["1"], [0, 1], "label")


def test_numbers_must_be_finite():
    assert make_dataset([1.5, 2], classes=None).task.kind == "regression"
    with pytest.raises(DataError, match=r"y must hold finite numbers .* got 1 that are not"):
        make_dataset([1.5, np.nan], classes=None)
