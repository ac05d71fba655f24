"""Fits side by side in processes of this machine."""

from __future__ import annotations

import os
import pickle
import shutil
from collections.abc import Collection
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import joblib
from loky import ProcessPoolExecutor, cpu_count
from loky.process_executor import BrokenProcessPool

from podium.data.dataset import Dataset
from podium.errors import CompetitionError
from podium.pipeline import worker
from podium.pipeline.engine import Failed, Fit, Fitted, Listener, WorkerEngine, free_memory, require_memory
from podium.pipeline.folds import Folds

POLL = 0.2  # seconds between two looks at epochs and at the clock
KEPT_MEMORY = 4_000_000_000  # bytes that a process may keep from fit to fit before it is replaced
SHARED = ".shared-"  # how the folder of the data set's arrays is called
THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
    "LOKY_MAX_CPU_COUNT",
)


@dataclass(frozen=True)
class Process:
    """One worker process, and the file in which it notes its epochs."""

    executor: ProcessPoolExecutor
    epochs: Path

    def end(self) -> None:
        """End the process, whatever it does."""
        self.executor.shutdown(kill_workers=True)


class ProcessEngine(WorkerEngine):
    """Runs fits that use one thread side by side, one to a core, and fits that use all cores alone.

    Each process has its number of threads set before it imports anything. The data set is written once to
    `folder`, and the processes map its arrays into memory. They import the competition's own modules from
    `code`.
    """

    def __init__(self, dataset: Dataset, folds: Folds, code: Path, folder: Path):
        super().__init__()
        self.cores: int = cpu_count()
        self.shared = (dataset, folds)
        self.code = code
        for left_over in folder.glob(f"{SHARED}*"):  # by a run that was killed
            shutil.rmtree(left_over)
        self.place = TemporaryDirectory(prefix=SHARED, dir=folder)
        self.idle: dict[bool, list[Process]] = {True: [], False: []}  # by whether they use all cores
        self.busy: dict[Future[Any], Process] = {}
        self.started = 0

    def close(self) -> None:
        for process in [*self.busy.values(), *self.idle[True], *self.idle[False]]:
            process.end()
        self.place.cleanup()

    def _has_room(self, fit: Fit) -> bool:
        if not self.running:
            return True
        is_shared = not fit.cost.all_cores and not any(
            other.cost.all_cores for other in self.running.values()
        )
        return is_shared and len(self.running) < self.cores and fit.memory <= free_memory()

    def _require_memory(self, fit: Fit) -> None:
        require_memory(fit)

    def _submit(self, fit: Fit) -> Future[Any]:
        idle = self.idle[fit.cost.all_cores]
        process = idle.pop() if idle else self._new_process(self.cores if fit.cost.all_cores else 1)
        process.epochs.unlink(missing_ok=True)
        future = process.executor.submit(worker.run, fit)
        self.busy[future] = process
        return future

    def _finished(self) -> Collection[Future[Any]]:
        return wait(self.running, timeout=POLL, return_when=FIRST_COMPLETED).done

    def _result(self, handle: Future[Any], fit: Fit) -> Fitted | Failed | None:
        process = self.busy.pop(handle)
        try:
            result = handle.result()
        except BrokenProcessPool:
            process.end()
            return self._died(fit)
        self.idle[fit.cost.all_cores].append(process)
        return result

    def _tell_epochs(self, listener: Listener) -> None:
        for future, fit in self.running.items():
            noted = worker.read_epoch(self.busy[future].epochs)
            if noted:
                listener.epoch_ended(fit.job.model, fit.fold, *noted)

    def _new_process(self, threads: int) -> Process:
        self.started += 1
        epochs = Path(self.place.name) / f"epochs-{self.started}.json"
        executor = ProcessPoolExecutor(
            max_workers=1,
            initializer=worker.start,
            initargs=(self._data(), epochs, self.code, os.getpid()),
            env={
                **environment(threads),
                "TMPDIR": self.place.name,
            },  # emptied with all that a killed one leaves
        )
        return Process(executor, epochs)

    def _data(self) -> Path:
        """Return the file of the data set and the folds, written at the first call."""
        path = Path(self.place.name) / "data.joblib"
        if not path.exists():
            try:
                joblib.dump(self.shared, path)
            except (pickle.PicklingError, AttributeError, TypeError) as error:
                raise CompetitionError(
                    f"the data set of {self.code.name!r} must be one that can be pickled, got: "
                    f"{str(error)[:120]}; define its classes in a module, or fit with --engine serial"
                ) from error
        return path


def environment(threads: int) -> dict[str, str]:
    """Return what a process that may use this many threads must have in its environment before it imports
    anything. Its threads sleep while they wait for each other: else a busy machine slows them tenfold."""
    return {
        **dict.fromkeys(THREADS, str(threads)),
        "OMP_WAIT_POLICY": "PASSIVE",
        "LOKY_MAX_MEMORY_LEAK_SIZE": str(KEPT_MEMORY),
    }
