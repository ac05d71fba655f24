"""Figures of predictions beside the truth, each number checked by hand."""

import re

import numpy as np
import pytest

from podium.plots.prediction_figures import (
    Predicted,
    calibration_error,
    confusion,
    predicted_and_true,
    prediction_figures,
    reliability,
    wilson,
)
from support.makers import answers, make_dataset


def test_calibration_counts_rows_and_shares_by_hand():
    oof = [[0.9, 0.1], [0.9, 0.1], [0.1, 0.9], [0.45, 0.55]]
    bins = reliability(np.array(oof), np.array([0, 1, 1, 0]))
    assert bins.index.tolist() == ["0.53 to 0.60", "0.87 to 0.93"]
    assert bins["rows"].tolist() == [1, 3]
    assert bins["accuracy"].tolist() == pytest.approx([0, 2 / 3])
    assert bins["confidence"].tolist() == pytest.approx([0.55, 0.9])
    assert calibration_error(bins) == pytest.approx((0.55 + 3 * (0.9 - 2 / 3)) / 4)


def test_wilson_s_interval_of_eight_in_ten():
    low, high = wilson(np.array([0.8]), np.array([10]))
    assert (low[0], high[0]) == pytest.approx((0.4902, 0.9433), abs=1e-4)


def test_the_confusion_matrix_counts_true_labels_by_predicted_ones():
    y = np.array([0, 0, 0, 1, 1, 1, 0, 1])
    predicted = [0, 1, 1, 1, 1, 0, 0, 1]
    dataset = make_dataset(y, classes=np.array(["cat", "dog"]))
    figure = confusion(Predicted("seven", dataset, answers(predicted, 2)))
    assert figure.table.to_numpy().tolist() == [[2, 2], [1, 3]]
    assert "3 of 8 are wrong" in figure.alt
    assert "true cat predicted as dog (2\N{MULTIPLICATION SIGN})" in figure.alt
    assert {">True<", ">Predicted<"} <= set(re.findall(r">\w+<", str(figure.markup)))


def test_of_many_classes_the_most_confused_pairs_are_listed():
    y = np.arange(40) % 20
    dataset = make_dataset(y, classes=np.arange(20))
    table = confusion(Predicted("m", dataset, answers(np.where(y == 3, 7, y), 20))).table
    assert table.iloc[0].tolist() == [2]
    assert table.index[0] == "3 as 7"


def test_numbers_get_predicted_over_true_ones_and_errors():
    y = np.arange(100.0)
    dataset = make_dataset(y, classes=None)
    oof = (y + np.where(y < 10, 5, 0))[:, None]
    table = predicted_and_true(Predicted("m", dataset, oof)).table
    assert table["root mean square error"].tolist() == [5] + [0] * 9
    assert table["true mean"].iloc[0] == 4.5
    assert [f.title for f in prediction_figures("m", dataset, oof)] == ["Predicted and true", "Errors"]
