"""Errors by range, on numbers that one can check by hand."""

import numpy as np
import pytest

from podium.data.task import Regression
from podium.pipeline.error_ranges import by_range, ranges_table
from support.makers import make_predictions

EDGES = np.array([750.0, 1001, 1501, np.inf])
Y = np.array([800.0, 1000, 1200, 1300, 5000, 100])
PREDICTED = np.array([900.0, 1100, 1200, 1000, 4000, 900])


def test_each_range_has_its_own_errors():
    table = by_range(Y, PREDICTED[:, None], EDGES)
    assert table["low"].tolist() == [750, 1001, 1501]
    assert table["high"].tolist() == [1001, 1501, np.inf]
    assert table["rows"].tolist() == [2, 2, 1]  # the row of 100 is in no range
    assert table["mse"].tolist() == [10_000, 45_000, 1_000_000]
    assert table["rmse"].tolist() == pytest.approx([100, 45_000**0.5, 1000])
    assert table["precision"].tolist() == [0.5, 0.5, 1]
    assert table["rmse_error"].tolist()[::2] == pytest.approx([0, 0], abs=1e-6)  # equal errors, or one row
    assert table["rmse_error"][1] > 0


def test_error_bars_are_those_of_many_rows_and_wider_by_groups():
    rng = np.random.default_rng(0)
    y = np.repeat(rng.uniform(0, 100, 150), 4)
    predicted = y + np.repeat(rng.normal(0, 10, 150), 4)
    alone = by_range(y, predicted[:, None], np.array([0.0, 101]))
    grouped = by_range(y, predicted[:, None], np.array([0.0, 101]), groups=np.arange(600) // 4)
    assert alone["mse_error"][0] == pytest.approx(((predicted - y) ** 2).std() / 600**0.5, rel=0.1)
    assert grouped["mse_error"][0] == pytest.approx(2 * alone["mse_error"][0], rel=0.15)


def test_a_range_without_rows_is_left_out():
    assert by_range(np.array([5000.0, 6000]), np.array([[1.0], [1]]), EDGES)["low"].tolist() == [1501]


def test_declared_ranges_hold_where_they_fit_and_quantiles_elsewhere():
    lows = (750, 1001, 1501)
    edges = Regression().range_edges
    assert edges(np.array([750.0, 1200, 1600, 9000]), lows).tolist() == [750, 1001, 1501, np.inf]
    assert edges(np.arange(400.0), lows).tolist() == [0, 100, 200, 300, np.inf]
    assert edges(np.arange(2000.0, 2400), lows).tolist()[0] == 2000


def test_every_entry_has_its_rows():
    members = [make_predictions(PREDICTED[:, None], name) for name in ("one", "other")]
    table = ranges_table(Y, members, EDGES)
    assert table["name"].tolist() == ["one"] * 3 + ["other"] * 3
