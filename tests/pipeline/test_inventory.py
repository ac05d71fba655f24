"""What is stored of models is listed, one is forgotten, and what nothing needs is removed."""

import json
import re

import pandas as pd
import pytest

from support.command_line import complaint, podium
from support.tiny import make_root

ROSTER = {"constant": {}, "gaussian-nb": {}, "ridge": {"alpha": 3.0}, "multinomial-nb": {}}


def store(root):
    return root / "submissions" / "tiny" / "toy"


def folders(root):
    return {path.parent.name.rpartition("-")[0] for path in store(root).glob("models/*/job.json")}


@pytest.fixture
def root(tmp_path):
    """A checkout in which all models but one of the roster were trained."""
    root = make_root(tmp_path, ROSTER, folds=3)
    ran = podium(root, "submit", "tiny", "--models", "gaussian-nb,ridge,sgd")
    assert ran.returncode == 0, ran.stderr
    return root


def test_the_roster_is_listed_with_what_is_stored(root):
    ran = podium(root, "models", "tiny")
    assert ran.returncode == 0, ran.stderr
    lines = {line.split()[0]: line for line in ran.stdout.splitlines()}
    assert list(lines) == ["model", *ROSTER, "sgd"]
    assert " 3/3 " in lines["ridge"]
    assert re.search(r" 0\.\d{5} ", lines["ridge"])
    assert '{"alpha": 3.0}' in lines["ridge"]
    assert " 0/3 " in lines["multinomial-nb"]
    assert " 3/3 " in lines["sgd"]


def test_a_forgotten_model_is_off_the_next_board(root):
    ran = podium(root, "forget", "tiny", "sgd")
    assert ran.stdout.startswith("sgd: 1 stored removed; next: podium train tiny")
    assert folders(root) == {"constant", "gaussian-nb", "ridge"}
    assert podium(root, "train", "tiny", "--models", "ridge").returncode == 0
    names = set(pd.read_csv(store(root) / "leaderboard.csv")["name"])
    assert "sgd" not in names
    assert "gaussian-nb" in names
    assert "no model 'rigde'; did you mean 'ridge'?" in complaint(podium(root, "forget", "tiny", "rigde"))


def test_what_neither_the_board_nor_a_submission_needs_is_removed(root):
    kept = {path.name for path in store(root).glob("models/*-*")}
    make_root(root, {**ROSTER, "ridge": {"alpha": 9.0}}, folds=3)
    assert podium(root, "train", "tiny", "--models", "ridge").returncode == 0
    added = {path.name for path in store(root).glob("models/*-*")} - kept
    (manifest,) = store(root).glob("toy-submission-*.json")
    in_manifest = {f"{m['name']}-{m['id']}" for m in json.loads(manifest.read_text())["models"]}
    freed = float(re.search(r"tiny: (.*) MB freed", podium(root, "clean", "tiny").stdout)[1])
    left = {path.name for path in store(root).glob("models/*-*")}
    board = json.loads((store(root) / "leaderboard.json").read_text())["entries"]
    on_board = {f"{e['name']}-{e['id']}" for e in board if e["kind"] == "model"}
    assert left == on_board | in_manifest
    assert added <= left
    assert freed >= 0
    manifest.unlink()
    podium(root, "clean", "tiny")
    assert {path.name for path in store(root).glob("models/*-*")} == on_board
    assert podium(root, "report", "tiny").returncode == 0
