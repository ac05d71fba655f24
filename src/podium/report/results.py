"""What a page is drawn from: the leaderboard, and the predictions behind its entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from podium.data.dataset import Dataset
from podium.errors import ModelError, StoreError
from podium.metrics import Metric, Scorer
from podium.pipeline.folds import Folds
from podium.pipeline.leaderboard import BASELINE, Entry, Leaderboard
from podium.pipeline.predictions import Predictions, read_predictions
from podium.pipeline.session import Session
from podium.pipeline.stored import load_predictions
from podium.pipeline.train import RUN, Outcome

MOST_COMPARED = 12  # entries that a figure has room for


@dataclass(frozen=True)
class Results:
    """A run, ready to be drawn: `predictions` are in the order of the leaderboard's entries, the best first;
    `missing` names the entries whose predictions are not there. `dataset` and `folds` are of the scored rows;
    `fits` are the folds that models were fitted on, where those are others. `finished_after` says how many
    seconds after the start of the last run a model of it was finished."""

    leaderboard: Leaderboard
    dataset: Dataset
    folds: Folds
    metric: Metric
    predictions: tuple[Predictions, ...]
    missing: tuple[str, ...] = ()
    fits: Folds | None = None
    finished_after: Mapping[str, float] = field(default_factory=dict)

    @property
    def scorer(self) -> Scorer:
        """Return the metric that ranks, bound to the rows that it judges."""
        return Scorer.of(self.metric, self.dataset)

    @property
    def kinds(self) -> dict[str, str]:
        """Return the kind of each entry by its name."""
        return {e.name: e.kind for e in self.leaderboard.entries}

    @property
    def chosen(self) -> Predictions:
        """Return the entry that is submitted, or the best one where its predictions are missing."""
        submitted = {e.name for e in self.leaderboard.entries if e.submitted}
        return next((p for p in self.predictions if p.name in submitted), self.predictions[0])

    @property
    def models(self) -> tuple[Predictions, ...]:
        """Return the best models, without the constant."""
        models = [p for p in self.predictions if self.kinds[p.name] == "model" and p.name != BASELINE]
        return tuple(models[:MOST_COMPARED])

    @property
    def compared(self) -> tuple[Predictions, ...]:
        """Return the best models and blends, without the constant."""
        found = [p for p in self.predictions if self.kinds[p.name] != "warning" and p.name != BASELINE]
        return tuple(found[:MOST_COMPARED] or self.predictions[:1])

    @cached_property
    def valid_to_train(self) -> float:
        """Return how many rows are scored for each that is trained on."""
        sizes = [len(fold.valid) / len(fold.train) for fold in self.fits or self.folds]
        return sum(sizes) / len(sizes)


def results_of(session: Session, outcome: Outcome, leaderboard: Leaderboard) -> Results:
    """Return the results of a run that has just ended."""
    return _sorted(session, leaderboard, outcome.predictions)


def read_results(session: Session, leaderboard: Leaderboard) -> Results:
    """Return the results of an earlier run, from the store.

    Raises StoreError if the run was made from other data, or left nothing that can be read.
    """
    if session.is_toy != leaderboard.is_toy:
        want, got = ("toy", "real") if leaderboard.is_toy else ("real", "toy")
        raise StoreError(
            f"the last run's {want} data must be here to draw it, got {got} data; name it by --data"
        )
    found = [_read(session, entry) for entry in leaderboard.entries if entry.id]
    readable = [predictions for predictions in found if predictions is not None]
    if not readable:
        raise StoreError(
            f"the last run's predictions for these data must be in {session.store.root}, found none; "
            f"run: podium submit {leaderboard.competition}"
        )
    return _sorted(session, leaderboard, readable)


def _read(session: Session, entry: Entry) -> Predictions | None:
    """Return the predictions of the id that the leaderboard names, though the code that made them may be
    another by now; None if they are not there."""
    if entry.kind == "blend":
        return _read_blend(session, entry)
    try:
        return load_predictions(
            entry.name, str(entry.id), session.dataset, session.folds, session.metric, session.store
        )
    except ModelError:
        return None


def _read_blend(session: Session, entry: Entry) -> Predictions | None:
    store = session.store
    found = [read_predictions(store, path) for path in store.root.glob(f"blends/*-{entry.id}.npz")]
    ids = (session.dataset.id, session.folds.id)
    fitting = [p for p in found if p and (p.data_id, p.folds_id) == ids]
    return replace(fitting[0], name=entry.name) if fitting else None


def _sorted(session: Session, leaderboard: Leaderboard, predictions: Sequence[Predictions]) -> Results:
    named = {p.name: p for p in predictions}
    entries = [e.name for e in leaderboard.entries if e.kind in ("model", "blend", "warning")]
    return Results(
        leaderboard,
        session.scored,
        session.scored_folds,
        session.metric,
        tuple(named[name] for name in entries if name in named),
        tuple(name for name in entries if name not in named),
        session.folds,
        _finished_after(session),
    )


def _finished_after(session: Session) -> dict[str, float]:
    run = session.store.read_json(session.store.root / RUN)
    return run.get("finished_after", {}) if isinstance(run, dict) else {}
