import numpy as np
import pandas as pd
import pytest

from podium.data.dataset import Dataset, conflicting, without_broken
from podium.data.modality import Modality
from podium.data.tables import Arrays
from podium.data.task import Multilabel
from podium.errors import DataError
from support.makers import make_dataset

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


def test_numbers_must_be_finite():
    assert make_dataset([1.5, 2], classes=None).task.kind == "regression"
    with pytest.raises(DataError, match=r"y must hold finite numbers .* got 1 that are not"):
        make_dataset([1.5, np.nan], classes=None)


def test_labels_are_those_of_a_submission():
    assert make_dataset(Y, classes=["cat", "dog"]).labels.tolist() == ["cat", "dog", "cat", "dog"]
    assert make_dataset([1.5, 2], classes=None).labels.tolist() == [1.5, 2]


def test_rows_conflict_whose_group_holds_another_target():
    groups = np.array(["a", "b", "a", "b", "c", "a"])
    y = [0, 1, 1, 1, 0, 0]
    assert conflicting(make_dataset(y, groups=groups)).tolist() == [True, False, True, False, False, True]
    assert not conflicting(make_dataset(y)).any()
    numbers = make_dataset([0.5, 1, 0.75, 1, 3, 0.5], classes=None, groups=groups)
    assert conflicting(numbers).tolist() == [True, False, True, False, False, True]


def test_sets_of_labels_conflict_if_one_label_differs():
    y = np.array([[1, 0], [1, 1], [1, 0], [1, 0]])
    dataset = Dataset(
        X=np.arange(4),
        y=y,
        X_test=np.arange(2),
        test_ids=np.arange(2),
        task=Multilabel(["rude", "spam"]),
        groups=np.array([0, 0, 1, 1]),
    )
    assert conflicting(dataset).tolist() == [True, True, False, False]


def test_the_modality_is_that_of_the_rows_unless_it_is_given():
    class Sound(Arrays):
        name = "sound"

    assert make_dataset(Y).modality.name == "array"
    own: Modality = Sound()
    dataset = make_dataset(Y, modality=own)
    assert dataset.modality is own
    assert dataset.id == make_dataset(Y).id


def test_only_files_can_be_broken():
    with pytest.raises(DataError, match="--skip-bad-images must be given for image files, got other data"):
        without_broken(make_dataset(Y))
