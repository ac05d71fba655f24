"""Search spaces stand beside factories, hold what the factories take, and change no fit."""

import importlib

import pytest

from podium.errors import ModelError
from podium.models import registry
from podium.models.search_space import search_space
from podium.pipeline.trials import Trial, known_values, propose
from podium.storage.code_version import declared_spaces
from support.makers import create, task_of

KINDS = ["classification", "regression"]
MODULES = sorted({row.factory.partition(":")[0] for row in registry.MODELS.values()})
ASKED = [
    "table-xgboost",
    "table-hist-gradient-boosting",
    "table-random-forest",
    "table-ridge",
    "table-logistic-regression",
    "text-ridge",
    "text-logistic-regression",
    "text-sgd",
]


def tunable():
    named = {name: row.factory.partition(":") for name, row in registry.MODELS.items()}
    return [name for name, (module, _, f) in named.items() if f in (declared_spaces(module) or {})]


def space_of(name):
    return search_space(name, {}, registry.find(name, KINDS).tasks)


def test_the_usual_models_of_tables_and_texts_have_a_space():
    assert set(ASKED) <= set(tunable())


@pytest.mark.parametrize("module", [m for m in MODULES if declared_spaces(m)])
def test_every_space_is_that_of_a_factory(module):
    factories = {row.factory for row in registry.MODELS.values()}
    assert {f"{module}:{function}" for function in declared_spaces(module)} <= factories
    assert declared_spaces(module) == importlib.import_module(module).SPACES


@pytest.mark.parametrize("name", tunable())
def test_what_is_proposed_are_parameters_that_the_model_takes(name):
    space = space_of(name)
    for kind in registry.find(name, KINDS).tasks & set(KINDS):
        for number in range(3):
            params = propose([Trial(0, {}, "", "complete", 5, 0.5, 0.5)] * (number + 1), space, seed=0)
            assert params.keys() == space.keys()
            model = create(name, params, seed=0, regression=kind == "regression")
            assert known_values(model, space) == params


def test_what_the_roster_leaves_out_is_known_from_the_model():
    space = space_of("table-xgboost")
    known = known_values(registry.create("table-xgboost", {"max_depth": 99}, 0, task_of()), space)
    assert known["learning_rate"] == 0.05
    assert "max_depth" not in known
    assert "reg_lambda" not in known


@pytest.mark.parametrize(
    ("spaces", "message"),
    [
        ('{"make": {"a": (1.0, 2)}}', r"must be \(low, high\)"),
        ('{"make": {"a": (2, 1)}}', r"must be \(low, high\)"),
        ('{"make": {"a": (0.0, 1.0, "log")}}', r"must be \(low, high\)"),
        ('{"make": {"a": (1, 2, "lin")}}', r"must be \(low, high\)"),
        ('{"make": {"a": []}}', r"must be \(low, high\)"),
        ('{"make": {"a": 3}}', r"must be \(low, high\)"),
        ('{"make": {"a": (3,)}}', r"must be \(low, high\)"),
        ('{"make": [1]}', "must map factories to their spaces"),
        ("3", "must map factories to their spaces"),
        ("dict(make=1)", "must be written out as a literal"),
        ('{"other": {"a": [1]}}', "must have a search space to be tuned"),
        ('{"make": {}}', "must have a search space to be tuned"),
    ],
)
def test_a_space_of_another_form_is_refused(tmp_path, monkeypatch, spaces, message):
    name = f"odd_{abs(hash(spaces))}"
    (tmp_path / f"{name}.py").write_text(f"SPACES = {spaces}\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModelError, match=message) as refused:
        search_space("mine", {"factory": f"{name}:make"}, KINDS)
    assert len(str(refused.value)) <= 300


def test_a_space_may_have_a_type(tmp_path, monkeypatch):
    (tmp_path / "typed.py").write_text('SPACES: dict = {"make": {"a": [1, 2]}}\n')
    monkeypatch.syspath_prepend(tmp_path)
    assert search_space("mine", {"factory": "typed:make"}, KINDS) == {"a": [1, 2]}
