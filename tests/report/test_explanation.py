"""The columns that the submitted entry depends on: measured by `podium explain`, shown by the page."""

import shutil

import pandas as pd
import pytest

from podium.pipeline.explanation import Explanation
from podium.report.explanation import importance_figure, sampled
from support.command_line import complaint, podium
from support.docs import make_pets
from support.tiny import make_root

IMPORTANCE = pd.DataFrame(
    {
        "column": ["age", "noise"],
        "importance": [0.2, 0.01],
        "standard_error": [0.05, 0.02],
        "rows_error": [0.04, 0.02],
        "repeats_error": [0.03, 0.0],
    }
)


def found(rows=2000, columns=2):
    return Explanation("greedy", "id", "data", rows, 20_000, columns, 60, 3, 300, IMPORTANCE, pd.DataFrame())


def test_the_figure_says_what_decides_and_how_many_columns_noise_explains():
    figure = importance_figure(found(), "accuracy")
    assert "How much worse (accuracy) 'greedy' is" in figure.alt
    assert "Most for age: 0.2 ± 0.05. 1 of 2 columns are above what noise explains." in figure.alt
    assert figure.table.index.tolist() == ["age", "noise"]


def test_the_note_says_what_was_sampled():
    some = sampled(found())
    assert "2,000 of 20,000 scored rows, drawn at random" in some
    assert "2 of 60 columns, that move its predictions the most, each permuted 3 times" in some
    assert "the mean over 300 of these rows" in some
    every = sampled(found(rows=20_000, columns=60))
    assert "all 20,000 scored rows; all 60 columns" in every


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    config = {"XDG_CONFIG_HOME": str(tmp_path_factory.mktemp("config"))}
    root = make_pets(tmp_path_factory.mktemp("trained"))
    ran = podium(root, "submit", "pets", "--models", "table-ridge,table-logistic-regression", **config)
    assert ran.returncode == 0, ran.stderr
    return root, config


def test_what_is_measured_stands_on_the_page_and_as_csv_and_again_to_the_byte(trained, tmp_path):
    root, config = shutil.copytree(trained[0], tmp_path / "copy"), trained[1]
    store = root / "submissions" / "pets" / "toy"
    page = store / "leaderboard.html"
    assert "What the predictions depend on" not in page.read_text()
    ran = podium(root, "explain", "pets", **config)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert f"as a table: {store / 'importance.csv'}" in ran.stdout
    assert "What the predictions depend on" in page.read_text()
    importance = pd.read_csv(store / "importance.csv")
    dependence = pd.read_csv(store / "partial-dependence.csv")
    assert importance["importance"].is_monotonic_decreasing
    assert importance["importance"].iloc[0] > 2 * importance["standard_error"].iloc[0]
    for column in dependence["column"].unique():
        assert f"<h3>Dependence on {column}</h3>" in page.read_text()
    written = [page, *store.glob("*.csv"), store / "explanation.json"]
    before = [path.read_bytes() for path in written]
    assert podium(root, "explain", "pets", **config).returncode == 0
    assert [path.read_bytes() for path in written] == before
    assert podium(root, "report", "pets", **config).returncode == 0
    assert page.read_bytes() == before[0]


def test_an_explanation_of_another_entry_is_not_shown(trained, tmp_path):
    root, config = shutil.copytree(trained[0], tmp_path / "copy"), trained[1]
    store = root / "submissions" / "pets" / "toy"
    assert podium(root, "explain", "pets", **config).returncode == 0
    path = store / "explanation.json"
    text = path.read_text()
    path.write_text(text.replace('"entry_id": "', '"entry_id": "other'))
    assert podium(root, "report", "pets", **config).returncode == 0
    assert "What the predictions depend on" not in (store / "leaderboard.html").read_text()


def test_rows_without_columns_get_one_line(tmp_path):
    line = complaint(podium(make_root(tmp_path), "explain", "tiny"))
    assert "rows must have columns to be explained, got pixel rows" in line
