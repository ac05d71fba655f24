"""Models and metrics of other packages, and models of a competition's own folder.

That sound packages add a model and a metric is tested with the examples of docs/, in test_docs.
"""

import numpy as np
import pandas as pd
import pytest

from podium.data.task import Classification
from podium.errors import CompetitionError, ModelError
from podium.metrics import get_metric
from podium.models.registry import create, find, known_names, model_id
from support.command_line import complaint, podium
from support.plugins import install
from support.tiny import make_root

MODULE = """
from sklearn.naive_bayes import GaussianNB

from podium.metrics import METRICS
from podium.models.registry import ModelRow

ROW = ModelRow("others_models:make", tasks=frozenset({"classification"}), takes=frozenset({"array"}))
METRIC = METRICS["accuracy"]
NUMBER = 3


def make(task, **params):
    return GaussianNB(**params)
"""
PROJECT = """
[project]
name = "others"
version = "1.0"

[project.entry-points."podium.models"]
their-nb = "others_models:ROW"
gone = "nowhere_to_be_found:ROW"
broken = "others_broken:ROW"
renamed = "others_models:OLD_NAME"
number = "others_models:NUMBER"

[project.entry-points."podium.metrics"]
their-metric = "others_models:METRIC"
gone-metric = "nowhere_to_be_found:METRIC"
number-metric = "others_models:NUMBER"
"""
OWN = """
from sklearn.linear_model import RidgeClassifier
from sklearn.naive_bayes import GaussianNB


class Flat(GaussianNB):
    def fit(self, X, y):
        return super().fit(X.reshape(len(X), -1), y)

    def predict_proba(self, X):
        return super().predict_proba(X.reshape(len(X), -1))


def small(task, smoothing=1e-9):
    return Flat(var_smoothing=smoothing)
"""


@pytest.fixture
def others(tmp_path, monkeypatch):
    """Another package, installed."""
    folder = tmp_path / "site"
    folder.mkdir()
    install(folder, PROJECT)
    (folder / "others_models.py").write_text(MODULE)
    (folder / "others_broken.py").write_text("raise RuntimeError('no licence\\nfor this machine')\n")
    monkeypatch.syspath_prepend(str(folder))
    return folder


def test_a_model_of_another_package_is_found_made_and_listed(others):
    task = Classification([0, 1])
    row = find("their-nb@wide", ["classification"])
    assert row.factory == "others_models:make"
    assert create("their-nb", {"var_smoothing": 0.5}, 0, task).var_smoothing == 0.5
    assert {"their-nb", "ridge"} <= set(known_names(["classification"]))
    with pytest.raises(ModelError, match=r"must take a regression task"):
        find("their-nb", ["regression"])
    with pytest.raises(ModelError, match="did you mean 'their-nb'"):
        find("thier-nb", ["classification"])


def test_the_id_of_another_package_s_model_is_that_of_its_code(others):
    task = Classification(np.arange(2))
    assert model_id("their-nb", {}, 0, task) != model_id("gaussian-nb", {}, 0, task)


@pytest.mark.parametrize(
    ("name", "got"),
    [
        ("gone", "ModuleNotFoundError: No module named 'nowhere_to_be_found'"),
        ("broken", "RuntimeError: no licence for this machine"),
        ("renamed", "AttributeError"),
        ("number", "got int"),
    ],
)
def test_a_broken_entry_point_of_a_model_gives_one_clear_line(others, name, got):
    with pytest.raises(ModelError) as raised:
        find(name, ["classification"])
    message = str(raised.value)
    assert message.startswith(f"entry point {name!r} of podium.models must be a ModelRow, got ")
    assert got in message
    assert "mend or remove the package" in message
    assert "\n" not in message
    assert len(message) <= 300


def test_a_metric_of_another_package_is_found_and_a_broken_one_is_told(others):
    assert get_metric("their-metric") is get_metric("accuracy")
    for name, got in (("gone-metric", "ModuleNotFoundError"), ("number-metric", "int")):
        with pytest.raises(
            CompetitionError, match=rf"'{name}' of podium\.metrics must be a Metric, got {got}"
        ):
            get_metric(name)
    with pytest.raises(CompetitionError, match="did you mean 'their-metric'"):
        get_metric("their-metrik")


def test_a_broken_package_stops_only_who_asks_for_it(others, tmp_path):
    root = make_root(tmp_path / "checkout", roster={"constant": {}, "their-nb": {}}, folds=2)
    line = complaint(podium(root, "train", "tiny", "--models", "gone", PYTHONPATH=str(others)))
    assert "entry point 'gone' of podium.models must be a ModelRow" in line
    text = (root / "competitions" / "tiny" / "competition.py").read_text()
    changed = text.replace('metric="accuracy"', 'metric="gone-metric"')
    (root / "competitions" / "tiny" / "competition.py").write_text(changed)
    line = complaint(podium(root, "train", "tiny", PYTHONPATH=str(others)))
    assert "entry point 'gone-metric' of podium.metrics must be a Metric" in line


def test_a_factory_of_the_competition_s_own_folder_trains_and_is_fitted_anew_when_its_file_changes(tmp_path):
    roster = {"constant": {}, "own": {"factory": "networks:small", "smoothing": 1e-6}}
    root = make_root(tmp_path, roster=roster, folds=2)
    file = root / "competitions" / "tiny" / "networks.py"
    ids = []
    for text in (OWN, OWN.replace("1e-9", "1e-8")):
        file.write_text(text)
        ran = podium(root, "train", "tiny")
        assert ran.returncode == 0, ran.stderr
        table = pd.read_csv(root / "submissions" / "tiny" / "toy" / "leaderboard.csv").set_index("name")
        ids.append(table.loc["own", "id"])
    assert table.loc["own", "score"] > table.loc["constant", "score"]
    assert ids[0] != ids[1]
