"""Rows from elsewhere and weights: checked when a data set is made, and part of its id."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from podium.data.dataset import LabelledRows
from podium.data.images import ImageFiles
from podium.data.multimodal import MultimodalRows
from podium.data.rows import joined
from podium.errors import DataError
from support.makers import make_dataset

Y = np.array([0, 1, 0, 1])


def extra_of(y=(1, 0), weights=None):
    return LabelledRows(np.array([10, 11]), np.asarray(y), weights)


def test_the_trainable_rows_are_the_training_rows_and_then_the_extra_ones():
    known = make_dataset(Y, extra=extra_of()).trainable
    assert known.X.tolist() == [0, 1, 2, 3, 10, 11]
    assert known.y.tolist() == [0, 1, 0, 1, 1, 0]
    assert known.weights is None


def test_without_extra_rows_nothing_is_copied():
    dataset = make_dataset(Y)
    assert dataset.trainable.X is dataset.X
    assert dataset.with_extra(np.array([2, 0])).tolist() == [2, 0]


@pytest.mark.parametrize(
    ("own", "more", "together"),
    [
        (None, np.array([0.5, 0.25]), [1, 1, 1, 1, 0.5, 0.25]),
        (np.array([1, 2, 3, 4.0]), None, [1, 2, 3, 4, 1, 1]),
    ],
)
def test_a_row_without_a_weight_weighs_one(own, more, together):
    dataset = make_dataset(Y, weights=own, extra=extra_of(weights=more))
    assert dataset.trainable.weights.tolist() == together


def test_weights_and_extra_rows_count_in_the_id():
    plain = make_dataset(Y)
    others = [
        replace(plain, weights=np.array([1, 1, 1, 2.0])),
        replace(plain, extra=extra_of()),
        replace(plain, extra=extra_of(y=(0, 0))),
        replace(plain, extra=extra_of(weights=np.array([1, 2.0]))),
    ]
    assert len({dataset.id for dataset in [plain, *others]}) == 5


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        (
            {"weights": np.array([1, 1, 0, 1.0])},
            "numbers above zero, got .0.0. in 1 rows",
        ),
        ({"weights": np.array([1, np.nan, 1, 1])}, "weights must be finite"),
        ({"weights": np.ones(3)}, "weights must have the 4 rows of X, got 3"),
        ({"extra": extra_of(y=(1, 2))}, "y must hold codes of 2 classes"),
        ({"extra": extra_of(y=(1,))}, "y of the extra rows must have their 2 rows, got 1"),
        ({"extra": extra_of(weights=-np.ones(2))}, "weights must be finite numbers above zero"),
        ({"extra": LabelledRows(np.zeros((2, 3)), np.zeros(2, int))}, "rows of their shape, got .. and .3,."),
    ],
)
def test_what_does_not_fit_is_refused(changes, complaint):
    with pytest.raises(DataError, match=complaint):
        make_dataset(Y, **changes)


def test_frames_are_joined_by_their_columns():
    known = pd.DataFrame({"a": [1.0], "b": ["x"]}, index=[7])
    assert joined(known, known).index.tolist() == [0, 1]
    with pytest.raises(DataError, match=r"rows of their columns, got \['a', 'b'\] and \['b', 'a'\]"):
        joined(known, known[["b", "a"]])
    with pytest.raises(DataError, match="rows of their kind, got DataFrame and ndarray"):
        joined(known, np.zeros((1, 2)))


def test_images_and_rows_of_several_parts_are_joined_in_order(tmp_path):
    paths = [tmp_path / f"{shade}.png" for shade in (10, 20, 30)]
    for path in paths:
        Image.new("L", (4, 4), int(path.stem)).save(path)
    first = MultimodalRows(
        {"images": ImageFiles(paths[:2], blank=[1]), "text": pd.DataFrame({"text": ["a", "b"]})}
    )
    more = MultimodalRows({"images": ImageFiles(paths[2:]), "text": pd.DataFrame({"text": ["c"]})})
    both = joined(first, more)
    assert both.parts["images"].known.tolist() == [True, False, True]
    assert both.parts["images"].paths[2] == paths[2]
    assert both.parts["text"]["text"].tolist() == ["a", "b", "c"]
    with pytest.raises(DataError, match="rows of their parts"):
        joined(first, more.__class__({"text": more.parts["text"]}))
