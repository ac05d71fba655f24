"""What must stay quick imports nothing that trains."""

import os
import subprocess
import sys

import pytest

from support.command_line import podium_imports

HEAVY = {"tensorflow", "keras", "xgboost", "sklearn", "kaggle"}


@pytest.mark.parametrize("words", [["list"], ["--help"], ["--version"]])
def test_a_quick_verb_loads_no_training_library(words, root):
    ran, loaded = podium_imports(root, *words)
    assert ran.returncode == 0, ran.stderr
    assert "podium" in loaded
    assert not loaded & (HEAVY | {"pandas", "numpy"})


def test_naming_a_model_by_its_content_loads_no_training_library():
    code = (
        "import sys; from types import SimpleNamespace; from podium.models.registry import MODELS, model_id\n"
        "kinds = ('classification', 'regression')\n"
        "tasks = {kind: SimpleNamespace(kind=kind, one_target=None) for kind in kinds}\n"
        "ids = {model_id(name, {}, 0, tasks[min(row.tasks)]) for name, row in MODELS.items()}\n"
        "print(len(ids), *{m.partition('.')[0] for m in sys.modules})"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    count, *loaded = ran.stdout.split()
    assert int(count) > 1
    assert not set(loaded) & HEAVY


def test_threads_that_wait_are_passive_before_anything_loads_openmp():
    """Beside another busy process boosting takes many times as long else."""
    code = """
import os, sys

class Spy:
    def find_spec(self, name, *_):
        if name in ("sklearn", "xgboost", "tensorflow"):
            print(os.environ.get("OMP_WAIT_POLICY"), flush=True)
            os._exit(0)

sys.meta_path.insert(0, Spy())
sys.argv = ["podium", "check", "digit-recognizer"]
from podium.cli import main
main()
"""
    env = {k: v for k, v in os.environ.items() if k != "OMP_WAIT_POLICY"}
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    assert ran.stdout.split() == ["PASSIVE"]


def test_every_model_finds_onednn_switched_on_when_it_imports_tensorflow():
    code = """
import os, sys

class Spy:
    def find_spec(self, name, *_):
        if name == "tensorflow":
            print("oneDNN:", os.environ.get("TF_ENABLE_ONEDNN_OPTS"), flush=True)
            os._exit(0)  # the rest would take seconds

sys.meta_path.insert(0, Spy())
from podium.models.registry import create
from podium.data.task import Classification
create("cnn", {}, 0, Classification([0, 1]))
"""
    env = {k: v for k, v in os.environ.items() if k != "TF_ENABLE_ONEDNN_OPTS"}
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    assert ran.stdout.split() == ["oneDNN:", "1"]
