"""Everything that runs write to disk: atomically, under one lock for each competition.

submissions/<competition>/         (toy runs: submissions/<competition>/toy/)
  folds/<id>.npz                   which row is scored in which fold
  audits/<id>.json                 what the audit found in the data
  models/<name>-<id>/job.json      the model, its parameters, data and folds
  models/<name>-<id>/fold-<i>.npz  the predictions of one finished fold
  models/<name>-<id>/fold-<i>.model  its fitted model, signed
  models/<name>-<id>/map.npz       where a siamese network puts the rows
  models/<name>.failed.txt         the traceback of a model that failed
  tuning/<model>-<id>.json         the trials of a model's tuning
  tuning/models/                   their folds, and the fitted models of the best trial
  blends/<name>-<id>.npz           a blend's nested and test predictions
  submission-<entry>-<id>.csv      a submission, its manifest beside it as .json (toy runs: toy-submission-)
  leaderboard.csv                  the last run's table, and leaderboard.json with its notes
  run.json                         when each model of the last run was finished
  leaderboard.html                 the page of the last run
  worst-rows.csv                   the rows that the submitted entry gets most wrong
  by-range.csv                     errors in each range of the numbers to predict, where there are numbers
  explore.html                     the data in figures, and explore/ with the numbers of each as CSV
  data/<sha256>/                   a competition's zip, unpacked
  data/toy/                        the toy data
  lock                             held while a run works here
  ledger.jsonl                     what was sent to Kaggle (see kaggle.ledger)
  leaderboard/public.csv           Kaggle's public leaderboard
submissions/overview.html          all competitions side by side
~/.cache/podium/                   what is decoded or exported once, by content; may be removed
~/.config/podium/key               the key that signs fitted models
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from podium.errors import StoreError
from podium.storage.atomic import take_lock, whole

TUNING = "tuning"  # the folder of trials


@dataclass(frozen=True)
class Store:
    """A folder of results. Files in it are written whole or not at all."""

    root: Path

    def write(self, path: Path, data: bytes) -> None:
        """Write a file whole or not at all.

        Raises StoreError when the disk refuses. The old file then stays as it was.
        """
        with whole(path) as file:
            file.write(data)

    def write_json(self, path: Path, value: Any) -> None:
        """Write a JSON file whole or not at all."""
        self.write(path, (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode())

    def read_json(self, path: Path) -> Any | None:
        """Return the value, or None where there is no readable one."""
        try:
            return json.loads(path.read_text())
        except (FileNotFoundError, ValueError):
            return None

    def write_arrays(self, path: Path, arrays: Mapping[str, np.ndarray]) -> None:
        """Write named arrays as one file, whole or not at all."""
        buffer = io.BytesIO()
        np.savez(buffer, **arrays)  # type: ignore[arg-type]
        self.write(path, buffer.getvalue())

    def read_arrays(self, path: Path) -> dict[str, np.ndarray] | None:
        """Return the arrays, or None where there is no readable file: it is then made again."""
        try:
            with np.load(path, allow_pickle=False) as arrays:
                return dict(arrays)
        except (FileNotFoundError, ValueError, EOFError, zipfile.BadZipFile):
            return None

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the folder for this process until the end of the block, or of the process.

        Raises StoreError at once, naming the owner, if another process holds it.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            file = open(self.root / "lock", "a+")  # noqa: SIM115 (closed below, after the yield)
        except OSError as error:
            raise StoreError(f"{self.root} must be a writable folder, got: {error.strerror}") from error
        with file:
            if not take_lock(file.fileno()):
                file.seek(0)
                owner = file.read().strip() or "unknown"
                raise StoreError(
                    f"{self.root} must be used by one run at a time, "
                    f"got another (process {owner}); wait for it or end it"
                )
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield
