"""A real Ray cluster of three nodes on this machine: the same bytes as one process, also when a node dies."""

import os
import signal
import subprocess
import threading
import time

import psutil
import pytest

from podium.competition.registry import get_competition
from podium.errors import CompetitionError
from podium.models import registry
from podium.pipeline.engines import engine_maker
from podium.pipeline.progress import SilentProgress
from podium.pipeline.session import open_session
from podium.pipeline.train import train
from support.command_line import command, complaint, podium
from support.tiny import make_root

pytestmark = pytest.mark.slow
ray = pytest.importorskip("ray", reason="the extra `cluster` is not installed: pip install 'podium[cluster]'")

OWN = """
import os
import signal
import time
from pathlib import Path

from sklearn.naive_bayes import GaussianNB

MARKS = Path({marks!r})


def wait_for(name):
    for _ in range(600):
        if (MARKS / name).exists():
            return
        time.sleep(0.1)


class Bayes(GaussianNB):
    def fit(self, X, y):
        return super().fit(X.reshape(len(X), -1), y)

    def predict_proba(self, X):
        return super().predict_proba(X.reshape(len(X), -1))


class Patient(Bayes):
    def fit(self, X, y):
        (MARKS / f"runs-{{os.getpid()}}").touch()
        wait_for("node-killed")
        return super().fit(X, y)


class Talker(Bayes):
    def fit(self, X, y, on_epoch=None):
        on_epoch(2, 7, 0.5)
        wait_for("told")
        return super().fit(X, y)


class Deadly(Bayes):
    def fit(self, X, y):
        os.kill(os.getpid(), signal.SIGKILL)


class Slow(Bayes):
    def fit(self, X, y):
        (MARKS / "slow").write_text(str(os.getpid()))
        time.sleep(600)


def patient(task):
    return Patient()


def talker(task):
    return Talker()


def deadly(task):
    return Deadly()


def slow(task):
    return Slow()
"""
QUICK = {"constant": {}, "gaussian-nb": {}, "ridge": {}}


def own_root(folder, models=QUICK, **factories):
    """A competition with factories of its own, whose models leave marks in the folder."""
    roster = models | {name: {"factory": f"own:{factory}"} for name, factory in factories.items()}
    root = make_root(folder, roster, folds=3)
    (root / "competitions" / "tiny" / "own.py").write_text(OWN.format(marks=str(folder)))
    return root


def trained(root, address="", progress=None, until=None):
    """Return what a run in this process gave."""
    with open_session(get_competition(root, "tiny"), root, None) as session:
        engines = engine_maker("ray" if address else "serial", session, address)
        return train(session, [], progress or SilentProgress(), engines=engines, until=until)


def equal(a, b):
    pairs = zip(a.predictions, b.predictions, strict=True)
    return all(p.id == q.id and (p.oof == q.oof).all() and (p.test == q.test).all() for p, q in pairs)


def wait_until(is_so):
    end = time.monotonic() + 120
    while not is_so() and time.monotonic() < end:
        time.sleep(0.05)
    assert is_so()


@pytest.fixture(scope="module")
def cluster():
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    for _ in range(2):
        cluster.add_node(num_cpus=1)
    yield cluster
    ray.shutdown()
    cluster.shutdown()


def raylet(node):
    return node.all_processes["raylet"][0].process.pid


def kill_a_busy_node(cluster, folder):
    """Kill a node of the cluster, but not its head, while it fits."""

    def busy():
        running = [int(path.name.partition("-")[2]) for path in folder.glob("runs-*")]
        above = {parent.pid for pid in running for parent in psutil.Process(pid).parents()}
        return [node for node in cluster.worker_nodes if raylet(node) in above]

    wait_until(busy)
    cluster.remove_node(busy()[0], allow_graceful=False)
    (folder / "node-killed").touch()


def test_a_cluster_gives_the_bytes_of_one_process_though_a_node_dies(cluster, tmp_path):
    models = QUICK | {"multinomial-nb": {}, "mlp": {"epochs": 2}}
    root = own_root(tmp_path / "cluster", models, patient="patient")
    killer = threading.Thread(target=kill_a_busy_node, args=(cluster, tmp_path / "cluster"))
    killer.start()
    found = trained(root, cluster.address)
    killer.join()
    cluster.add_node(num_cpus=1)
    assert (tmp_path / "cluster" / "node-killed").exists()
    assert not found.failures
    alone = own_root(tmp_path / "alone", models, patient="patient")
    (tmp_path / "alone" / "node-killed").touch()
    assert equal(found, trained(alone))


def test_a_fit_that_kills_its_worker_is_a_row_and_the_others_go_on_and_tell_of_their_epochs(
    cluster, tmp_path
):
    class Heard(SilentProgress):
        def epoch_ended(self, *epoch):
            told.append(epoch)
            (tmp_path / "told").touch()

    told = []
    found = trained(own_root(tmp_path, talker="talker", deadly="deadly"), cluster.address, Heard())
    assert "died 3 times" in found.failures["deadly"]
    assert {*QUICK, "talker"} <= {p.name for p in found.predictions}
    assert ("talker", 0, 2, 7, 0.5) in told


def test_what_still_runs_at_the_end_of_the_budget_is_given_up(cluster, tmp_path):
    root = own_root(tmp_path, {"constant": {}}, slow="slow")
    began = time.monotonic()
    found = trained(root, cluster.address, until=began + 20)
    assert time.monotonic() - began < 20 + 30
    assert found.unfinished == {"slow": "0 of 3 folds"}
    wait_until(lambda: not psutil.pid_exists(int((tmp_path / "slow").read_text())))


def test_a_node_with_another_version_of_a_library_is_refused():
    from podium.pipeline.ray_engine import require_versions

    here = registry.versions("ridge", {}, "classification")
    require_versions(here)
    with pytest.raises(CompetitionError, match=r"got scikit-learn .* for 0\.1; install podium there"):
        require_versions(here | {"scikit-learn": "0.1"})


def test_only_the_python_files_of_the_competition_are_sent(tmp_path):
    from podium.pipeline.ray_engine import _own_code

    code = tmp_path / "tiny"
    for name in (
        "competition.py",
        "nets/own.py",
        "notes.md",
        "data/train.csv",
        "data/script.py",
        ".hidden/a.py",
    ):
        (code / name).parent.mkdir(parents=True, exist_ok=True)
        (code / name).touch()
    (tmp_path / "copy").mkdir()
    _own_code(code, tmp_path / "copy")
    found = {str(p.relative_to(tmp_path / "copy")) for p in tmp_path.glob("copy/**/*") if p.is_file()}
    package = "podium_competitions"
    assert found == {
        f"{package}/__init__.py",
        f"{package}/tiny/competition.py",
        f"{package}/tiny/nets/own.py",
    }


def test_a_cluster_is_started_for_a_run_and_ended_by_ctrl_c(tmp_path):
    root = own_root(tmp_path, {"constant": {}}, slow="slow")
    with (tmp_path / "errors").open("w") as errors:
        process = subprocess.Popen(
            command("submit", "tiny", "--engine", "ray"), cwd=root, stderr=errors, stdout=subprocess.DEVNULL
        )
        wait_until((tmp_path / "slow").exists)
        started = psutil.Process(process.pid).children(recursive=True)
        pressed = time.monotonic()
        os.kill(process.pid, signal.SIGINT)
        process.wait()
    assert time.monotonic() - pressed < 2
    assert process.returncode == 130
    said = (tmp_path / "errors").read_text()
    assert said.startswith("podium: stopped; ")
    assert said.count("\n") == 1
    assert not psutil.wait_procs(started, timeout=10)[1]


def test_an_address_where_no_cluster_is_is_refused(tmp_path):
    ran = podium(own_root(tmp_path), "train", "tiny", "--engine", "ray", "--address", "127.0.0.1:1")
    assert "--address must be the HOST:PORT of a Ray cluster" in complaint(ran)
