"""What a page is drawn from: the leaderboard, and the predictions behind its entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from podium.data.dataset import Dataset
from podium.errors import ModelError, StoreError
from podium.metrics.metrics import Metric
from podium.pipeline.crossval import stored
from podium.pipeline.folds import Folds
from podium.pipeline.leaderboard import Entry, Leaderboard
from podium.pipeline.predictions import Predictions
from podium.pipeline.train import BASELINE, Outcome, Setting

COMPARED = 12  # entries that a figure has room for


@dataclass(frozen=True)
class Results:
    """`predictions` in the order of the leaderboard's entries, the best first; `missing` names the entries
    of which there are none."""

    leaderboard: Leaderboard
    dataset: Dataset
    folds: Folds
    metric: Metric
    predictions: tuple[Predictions, ...]
    missing: tuple[str, ...] = ()

    @property
    def kinds(self) -> dict[str, str]:
        return {e.name: e.kind for e in self.leaderboard.entries}

    @property
    def chosen(self) -> Predictions:
        """What is submitted; the best of what there is where that is missing."""
        submitted = {e.name for e in self.leaderboard.entries if e.submitted}
        return next((p for p in self.predictions if p.name in submitted), self.predictions[0])

    @property
    def models(self) -> tuple[Predictions, ...]:
        """The best models that learn something."""
        models = [p for p in self.predictions if self.kinds[p.name] == "model" and p.name != BASELINE]
        return tuple(models[:COMPARED])

    @property
    def compared(self) -> tuple[Predictions, ...]:
        """The best models and blends."""
        found = [p for p in self.predictions if self.kinds[p.name] != "warning" and p.name != BASELINE]
        return tuple(found[:COMPARED] or self.predictions[:1])

    @cached_property
    def valid_to_train(self) -> float:
        """How many rows are scored for each that is trained on."""
        sizes = [len(fold.valid) / len(fold.train) for fold in self.folds]
        return sum(sizes) / len(sizes)


def results_of(setting: Setting, outcome: Outcome, leaderboard: Leaderboard) -> Results:
    """Of a run that has just ended."""
    return _sorted(setting, leaderboard, outcome.predictions)


def read_results(setting: Setting, leaderboard: Leaderboard) -> Results:
    """Of an earlier run, from the store.

    Raises StoreError if it was made from other data, or kept nothing that can be read.
    """
    if setting.is_toy != leaderboard.is_toy:
        want, got = ("toy", "real") if leaderboard.is_toy else ("real", "toy")
        raise StoreError(
            f"the last run's {want} data must be here to draw it, got {got} data; name it by --data"
        )
    found = [_read(setting, entry) for entry in leaderboard.entries if entry.id]
    kept = [p for p in found if p is not None]
    if not kept:
        raise StoreError(
            f"the last run's predictions for these data must be in {setting.store.root}, found none; "
            f"run: podium submit {leaderboard.competition}"
        )
    return _sorted(setting, leaderboard, kept)


def _read(setting: Setting, entry: Entry) -> Predictions | None:
    """By the id that the leaderboard names: the code that made it may be another by now."""
    dataset, folds, store = setting.dataset, setting.folds, setting.store
    if entry.kind == "blend":
        found = [store.read_predictions(path) for path in store.root.glob(f"blends/*-{entry.id}.npz")]
        fitting = [p for p in found if p and (p.data_id, p.folds_id) == (dataset.id, folds.id)]
        return replace(fitting[0], name=entry.name) if fitting else None
    try:
        return stored(entry.name, str(entry.id), dataset, folds, setting.metric, store)
    except ModelError:
        return None


def _sorted(setting: Setting, leaderboard: Leaderboard, predictions: Sequence[Predictions]) -> Results:
    named = {p.name: p for p in predictions}
    entries = [e.name for e in leaderboard.entries if e.kind in ("model", "blend", "warning")]
    return Results(
        leaderboard,
        setting.dataset,
        setting.folds,
        setting.metric,
        tuple(named[name] for name in entries if name in named),
        tuple(name for name in entries if name not in named),
    )
