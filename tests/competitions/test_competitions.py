"""Every competition folder works on its own toy data."""

import ast
import importlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from podium.competition.registry import get_competition, list_names
from podium.scaffold.smoke_test import check_competition

ROOT = Path(__file__).parents[2]
MODULES = sorted(ROOT.glob("competitions/*/*.py"))
LOOPS = (ast.DictComp, ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.Lambda)


QUICK = "digit-recognizer"  # the others take ten seconds each


@pytest.mark.parametrize(
    "name", [QUICK, *(pytest.param(n, marks=pytest.mark.slow) for n in list_names(ROOT) if n != QUICK)]
)
def test_check_passes(name):
    competition = get_competition(ROOT, name)
    lines = list(check_competition(competition))
    assert [line.partition(":")[0] for line in lines] == ["toy data", *competition.roster, "submission"]


@pytest.mark.parametrize("name", list_names(ROOT))
def test_toy_data_is_the_same_each_time(name, tmp_path):
    competition = get_competition(ROOT, name)
    ids = []
    for folder in (tmp_path / "once", tmp_path / "again"):
        folder.mkdir()
        competition.toy(folder)
        ids.append(competition.load(folder).id)
    assert ids[0] == ids[1]


@pytest.mark.parametrize("name", list_names(ROOT))
def test_a_competition_owns_what_it_names(name):
    """Each factory of its own folder is there, and takes the competition's task."""
    competition = get_competition(ROOT, name)
    for model, params in competition.models(is_toy=True).items():
        if "factory" in params:
            module, _, function = params["factory"].partition(":")
            assert module.startswith(f"competitions.{name}."), model
            assert callable(getattr(importlib.import_module(module), function))


def test_podium_names_no_model_of_a_competition():
    competitions = [get_competition(ROOT, name) for name in list_names(ROOT)]
    own = {model for c in competitions for model, params in c.roster.items() if "factory" in params}
    assert {"profesor", "cnn-small"} <= own
    source = "".join(path.read_text() for path in (ROOT / "src" / "podium").rglob("*.py"))
    assert [model for model in own if f'"{model}"' in source] == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_line_says_one_thing(path):
    """No walrus, and no two values assigned at once."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    assert [node.lineno for node in nodes if isinstance(node, ast.NamedExpr)] == []
    pairs = [n for n in nodes if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Tuple)]
    assert [node.lineno for node in pairs if isinstance(node.value, ast.Tuple)] == []


@pytest.mark.parametrize("name", list_names(ROOT))
def test_a_declaration_reads_like_a_form(name):
    """What it lists, it lists line by line: nothing is put together from other dictionaries or in loops."""
    tree = ast.parse((ROOT / "competitions" / name / "competition.py").read_text())
    (declared,) = [node for node in tree.body if isinstance(node, ast.Assign) and names_competition(node)]
    lists = [field.value for field in declared.value.keywords if isinstance(field.value, ast.Dict)]
    assert all(isinstance(key, ast.Constant) for listed in lists for key in listed.keys)
    assert not any(isinstance(node, LOOPS) for node in ast.walk(declared))


def names_competition(node):
    return isinstance(node.targets[0], ast.Name) and node.targets[0].id == "COMPETITION"


def test_digits_keep_their_pixels_and_labels(tmp_path):
    competition = get_competition(ROOT, "digit-recognizer")
    competition.toy(tmp_path)
    dataset = competition.load(tmp_path)
    table = pd.read_csv(tmp_path / "train.csv")
    assert (dataset.task.classes[dataset.y] == table["label"]).all()
    row, line, column = 7, 13, 14
    assert dataset.X[row, line, column, 0] == table.loc[row, f"pixel{28 * line + column}"]
    assert dataset.X.dtype == np.uint8
    assert dataset.test_ids.tolist() == list(range(1, len(dataset.X_test) + 1))
