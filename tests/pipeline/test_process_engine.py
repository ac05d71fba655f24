"""Fits side by side in processes: the same bytes as one by one, whatever is killed, interrupted or too
large."""

import json
import os
import re
import signal
import time
from contextlib import closing

import numpy as np
import pandas as pd
import psutil
import pytest
from loky import cpu_count

from podium.errors import CompetitionError
from podium.pipeline.folds import Folds
from podium.pipeline.process_engine import ProcessEngine
from support.command_line import podium, started
from support.makers import make_dataset
from support.tiny import make_root

QUICK = {"constant": {}, "gaussian-nb": {}, "ridge": {}, "multinomial-nb": {}}
OWN = """
import json
import os
import signal
import time
from pathlib import Path

from sklearn.naive_bayes import GaussianNB

HERE = Path(__file__).parent
AT_IMPORT = {name: os.environ.get(name) for name in ("OMP_NUM_THREADS", "OMP_WAIT_POLICY")}


class Bayes(GaussianNB):
    def fit(self, X, y):
        return super().fit(X.reshape(len(X), -1), y)

    def predict_proba(self, X):
        return super().predict_proba(X.reshape(len(X), -1))


class Recorder(Bayes):
    def fit(self, X, y):
        (HERE / f"process-{os.getpid()}.json").write_text(json.dumps(AT_IMPORT))
        return super().fit(X, y)


class Deadly(Bayes):
    def fit(self, X, y):
        os.kill(os.getpid(), signal.SIGKILL)


class DeadlyOnce(Bayes):
    def fit(self, X, y):
        mark = HERE / "died"
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().fit(X, y)


class Slow(Bayes):
    def fit(self, X, y):
        (HERE / "slow").touch()
        time.sleep(60)


def recorder(task):
    return Recorder()


def deadly(task):
    return Deadly()


def deadly_once(task):
    return DeadlyOnce()


def slow(task):
    return Slow()
"""


def own_root(folder, **factories):
    roster = {"constant": {}, "gaussian-nb": {}}
    roster |= {name: {"factory": f"own:{factory}"} for name, factory in factories.items()}
    root = make_root(folder, roster, folds=2)
    (root / "competitions" / "tiny" / "own.py").write_text(OWN)
    return root


def run(root, *words):
    return podium(root, "submit", "tiny", *words, PODIUM_ENGINE="processes")


def store(root):
    return root / "submissions" / "tiny" / "toy"


def board(root):
    return pd.read_csv(store(root) / "leaderboard.csv").set_index("name")


def the_csv(root):
    (path,) = store(root).glob("toy-submission-*.csv")
    return path


def start(root, folder):
    environment = {**os.environ, "PODIUM_ENGINE": "processes"}
    return started(root, ["submit", "tiny"], [folder / "stdout", folder / "stderr"], environment)


def wait_for(path):
    deadline = time.monotonic() + 60
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert path.exists()


@pytest.fixture(scope="module")
def one_by_one(tmp_path_factory):
    root = make_root(tmp_path_factory.mktemp("serial"), {**QUICK, "mlp": {"epochs": 2}}, folds=2)
    assert podium(root, "submit", "tiny").returncode == 0
    return root


def test_processes_give_the_bytes_of_one_process(one_by_one, tmp_path):
    root = make_root(tmp_path, {**QUICK, "mlp": {"epochs": 2}}, folds=2)
    ran = run(root)
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    assert the_csv(root).name == the_csv(one_by_one).name
    assert the_csv(root).read_bytes() == the_csv(one_by_one).read_bytes()
    assert not list(store(root).glob(".shared-*"))


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """A run of models that look around, or kill their process."""
    root = own_root(tmp_path_factory.mktemp("odd"), recorder="recorder", once="deadly_once", deadly="deadly")
    return root, run(root)


@pytest.mark.slow
def test_a_process_has_its_threads_set_before_it_imports_anything(odd):
    root, _ = odd
    found = [json.loads(path.read_text()) for path in root.glob("competitions/tiny/process-*.json")]
    assert found
    assert all(f == {"OMP_NUM_THREADS": str(cpu_count()), "OMP_WAIT_POLICY": "PASSIVE"} for f in found)


@pytest.mark.slow
def test_a_fit_whose_process_dies_is_tried_again(odd):
    root, _ = odd
    assert board(root).loc["once", "kind"] == "model"


@pytest.mark.slow
def test_a_model_that_always_kills_its_process_is_a_row_and_the_others_go_on(odd):
    root, ran = odd
    assert ran.returncode == 1
    assert "died 3 times" in board(root).loc["deadly", "note"]
    assert board(root).loc["gaussian-nb", "kind"] == "model"
    assert the_csv(root).exists()


def test_ctrl_c_ends_a_run_at_once_and_says_how_to_go_on(tmp_path):
    root = own_root(tmp_path, slow="slow")
    process = start(root, tmp_path)
    wait_for(root / "competitions" / "tiny" / "slow")
    pressed = time.monotonic()
    os.kill(process.pid, signal.SIGINT)
    process.join()
    assert time.monotonic() - pressed < 10  # two seconds alone on the machine; the model sleeps for sixty
    assert process.exitcode == 130
    said = (tmp_path / "stderr").read_text()
    assert said.startswith("podium: stopped; ")
    assert said.count("\n") == 1
    assert list(store(root).glob("models/constant-*/fold-*.npz"))


@pytest.mark.slow
def test_the_processes_of_a_killed_run_end_and_the_next_run_goes_on(tmp_path):
    root = own_root(tmp_path, slow="slow")
    process = start(root, tmp_path)
    wait_for(root / "competitions" / "tiny" / "slow")
    workers = psutil.Process(process.pid).children(recursive=True)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    _, alive = psutil.wait_procs(workers, timeout=5)
    assert not alive
    ran = run(root, "--models", "gaussian-nb")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("kept from an earlier run") == 4
    assert not list(store(root).glob(".shared-*"))


def test_a_budget_ends_a_run_that_would_overrun_with_a_submission(tmp_path):
    root = own_root(tmp_path, slow="slow")
    began = time.monotonic()
    ran = run(root, "--budget", "8s")
    assert ran.returncode == 0, ran.stderr
    assert time.monotonic() - began < 8 + 30
    assert board(root).loc["slow", ["kind", "note"]].tolist() == ["unfinished", "0 of 2 folds"]
    assert re.search(r"the time did not suffice for: .*\bslow; run again to go on", ran.stdout)
    assert the_csv(root).exists()


def test_a_data_set_that_cannot_be_sent_to_a_process_is_refused_in_one_line(tmp_path):
    folds = Folds(np.arange(12) % 3)
    dataset = make_dataset(np.arange(12) % 2, X=np.array([lambda: 1] * 12))
    engine = ProcessEngine(dataset, folds, code=tmp_path / "pets", folder=tmp_path)
    with closing(engine), pytest.raises(CompetitionError, match="'pets' must be one that can be pickled"):
        engine._data()
