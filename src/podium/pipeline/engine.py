"""Where fits run: one after the other in this process, or side by side in workers.

An engine takes fits from a queue and yields what they gave, in any order. It knows no store and no score, and
what it yields does not depend on which engine it is: a fit gets as many threads on one as on the other.
"""

from __future__ import annotations

import pickle
import traceback
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

import numpy as np
import psutil
from threadpoolctl import threadpool_limits

from podium.data.dataset import Dataset
from podium.errors import ModelError, PodiumError
from podium.models import registry
from podium.models.cost import Cost
from podium.pipeline.fit import Job, fit_fold
from podium.pipeline.folds import Folds

ATTEMPTS = 3  # how often a fit is tried whose worker dies


@dataclass(frozen=True)
class Fit:
    """One job on one fold. `memory` is an estimate of the bytes that it needs, `earlier` the pickled model
    that it continues from."""

    job: Job
    fold: int
    cost: Cost
    memory: int = 0
    earlier: bytes | None = None


@dataclass(frozen=True)
class Fitted:
    """What a fit gave: the pickled model, and the arrays of `fit_fold`."""

    fit: Fit
    model: bytes
    arrays: dict[str, np.ndarray]


@dataclass(frozen=True)
class Failed:
    """Why a fit gave nothing: in a line, and as a traceback. `error` is there where the run must end with
    it."""

    fit: Fit
    reason: str
    trace: str
    error: PodiumError | None = None

    @classmethod
    def of(cls, fit: Fit, error: Exception) -> Failed:
        """Return the failure for an error: that of a model is a row of the leaderboard, that of the data ends
        the run."""
        trace = "".join(traceback.format_exception(error))
        failed = cls(fit, reason_of(error), trace)
        if isinstance(error, PodiumError) and not isinstance(error, ModelError):
            return replace(failed, error=error)
        return failed


def reason_of(error: Exception) -> str:
    """Return the kind of an error and the first line of its message."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0] if lines else 'no message'}"


class Queue(Protocol):
    """What an engine takes fits from."""

    def next_fit(self) -> Fit | None:
        """Return the fit to start next; None where none is to be started now."""

    def start(self, fit: Fit) -> None:
        """Take note that a fit runs now."""

    def is_over(self) -> bool:
        """Return whether the time is up, and what still runs is to be given up."""


class Listener(Protocol):
    """What is told while fits run. Folds count from 0, epochs from 1."""

    def fold_started(self, model: str, fold: int) -> None: ...
    def epoch_ended(self, model: str, fold: int, epoch: int, epochs: int, loss: float) -> None: ...


class Engine(Protocol):
    """Runs fits on one data set, up to `cores` of them at a time."""

    cores: int

    def run(self, queue: Queue, listener: Listener) -> Iterator[Fitted | Failed]:
        """Yield what fits gave, until the queue has none left, or is over."""

    def close(self) -> None:
        """End what still runs."""


class SerialEngine:
    """Runs one fit after the other in this process. A fit that runs when the time is up goes on to its
    end."""

    cores = 1

    def __init__(self, dataset: Dataset, folds: Folds):
        self.dataset = dataset
        self.folds = folds

    def run(self, queue: Queue, listener: Listener) -> Iterator[Fitted | Failed]:
        while not queue.is_over():
            fit = queue.next_fit()
            if fit is None:
                return
            queue.start(fit)
            listener.fold_started(fit.job.model, fit.fold)
            on_epoch = partial(listener.epoch_ended, fit.job.model, fit.fold)
            try:
                require_memory(fit)
                with limited_threads(fit, self.dataset):
                    model, arrays = fit_fold(
                        fit.job, self.dataset, self.folds[fit.fold], on_epoch, unpickled(fit.earlier)
                    )
                result: Fitted | Failed = Fitted(fit, pickle.dumps(model), arrays)
            except Exception as error:
                result = Failed.of(fit, error)
            yield result

    def close(self) -> None:
        """Do nothing: between two fits nothing runs."""


class WorkerEngine(ABC):
    """Runs fits in workers. A fit whose worker dies is tried again, `ATTEMPTS` times in all."""

    cores: int

    def __init__(self) -> None:
        self.running: dict[Any, Fit] = {}  # by what stands for its result
        self.again: list[Fit] = []  # whose worker died
        self.deaths: Counter[tuple[str, int]] = Counter()

    def run(self, queue: Queue, listener: Listener) -> Iterator[Fitted | Failed]:
        while not queue.is_over():
            yield from self._start_fits(queue, listener)
            if not self.running and not self.again:
                return
            for handle in self._finished():
                result = self._result(handle, self.running.pop(handle))
                if result is not None:
                    yield result
            self._tell_epochs(listener)

    def _start_fits(self, queue: Queue, listener: Listener) -> Iterator[Failed]:
        """Start fits while there is room for the next one. Yield the failure of a fit that needs more memory
        than there is when nothing else runs."""
        while True:
            fit = self.again[0] if self.again else queue.next_fit()
            if fit is None or not self._has_room(fit):
                return
            if self.again:
                self.again.pop(0)
            else:
                queue.start(fit)
            try:
                self._require_memory(fit)
            except ModelError as error:
                yield Failed.of(fit, error)
                continue
            listener.fold_started(fit.job.model, fit.fold)
            self.running[self._submit(fit)] = fit

    def _died(self, fit: Fit) -> Failed | None:
        """Put a fit whose worker died back, or return its failure where that has happened too often."""
        key = (fit.job.model, fit.fold)
        self.deaths[key] += 1
        if self.deaths[key] < ATTEMPTS:
            self.again.append(fit)
            return None
        error = ModelError(
            f"a fit of model {fit.job.model!r} must not end its process, which died {ATTEMPTS} times; "
            "the memory may be too small: train on fewer rows, or leave the model out"
        )
        return Failed.of(fit, error)

    @abstractmethod
    def _has_room(self, fit: Fit) -> bool:
        """Return whether a fit can be started beside those that run."""

    @abstractmethod
    def _require_memory(self, fit: Fit) -> None:
        """Raise ModelError for a fit that needs more memory than there is."""

    @abstractmethod
    def _submit(self, fit: Fit) -> Any:
        """Start a fit, and return what stands for its result."""

    @abstractmethod
    def _finished(self) -> Collection[Any]:
        """Return which of the running fits have ended, after a short wait for one."""

    @abstractmethod
    def _result(self, handle: Any, fit: Fit) -> Fitted | Failed | None:
        """Return what a fit gave, or `_died`."""

    @abstractmethod
    def _tell_epochs(self, listener: Listener) -> None:
        """Tell which epochs have ended."""

    @abstractmethod
    def close(self) -> None:
        """End the workers, and what still runs in them."""


def free_memory() -> int:
    """Return how many bytes programs can still have."""
    return int(psutil.virtual_memory().available)


def require_memory(fit: Fit) -> None:
    """Raise ModelError for a fit that is estimated to need more memory than is free."""
    free = free_memory()
    if fit.memory > free:
        raise ModelError(
            f"a fit of model {fit.job.model!r} must have about {fit.memory / 1e9:.1f} GB of memory, found "
            f"{free / 1e9:.1f} GB free; end other programs, train on fewer rows, or leave the model out"
        )


def unpickled(model: bytes | None) -> Any:
    """Return a fitted model that podium pickled, or None."""
    if model is None:
        return None
    with registry.quiet_start():
        return pickle.loads(model)


def limited_threads(fit: Fit, dataset: Dataset) -> AbstractContextManager[Any]:
    """Hold the libraries to one thread, for a fit that is to have one. They must be loaded by then: so a
    model is made first."""
    if fit.cost.all_cores:
        return nullcontext()
    fit.job.create(dataset)
    return threadpool_limits(1)
