"""What runs in a worker process: it loads the data once, and then fits."""

from __future__ import annotations

import json
import os
import pickle
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import joblib

from podium.competition.registry import look_first_in
from podium.models.callbacks import OnEpoch
from podium.pipeline.engine import Failed, Fit, Fitted, unpickled
from podium.pipeline.fit import fit_fold

if TYPE_CHECKING:
    from podium.data.dataset import Dataset
    from podium.pipeline.folds import Folds

LOOK = 0.5  # seconds between two looks whether the parent still lives


class Worker:
    """A data set and its folds, loaded once for all fits of this process."""

    dataset: Dataset
    folds: Folds
    epochs: Path


def start(data: Path, epochs: Path, code: Path, parent: int) -> None:
    """Load the data set and the folds. Large arrays stay on disk, where all processes share them. `code` is
    the competition's folder.

    The process ends with its parent. On Ctrl-C it is the parent that ends it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    look_first_in(code.parent, code.name)
    Worker.dataset, Worker.folds = joblib.load(data, mmap_mode="r")
    Worker.epochs = epochs


def run(fit: Fit, on_epoch: OnEpoch | None = None) -> Fitted | Failed:
    """Return what a fit gave. Epochs are told to `on_epoch`, or else noted in the file of this process."""
    try:
        fold = Worker.folds[fit.fold]
        tell = on_epoch or _note_epoch
        model, arrays = fit_fold(fit.job, Worker.dataset, fold, tell, unpickled(fit.earlier))
        return Fitted(fit, pickle.dumps(model), arrays)
    except Exception as error:
        return Failed.of(fit, error)


def read_epoch(path: Path) -> tuple[int, int, float] | None:
    """Return the last epoch that a worker noted, the number of epochs, and the loss; None before the first
    one, or while it is written."""
    try:
        epoch, epochs, loss = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return None
    return epoch, epochs, loss


def _note_epoch(epoch: int, epochs: int, loss: float) -> None:
    Worker.epochs.write_text(json.dumps([epoch, epochs, loss]))


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK)
    os._exit(1)
