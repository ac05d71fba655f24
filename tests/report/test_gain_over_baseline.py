"""Gains over the constant and errors by range, on numbers that one can check by hand."""

import numpy as np
import pytest

from podium.metrics import Scorer, get_metric
from podium.pipeline.significance import bootstrap
from podium.report.gain_over_baseline import by_range, gain_over_baseline, over_the_constant
from support.makers import make_results

RNG = np.random.default_rng(0)
Y = RNG.uniform(0, 100, 400)
PREDICTED = {
    "constant": np.full(400, 50.0),
    "good": Y + RNG.normal(0, 10, 400),
    "blind": 50 + RNG.normal(0, 0.1, 400),
    "metadata": Y + RNG.normal(0, 25, 400),
    "title": Y + RNG.normal(0, 15, 400),
}


@pytest.fixture(scope="module")
def results():
    oofs = {name: predicted[:, None] for name, predicted in PREDICTED.items()}
    return make_results(Y, oofs, "rmse", blends=("title",), classes=None)


def test_gains_are_over_the_constant_the_warnings_and_the_averages_with_paired_errors(results):
    table = over_the_constant(results).table
    assert table.index.tolist()[0] == "good"
    assert set(table.index) == {"good", "blind", "metadata", "title"}
    metric = get_metric("rmse")
    score = {name: metric.score(Y, predicted[:, None]) for name, predicted in PREDICTED.items()}
    for base in ("constant", "metadata", "title"):
        assert table.loc["good", f"over {base}"] == pytest.approx(score[base] - score["good"])
    assert np.isnan(table.loc["metadata", "over metadata"])
    names = [p.name for p in results.predictions]
    drawn = bootstrap(Scorer(metric, Y), results.predictions)
    paired = (drawn.draws[:, names.index("constant")] - drawn.draws[:, names.index("good")]).std(ddof=1)
    assert table.loc["good", "s.e. over constant"] == pytest.approx(paired)
    assert table.loc["good", "p over constant"] < 1e-6
    assert table.loc["blind", "p over constant"] > 0.05


def test_the_figure_names_what_noise_explains(results):
    alt = over_the_constant(results).alt
    assert "3 of 4 are better than noise explains; not blind." in alt


def test_without_the_constant_there_is_nothing_to_be_better_than():
    assert (
        over_the_constant(make_results(Y, {"good": PREDICTED["good"][:, None]}, "rmse", classes=None)) is None
    )


def test_every_entry_has_its_errors_with_error_bars_in_every_range(results):
    errors, precision = by_range(results, np.array([0, 50, np.inf]))
    assert set(errors.table.index) == set(precision.table.index) == set(PREDICTED)
    low = Y < 50
    rmse = np.sqrt(np.mean((PREDICTED["good"] - Y)[low] ** 2))
    cell = errors.table.loc["good", "rmse, 0 to under 50"]
    assert cell.startswith(f"{rmse:.3g} ± 0.")
    assert (
        errors.table.loc["constant", "mse, 50 and more"].split(" ±")[0]
        == f"{np.mean((Y[~low] - 50) ** 2):,.0f}"
    )
    hits = np.mean((PREDICTED["good"][low] >= 0) & (PREDICTED["good"][low] < 50))
    assert precision.table.loc["good", "precision, 0 to under 50"].startswith(f"{hits:.3g} ± ")
    assert "good" in errors.alt


def test_classes_have_no_ranges():
    y = np.array([0, 1] * 20)
    results = make_results(y, {"constant": np.full((40, 2), 0.5), "good": np.eye(2)[y]})
    assert [figure.title for figure in gain_over_baseline(results, ())] == ["Gain over baseline"]
