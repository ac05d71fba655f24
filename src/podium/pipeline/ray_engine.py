"""Fits on a Ray cluster (Moritz et al. 2018, "Ray: A Distributed Framework for Emerging AI Applications").

The data set goes to Ray's object store once. podium and the Python files of the competition are sent to the
nodes; nothing else of the checkout is, and no environment variable but the numbers of threads.
"""

from __future__ import annotations

import importlib
import logging
import os
import shutil
from collections.abc import Collection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from loky import cpu_count

import podium
from podium.competition.registry import look_first_in
from podium.data.dataset import Dataset
from podium.errors import CompetitionError, DataError, ModelError
from podium.pipeline import worker
from podium.pipeline.engine import Failed, Fit, Fitted, Listener, WorkerEngine
from podium.pipeline.folds import Folds
from podium.pipeline.process_engine import environment

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # before Ray is imported: nothing is reported

try:
    import ray
    from ray.exceptions import RayError, RayTaskError, RuntimeEnvSetupError
except ImportError as error:
    raise CompetitionError(
        "the engine 'ray' must have Ray, found none; run: pip install 'podium[cluster]'"
    ) from error

COPIES = "podium_competitions"  # the package in which a competition's own modules are sent
POLL = 0.2  # seconds between two looks at epochs and at the clock


class RayEngine(WorkerEngine):
    """Runs fits on the cluster at an address, or on one that it starts on this machine and ends again.

    A fit that uses one thread takes one CPU of the cluster; one that uses all cores takes as many as the
    smallest node has, and a GPU where there is one and the model can use it. `code` is the competition's
    folder.
    """

    def __init__(self, dataset: Dataset, folds: Folds, code: Path, address: str | None = None):
        super().__init__()
        self.name = code.name
        self.copy = TemporaryDirectory(prefix="podium-code-")
        _connect(address, [str(Path(podium.__file__).parent), _own_code(code, Path(self.copy.name))])
        nodes = [node["Resources"] for node in ray.nodes() if node["Alive"] and "CPU" in node["Resources"]]
        self.node_cores = int(min(node["CPU"] for node in nodes))
        self.node_memory = int(max(node["memory"] for node in nodes))
        self.has_gpu = any("GPU" in node for node in nodes)
        self.cores = int(sum(node["CPU"] for node in nodes))
        self.shared = ray.put((dataset, folds))
        self.board = ray.remote(num_cpus=0)(EpochBoard).remote()
        self.run_fit = ray.remote(max_retries=0)(_run)

    def close(self) -> None:
        """Give up what runs, and leave the cluster; one that was started for this run ends."""
        for handle in self.running:
            ray.cancel(handle, force=True)
        ray.shutdown()
        self.copy.cleanup()

    def _has_room(self, fit: Fit) -> bool:
        return self._cpus(fit) + sum(map(self._cpus, self.running.values())) <= self.cores

    def _cpus(self, fit: Fit) -> int:
        return self.node_cores if fit.cost.all_cores else 1

    def _require_memory(self, fit: Fit) -> None:
        if fit.memory > self.node_memory:
            needed = f"{fit.memory / 1e9:.1f} GB"
            raise ModelError(
                f"a fit of model {fit.job.model!r} must have about {needed} of memory, found "
                f"{self.node_memory / 1e9:.1f} GB on the largest node; add one, or train on fewer rows"
            )

    def _submit(self, fit: Fit) -> Any:
        cpus = self._cpus(fit)
        options = {
            "num_cpus": cpus,
            "num_gpus": int(self.has_gpu and fit.cost.can_use_gpu),
            "memory": fit.memory,
            "runtime_env": {"env_vars": environment(cpus)},
        }
        # In a list, so that it is fetched by the worker, once for all its fits.
        return self.run_fit.options(**options).remote([self.shared], fit, self.board, self.name)

    def _finished(self) -> Collection[Any]:
        ended, _ = ray.wait(list(self.running), num_returns=1, timeout=POLL)
        return ended

    def _result(self, handle: Any, fit: Fit) -> Fitted | Failed | None:
        try:
            return ray.get(handle)
        except RuntimeEnvSetupError as error:
            raise CompetitionError(
                f"the nodes of the cluster must take podium's code, got: {str(error).splitlines()[0]}"
            ) from error
        except RayTaskError as error:
            return Failed.of(fit, error)
        except RayError:  # the worker or its node has died, or what it gave is lost
            return self._died(fit)

    def _tell_epochs(self, listener: Listener) -> None:
        try:
            noted = ray.get(self.board.take.remote(), timeout=POLL)
        except RayError:
            return
        for (model, fold), epoch in noted.items():
            listener.epoch_ended(model, fold, *epoch)


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


def _run(shared: list[Any], fit: Fit, board: Any, name: str) -> Fitted | Failed:
    """Run a fit of the competition of that name in a worker of the cluster."""

    def note(*epoch: Any) -> None:
        board.note.remote(fit.job.model, fit.fold, *epoch)

    if not hasattr(worker.Worker, "dataset"):
        (place,) = importlib.import_module(COPIES).__path__
        look_first_in(Path(place), name)
        worker.Worker.dataset, worker.Worker.folds = ray.get(shared[0])
    result = worker.run(fit, note)
    if isinstance(result, Failed) and isinstance(result.error, DataError):
        node = ray.util.get_node_ip_address()
        error = DataError(f"{result.error}; on node {node}: files must lie in a folder that all nodes share")
        return Failed.of(fit, error)
    return result


def _connect(address: str | None, modules: list[str]) -> None:
    """Join the cluster at the address, or start one on this machine."""
    start = {"num_cpus": cpu_count(), "include_dashboard": False} if address is None else {}
    try:
        ray.init(
            address=address or "local",
            runtime_env={"py_modules": modules},
            log_to_driver=False,
            logging_level=logging.ERROR,
            **start,
        )
    except (ConnectionError, ValueError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[0]
        raise CompetitionError(
            f"--address must be that of a Ray cluster, such as 10.0.0.1:6379, got {address!r}: {reason[:120]}"
        ) from error


def _own_code(code: Path, folder: Path) -> str:
    """Copy the Python files of a competition, which lie beside its data, and return the package that holds
    the copies."""
    package = folder / COPIES
    for path in code.rglob("*.py"):
        place = package / code.name / path.relative_to(code)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)
    (package / "__init__.py").touch()
    return str(package)
