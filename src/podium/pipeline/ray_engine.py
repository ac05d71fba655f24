"""Fits on a Ray cluster (Moritz et al. 2018, "Ray: A Distributed Framework for Emerging AI Applications").

The data set goes to Ray's object store once. podium and the Python files of the competition are sent to the
nodes; nothing else of the checkout is, and no environment variable but the numbers of threads.
"""

from __future__ import annotations

import importlib
import logging
import math
import os
import shutil
import socket
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
import ray
from loky import cpu_count
from ray.exceptions import RayError, RaySystemError, RayTaskError, RuntimeEnvSetupError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

import podium
from podium.competition.registry import look_first_in
from podium.data.dataset import Dataset
from podium.errors import CompetitionError, ModelError
from podium.models import registry
from podium.models.callbacks import OnEpoch
from podium.pipeline import worker
from podium.pipeline.engine import Failed, Fit, Fitted, Listener, WorkerEngine
from podium.pipeline.folds import Folds
from podium.pipeline.process_engine import environment
from podium.pipeline.ray_data import pack, unpack
from podium.storage.code_version import library_version

COPIES = "podium_competitions"  # the package in which a competition's own modules are sent
POLL = 0.2  # seconds between two looks at epochs, at the nodes and at the clock

REACH = 5.0  # seconds in which a cluster must answer

Versions = Mapping[str, str | None]


@dataclass(frozen=True)
class Node:
    """What a machine of the cluster offers to fits."""

    cpus: int
    gpus: int
    memory: int


class RayEngine(WorkerEngine):
    """Runs fits on the cluster at an address, or on one that it starts on this machine and ends again.

    A fit that uses one thread takes one CPU of the cluster; one that uses all cores takes as many as the
    smallest node has, and a GPU where there is one and the model can use it. `code` is the competition's
    folder.
    """

    def __init__(self, dataset: Dataset, folds: Folds, code: Path, address: str | None = None):
        super().__init__()
        self.name = code.name
        self.kind = dataset.task.kind
        self.copy = TemporaryDirectory(prefix="podium-code-")
        _connect(address, [str(Path(podium.__file__).parent), _own_code(code, Path(self.copy.name))])
        try:
            self.nodes = _nodes()
            self.cores = sum(node.cpus for node in self.nodes)
            # One that was started here sees the files of this machine.
            shared = (dataset, folds) if address is None else pack((dataset, folds), ray.put)
            self.shared = ray.put(shared)
            self.board = _here(ray.remote(EpochBoard)).remote()
            self.noted = self.board.take.remote()
            self.run_fit = ray.remote(max_retries=0)(_run)
            self.run_on_gpu = ray.remote(max_retries=0, num_gpus=1)(_run)  # its process ends with the fit
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give up what runs, and leave the cluster; one that was started for this run ends."""
        for handle in self.running:
            ray.cancel(handle, force=True)
        _kill_autoscaler()
        ray.shutdown()
        self.copy.cleanup()

    def _has_room(self, fit: Fit) -> bool:
        asked = [self._asked(other) for other in (fit, *self.running.values())]
        cpus = sum(node.cpus for node in self.nodes)
        gpus = sum(node.gpus for node in self.nodes)
        return sum(one.cpus for one in asked) <= cpus and sum(one.gpus for one in asked) <= gpus

    def _asked(self, fit: Fit) -> Node:
        """Return what a fit takes of a node."""
        cpus = min(node.cpus for node in self.nodes) if fit.cost.all_cores else 1
        could_use_gpu = any(node.gpus and fit.memory <= node.memory for node in self.nodes)
        return Node(cpus, int(fit.cost.can_use_gpu and could_use_gpu), fit.memory)

    def _require_memory(self, fit: Fit) -> None:
        most = max(node.memory for node in self.nodes)
        if fit.memory > most:
            raise ModelError(
                f"a fit of model {fit.job.model!r} must have about {fit.memory / 1e9:.1f} GB of memory, "
                f"found {most / 1e9:.1f} GB on the largest node; add a larger one, or train on fewer rows"
            )

    def _submit(self, fit: Fit) -> Any:
        asked = self._asked(fit)
        run_fit = (self.run_on_gpu if asked.gpus else self.run_fit).options(
            num_cpus=asked.cpus,
            num_gpus=asked.gpus,
            memory=asked.memory,
            runtime_env={"env_vars": environment(asked.cpus)},
        )
        versions = registry.versions(fit.job.model, fit.job.params, self.kind)
        # In a list, so that it is fetched by the worker, once for all its fits.
        return run_fit.remote([self.shared], fit, versions, self.board, self.name)

    def _finished(self) -> Collection[Any]:
        self.nodes = _nodes()
        if not self.running:
            time.sleep(POLL)
            return []
        ended, _ = ray.wait(list(self.running), num_returns=1, timeout=POLL)
        return ended

    def _result(self, handle: Any, fit: Fit) -> Fitted | Failed | None:
        try:
            return ray.get(handle)
        except (RuntimeEnvSetupError, RayTaskError, RaySystemError) as error:
            # No model's: `worker.run` returns what a model raises.
            reason = str(getattr(error, "cause", None) or error).strip().splitlines()[-1]
            raise CompetitionError(
                "each node of the cluster must be able to run podium, and have the packages of "
                f"constraints.txt, got: {reason[:150]}"
            ) from error
        except RayError:  # the worker or its node has died, or what it gave is lost
            return self._died(fit)

    def _tell_epochs(self, listener: Listener) -> None:
        ended, _ = ray.wait([self.noted], timeout=0)
        if not ended:
            return
        for (model, fold), epoch in ray.get(self.noted).items():
            listener.epoch_ended(model, fold, *epoch)
        self.noted = self.board.take.remote()


class EpochBoard:
    """The last epoch of each fit, noted by workers and taken by the driver."""

    def __init__(self) -> None:
        self.noted: dict[tuple[str, int], tuple[int, int, float]] = {}

    def note(self, model: str, fold: int, *epoch: Any) -> None:
        """Take note of an epoch, the number of epochs, and the loss."""
        self.noted[model, fold] = epoch

    def take(self) -> dict[tuple[str, int], tuple[int, int, float]]:
        """Return what was noted since the last time."""
        noted = self.noted
        self.noted = {}
        return noted


def _run(shared: list[Any], fit: Fit, versions: Versions, board: Any, name: str) -> Fitted | Failed:
    """Run a fit of the competition of that name in a worker of the cluster, which loads the data once for all
    its fits."""
    if not hasattr(worker.Worker, "dataset"):
        (place,) = importlib.import_module(COPIES).__path__
        look_first_in(Path(place), name)
        sent = ray.get(shared[0])
        worker.Worker.dataset, worker.Worker.folds = (
            sent if isinstance(sent, tuple) else unpack(sent, ray.get)
        )
    try:
        require_versions(versions)
    except CompetitionError as error:
        return Failed.of(fit, error)
    return worker.run(fit, _noting(board, fit))


def require_versions(versions: Versions) -> None:
    """Raise CompetitionError where a library has another version here than the driver has: what a fit gave
    would be kept under the wrong id."""
    here = {name: library_version(name) for name in versions}
    other = [f"{name} {here[name]} for {known}" for name, known in versions.items() if known != here[name]]
    if other:
        raise CompetitionError(
            f"node {ray.util.get_node_ip_address()} must have the libraries of this machine, got "
            f"{', '.join(other)[:120]}; install podium there with the same constraints.txt"
        )


def _noting(board: Any, fit: Fit) -> OnEpoch:
    """Return what notes the epochs of a fit, a few in a second at most."""
    last = -math.inf

    def note(*epoch: Any) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= POLL:
            last = now
            board.note.remote(fit.job.model, fit.fold, *epoch)

    return note


def _connect(address: str | None, modules: list[str]) -> None:
    """Join the cluster at the address, or start one on this machine."""
    if address:
        _require_reachable(address)
    start = {} if address else {"num_cpus": cpu_count(), "include_dashboard": False}
    try:
        ray.init(
            address=address or "local",
            runtime_env={"py_modules": modules},
            log_to_driver=False,
            logging_level=logging.ERROR,
            **start,
        )
    except (ConnectionError, ValueError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:120]
        if address is None:
            raise CompetitionError(f"--engine ray must start Ray on this machine, got: {reason}") from error
        raise CompetitionError(
            f"--address {address} must be a Ray cluster of which this machine is a node (ray start --address="
            f"{address}), with RAY_AUTH_MODE=token if it has one; got: {reason}"
        ) from error


def _require_reachable(address: str) -> None:
    """Raise CompetitionError unless something answers at HOST:PORT. Ray itself would try for a minute."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=REACH).close()
    except (OSError, ValueError) as error:
        raise CompetitionError(
            f"--address must be the HOST:PORT of a Ray cluster, such as 10.0.0.1:6379, got {address!r}: "
            f"{error}; start one (ray start --head)"
        ) from error


def _nodes() -> list[Node]:
    """Return the machines that fits can run on. Raise CompetitionError if there is none."""
    alive = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    nodes = [
        Node(int(offered["CPU"]), int(offered.get("GPU", 0)), int(offered["memory"]))
        for offered in alive
        if offered.get("CPU", 0) >= 1
    ]
    if not nodes:
        raise CompetitionError(
            "the Ray cluster must have a node with CPUs, found none; "
            "start one (ray start --address=HOST:PORT) and run again: finished folds are kept"
        )
    return nodes


def _here(actor: Any) -> Any:
    """Return an actor class for the driver's own node, where it ends with the driver alone."""
    node = ray.get_runtime_context().get_node_id()
    return actor.options(num_cpus=0, scheduling_strategy=NodeAffinitySchedulingStrategy(node, soft=True))


def _kill_autoscaler() -> None:
    """End what watches the load of a cluster that was started here: `ray.shutdown` would wait a second for
    it."""
    for child in psutil.Process().children():
        with suppress(psutil.Error):
            if any(word.endswith("/monitor.py") for word in child.cmdline()):
                child.kill()


def _own_code(code: Path, folder: Path) -> str:
    """Copy the Python files of a competition, but not what lies in its folder of data, and return the package
    that holds the copies."""
    package = folder / COPIES
    package.mkdir()
    (package / "__init__.py").touch()
    for place, inner, names in os.walk(code):
        inner[:] = [name for name in inner if name != "data" and not name.startswith((".", "__"))]
        for name in names:
            if name.endswith(".py"):
                copy = package / code.name / Path(place, name).relative_to(code)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(Path(place, name), copy)
    return str(package)
