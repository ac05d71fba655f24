"""Answers for rows that are in no file: what the same entry said of the same rows in training."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

from podium.pipeline.predictions import read_predictions
from podium.storage.store import Store
from support.command_line import answered, complaint, podium
from support.tiny import make_root

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
    """Files with the pixels of the first test rows."""
    table = pd.read_csv(store(root).root / "data" / "toy" / "test.csv").drop(columns="name")
    for row, pixels in enumerate(table.head(count).to_numpy()):
        (root / f"row {row}").write_text(",".join(map(str, pixels)))
    return [f"row {row}" for row in range(count)]


def choose(root, name):
    board = store(root).read_json(store(root).root / "leaderboard.json")
    for entry in board["entries"]:
        entry["submitted"] = entry["name"] == name
    (store(root).root / "leaderboard.json").write_text(json.dumps(board))


def by_fold(root, name):
    paths = sorted(store(root).root.glob(f"models/{name}-*/*.npz"))
    return [store(root).read_arrays(path)["test"] for path in paths]


def predicted_in_training(root, name):
    if name == "ridge":
        return np.mean(by_fold(root, name), axis=0)
    (path,) = store(root).root.glob(f"blends/{name}-*.npz")
    return read_predictions(store(root), path).test


CLASSES = ["even", "odd", "zero"]
P = [f"p({name})" for name in CLASSES]


@pytest.mark.parametrize("name", ENTRIES)
def test_a_row_gets_from_all_folds_what_it_got_in_training(root, config, name):
    choose(root, name)
    ran = podium(root, "predict", "tiny", *questions(root, 3), "--all-folds", **config)
    table, expected = answered(ran), predicted_in_training(root, name)[:3]
    assert list(table.columns) == ["input", "prediction", *P]
    assert table["input"].tolist() == ["row 0", "row 1", "row 2"]
    assert table["prediction"].tolist() == [CLASSES[code] for code in expected.argmax(axis=1)]
    assert table[P].to_numpy() == pytest.approx(expected, abs=2e-3)
    assert ran.stderr.startswith(f"{name}: accuracy 0.")
    assert ran.stderr.endswith(", trained on toy data\n")
    assert ran.stderr.count("\n") == 1


def test_the_first_fold_is_asked_and_json_says_the_same_as_csv_and_who_answered(root, config):
    choose(root, "ridge")
    files = questions(root, 3)
    table = answered(podium(root, "predict", "tiny", *files, **config))
    assert table[P].to_numpy() == pytest.approx(by_fold(root, "ridge")[0][:3], abs=1e-6)
    assert table[P].to_numpy() != pytest.approx(predicted_in_training(root, "ridge")[:3], abs=1e-3)
    told = json.loads(podium(root, "predict", "tiny", *files, "--json", **config).stdout)
    answers = pd.DataFrame(told.pop("answers"))
    pd.testing.assert_frame_equal(answers, table, check_dtype=False)
    assert told == {
        "competition": "tiny",
        "toy": True,
        "entry": "ridge",
        "metric": "accuracy",
        "score": pytest.approx(0.5, abs=0.4),
        "standard_error": pytest.approx(0.06, abs=0.03),
    }


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ((), "questions must be images, texts, or as many of both, got 0 images and 0 texts; give FILE"),
        (("a.png", "b.png", "--text", "one"), "as many of both, got 2 images and 1 texts"),
        (("--text", "one"), "a question must be an image, got a text: 'one'; give an image as FILE"),
        (("",), "a question must be an image, got nothing; give one"),
    ],
)
def test_a_question_that_does_not_fit_gets_one_line(root, config, asked, line):
    assert line in complaint(podium(root, "predict", "tiny", *asked, **config))


def test_members_without_weight_are_not_asked(root, config):
    choose(root, "greedy")
    (path,) = store(root).root.glob("blends/greedy-*.npz")
    weights = read_predictions(store(root), path).details["weights"]
    idle = {"gaussian-nb", "ridge"} - set(weights)
    for name in idle:
        for model in store(root).root.glob(f"models/{name}-*/*.model"):
            model.unlink()
    assert podium(root, "predict", "tiny", *questions(root, 1), **config).returncode == 0
    for model in store(root).root.glob("models/*/*.model"):
        model.unlink()
    assert "train again" in complaint(podium(root, "predict", "tiny", *questions(root, 1), **config))


def test_without_training_it_says_what_to_run(tmp_path, config):
    (tmp_path / "row").write_text(",".join("1" * 16))
    line = complaint(podium(make_root(tmp_path, ROSTER), "predict", "tiny", "row", **config))
    assert "run: podium submit tiny" in line


def test_a_parameter_that_was_changed_since_leaves_the_entry_of_the_last_run(root, config):
    before = answered(podium(root, "predict", "tiny", *questions(root, 1), **config))
    make_root(root, {**ROSTER, "ridge": {"alpha": 7.0}})
    assert answered(podium(root, "predict", "tiny", *questions(root, 1), **config)).equals(before)
    make_root(root, ROSTER)


def test_a_model_whose_code_was_changed_since_must_be_trained_again(root, config):
    """A job's id says which code it ran: that of another job stands for that of other code."""
    (path,) = (root / "submissions" / "tiny" / "toy").glob("models/ridge-*/job.json")
    kept = path.read_text()
    path.write_text(kept.replace('"seed": 0', '"seed": 1'))
    line = complaint(podium(root, "predict", "tiny", *questions(root, 1), **config))
    path.write_text(kept)
    assert "model 'ridge' must have been trained as it is now" in line


def test_a_competition_without_rows_says_what_is_missing(root, config):
    path = root / "competitions" / "tiny" / "competition.py"
    path.write_text(
        path.read_text().replace("    rows=rows,\n", "").replace("(-1, 4, 4, 1)", "(-1, 2, 8, 1)")
    )
    assert "no `rows`" in complaint(podium(root, "predict", "tiny", *questions(root, 1), **config))
