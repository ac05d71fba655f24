"""Everything written to disk: atomically, under one lock for each competition.

submissions/<competition>/        (toy runs: submissions/<competition>/toy/)
  folds/<id>.npz                  which row is scored in which fold
  audits/<id>.json                what the audit found in the data
  models/<name>-<id>/fold-<i>.npz one file for each finished fold
  models/<name>-<id>/map.npz      where a siamese network puts the rows
  blends/<name>-<id>.npz          a blend's nested and test predictions
  leaderboard.csv                 the last run's table, and leaderboard.json with its notes
  explore.html                    the data in figures, and explore/ with the numbers of each as CSV
  doubtful.csv                    the rows that the submitted entry gets most wrong
  leaderboard.html                the page of the last run
  <slug>-<entry>-<id>.csv         a submission, with its manifest beside it as .json
  data/<sha256>/                  a competition's zip, unpacked
  ledger.jsonl                    what was sent to Kaggle (remote.ledger)
  leaderboard/public.csv          Kaggle's public leaderboard
  lock                            held while a run works here
~/.cache/podium/                  what is decoded or exported once, by content; may be removed
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from podium.errors import StoreError
from podium.pipeline.predictions import Predictions
from podium.storage.atomic import take_lock, whole


@dataclass(frozen=True)
class Store:
    root: Path

    def write(self, path: Path, data: bytes) -> None:
        """Write a file whole or not at all: to a temporary name, synced, then renamed into place.

        Raises StoreError when the disk refuses; what stood at `path` is still there then.
        """
        with whole(path) as file:
            file.write(data)

    def write_json(self, path: Path, value: Any) -> None:
        self.write(path, (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode())

    def read_json(self, path: Path) -> Any | None:
        """The value, or None where there is no readable one."""
        try:
            return json.loads(path.read_text())
        except (FileNotFoundError, ValueError):
            return None

    def write_arrays(self, path: Path, arrays: dict[str, np.ndarray]) -> None:
        buffer = io.BytesIO()
        np.savez(buffer, **arrays)  # type: ignore[arg-type]
        self.write(path, buffer.getvalue())

    def read_arrays(self, path: Path) -> dict[str, np.ndarray] | None:
        """The arrays, or None where there is no readable file: it is then made again."""
        try:
            with np.load(path, allow_pickle=False) as arrays:
                return dict(arrays)
        except (FileNotFoundError, ValueError, EOFError, zipfile.BadZipFile):
            return None

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Held by one process at a time and freed by its end, however it ends.

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

    def write_predictions(self, path: Path, predictions: Predictions) -> None:
        facts = {f.name: getattr(predictions, f.name) for f in fields(predictions)}
        arrays = {name: facts.pop(name) for name in ("oof", "test")}
        self.write_arrays(path, {**arrays, "facts": np.array(json.dumps(facts))})

    def read_predictions(self, path: Path) -> Predictions | None:
        """The predictions, or None where there is no readable file."""
        arrays = self.read_arrays(path)
        if arrays is None:
            return None
        facts: dict[str, Any] = json.loads(str(arrays["facts"]))
        facts["fold_scores"] = tuple(facts["fold_scores"])
        return Predictions(**facts, oof=arrays["oof"], test=arrays["test"])
