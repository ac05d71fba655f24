"""Answers for rows that are in no file: what the same entry said of the same rows in training."""

import json
import re
import shutil

import pandas as pd
import pytest

from podium.store import Store
from tiny import make_root, podium

ROSTER = {"constant": {}, "gaussian-nb": {}, "ridge": {}}
ENTRIES = ["ridge", "mean", "rank-mean", "weights", "greedy", "stacking"]


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    """Where the key lies that signs the models, the same for all runs here."""
    return {"XDG_CONFIG_HOME": str(tmp_path_factory.mktemp("config"))}


@pytest.fixture(scope="module")
def trained(tmp_path_factory, config):
    root = make_root(tmp_path_factory.mktemp("trained"), ROSTER)
    assert podium(root, "submit", "tiny", **config).returncode == 0
    return root


@pytest.fixture
def root(trained, tmp_path):
    return shutil.copytree(trained, tmp_path / "copy")


def store(root):
    return Store(root / "submissions" / "tiny" / "toy")


def questions(root, count):
    table = pd.read_csv(store(root).root / "data" / "toy" / "test.csv").drop(columns="name")
    return [",".join(map(str, row)) for row in table.head(count).to_numpy()]


def complaint(ran):
    assert ran.returncode == 2, ran.stdout + ran.stderr
    (line,) = ran.stderr.strip().splitlines()
    return line


def choose(root, name):
    board = store(root).read_json(store(root).root / "leaderboard.json")
    for entry in board["entries"]:
        entry["submitted"] = entry["name"] == name
    (store(root).root / "leaderboard.json").write_text(json.dumps(board))


def said_in_training(root, name):
    if name == "ridge":
        folds = [store(root).read_arrays(p)["test"] for p in store(root).root.glob("models/ridge-*/*.npz")]
        return sum(folds) / len(folds)
    (path,) = store(root).root.glob(f"blends/{name}-*.npz")
    return store(root).read_predictions(path).test


@pytest.mark.parametrize("name", ENTRIES)
def test_a_row_gets_what_it_got_in_training(root, config, name):
    choose(root, name)
    ran = podium(root, "predict", "tiny", *questions(root, 3), **config)
    assert ran.returncode == 0, ran.stderr
    first, *answers = ran.stdout.splitlines()
    assert first.startswith(f"{name}: accuracy 0.")
    assert first.endswith("trained on toy data")
    expected = said_in_training(root, name)[:3]
    for line, probabilities in zip(answers, expected, strict=True):
        label, p = re.match(r"(\w+) \(p = ([\d.]+)\): ", line).groups()
        assert label == ["even", "odd", "zero"][probabilities.argmax()]
        assert float(p) == pytest.approx(probabilities.max(), abs=2e-3)


def test_members_without_weight_are_not_asked(root, config):
    choose(root, "greedy")
    (path,) = store(root).root.glob("blends/greedy-*.npz")
    weights = store(root).read_predictions(path).details["weights"]
    idle = {"gaussian-nb", "ridge"} - set(weights)
    for name in idle:
        for model in store(root).root.glob(f"models/{name}-*/*.model"):
            model.unlink()
    assert podium(root, "predict", "tiny", *questions(root, 1), **config).returncode == 0
    for model in store(root).root.glob("models/*/*.model"):
        model.unlink()
    assert "train again" in complaint(podium(root, "predict", "tiny", *questions(root, 1), **config))


def test_without_training_it_says_what_to_run(tmp_path, config):
    question = ",".join("1" * 16)
    line = complaint(podium(make_root(tmp_path, ROSTER), "predict", "tiny", question, **config))
    assert "run: podium submit tiny" in line


def test_a_model_that_was_changed_since_must_be_trained_again(root, config):
    make_root(root, {**ROSTER, "ridge": {"alpha": 7.0}})
    line = complaint(podium(root, "predict", "tiny", *questions(root, 1), **config))
    assert "model 'ridge' must have been trained as it is now" in line


def test_a_competition_without_rows_says_what_is_missing(root, config):
    path = root / "competitions" / "tiny" / "competition.py"
    path.write_text(path.read_text().replace("    rows=rows,\n", ""))
    assert "no `rows`" in complaint(podium(root, "predict", "tiny", *questions(root, 1), **config))
