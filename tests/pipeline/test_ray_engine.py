"""A real Ray cluster of three nodes on this machine: the same bytes as one process, also when a node dies."""

import signal
import subprocess
import time

import pytest

from podium.competition.registry import get_competition
from podium.pipeline.engines import engine_maker
from podium.pipeline.session import open_session
from podium.pipeline.train import train
from support.command_line import command, complaint, podium
from support.makers import Silent
from support.tiny import make_root

pytestmark = pytest.mark.slow
ray = pytest.importorskip("ray", reason="the extra `cluster` is not installed")

OWN = """
import os
import signal
import time
from pathlib import Path

from sklearn.naive_bayes import GaussianNB


class Bayes(GaussianNB):
    def fit(self, X, y):
        return super().fit(X.reshape(len(X), -1), y)

    def predict_proba(self, X):
        return super().predict_proba(X.reshape(len(X), -1))


class Patient(Bayes):
    def fit(self, X, y):
        time.sleep(2)
        return super().fit(X, y)


class Deadly(Bayes):
    def fit(self, X, y):
        os.kill(os.getpid(), signal.SIGKILL)


def patient(task):
    return Patient()


def deadly(task):
    return Deadly()
"""


def own_root(folder, **factories):
    roster = {"constant": {}, "gaussian-nb": {}, "ridge": {}}
    roster |= {name: {"factory": f"own:{factory}"} for name, factory in factories.items()}
    root = make_root(folder, roster, folds=3)
    (root / "competitions" / "tiny" / "own.py").write_text(OWN)
    return root


class Noted(Silent):
    """Progress that calls a function when a fold ends."""

    def __init__(self, then=lambda model, fold: None):
        self.then = then

    def fold_ended(self, model, fold, *_):
        self.then(model, fold)


def trained(root, address, progress=None):
    competition = get_competition(root, "tiny")
    with open_session(competition, root, None) as session:
        engines = engine_maker("ray", session, address)
        return train(session, [], progress or Noted(), engines=engines)


def one_by_one(root):
    with open_session(get_competition(root, "tiny"), root, None) as session:
        return train(session, [], Noted())


def equal(a, b):
    pairs = zip(a.predictions, b.predictions, strict=True)
    return all(p.id == q.id and (p.oof == q.oof).all() and (p.test == q.test).all() for p, q in pairs)


@pytest.fixture
def cluster():
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    cluster.workers = [cluster.add_node(num_cpus=1) for _ in range(2)]
    yield cluster
    ray.shutdown()
    cluster.shutdown()


def test_a_cluster_gives_the_bytes_of_one_process_though_a_node_dies(cluster, tmp_path):
    root = own_root(tmp_path / "cluster", patient="patient")
    killed = []

    def kill_a_node(model, fold):
        if model == "patient" and not killed:
            killed.append(cluster.workers[0])
            cluster.remove_node(cluster.workers[0], allow_graceful=False)

    found = trained(root, cluster.address, Noted(kill_a_node))
    assert killed
    assert not found.failures
    assert equal(found, one_by_one(own_root(tmp_path / "alone", patient="patient")))


def test_a_fit_that_kills_its_worker_is_a_row_and_the_others_go_on(cluster, tmp_path):
    found = trained(own_root(tmp_path, deadly="deadly"), cluster.address)
    assert "died 3 times" in found.failures.get("deadly", ""), (found.failures, found.unfinished)
    assert {"constant", "gaussian-nb", "ridge"} <= {p.name for p in found.predictions}


def test_epochs_reach_the_driver(cluster, tmp_path):
    root = make_root(tmp_path, {"constant": {}, "mlp": {"epochs": 300}}, folds=2)
    told = []

    class Epochs(Noted):
        def epoch_ended(self, model, fold, epoch, epochs, loss):
            told.append((model, epochs))

    trained(root, cluster.address, Epochs())
    assert ("mlp", 300) in told


def test_a_cluster_is_started_for_a_run_and_ended_by_ctrl_c(tmp_path):
    root = own_root(tmp_path, patient="patient")
    errors = tmp_path / "errors"
    with errors.open("w") as stderr:
        process = subprocess.Popen(
            command("submit", "tiny", "--engine", "ray"), cwd=root, stderr=stderr, stdout=subprocess.PIPE
        )
        for line in process.stdout:
            if b"patient" in line:
                break
        pressed = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.wait()
    assert time.monotonic() - pressed < 5
    assert process.returncode == 130
    assert errors.read_text().startswith("podium: stopped; ")
    ran = podium(root, "submit", "tiny", "--engine", "ray")
    assert ran.returncode == 0, ran.stderr
    assert "kept from an earlier run" in ran.stdout


def test_an_address_where_no_cluster_is_is_refused(tmp_path):
    root = own_root(tmp_path)
    line = complaint(podium(root, "train", "tiny", "--engine", "ray", "--address", "127.0.0.1:1"))
    assert "--address must be that of a Ray cluster" in line
