"""Entries sorted by score, best first, each with its error bar and its paired test against the best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from podium.competition.declaration import Competition, Reference
from podium.data.dataset import Dataset
from podium.errors import CompetitionError
from podium.formatting import places_of
from podium.metrics import Metric, Scorer
from podium.pipeline.blend import BLENDS
from podium.pipeline.predictions import Predictions
from podium.pipeline.significance import Comparison, bootstrap, spread
from podium.storage.store import Store

BASELINE = "constant"
WARNINGS = {
    "metadata": "knows only width, height, bytes and suffix: the score reachable from that leak alone",
    "time": "knows only when a row was made: the score reachable from the history of the data alone",
}


@dataclass(frozen=True)
class Entry:
    """One row of the leaderboard.

    `kind` is model, blend, warning, reference, unfinished or failed; a warning is a model that is neither
    blended nor submitted, and tells what a leak in the data would give. `estimate` says whether the score is
    a plain cross-validation (cv) or nested as well; `plain_score` is the in-sample score of a blend.
    `standard_error` is the bootstrap's, `fold_spread` the standard deviation over folds. `behind` is the gap
    to the best entry, with its paired standard error and p-value; `tied` where the noise can explain it.
    `extra_metrics` holds further metrics, each with its standard error; `published` the score that a
    reference gives for it. `public` and `private` are Kaggle's scores of a submission made of it,
    `percentile` how much of the public leaderboard is at its place or above it, in percent. `id` is that of
    its predictions in the store, `origin` the id of the fit that its training began from.
    """

    name: str
    kind: str
    score: float | None = None
    standard_error: float | None = None
    fold_spread: float | None = None
    behind: float | None = None
    behind_error: float | None = None
    p_value: float | None = None
    tied: bool = False
    estimate: str = ""
    plain_score: float | None = None
    fit_seconds: float | None = None
    predict_seconds: float | None = None
    submitted: bool = False
    note: str = ""
    published: float | None = None
    origin: str | None = None
    public: float | None = None
    private: float | None = None
    percentile: float | None = None
    id: str | None = None
    extra_metrics: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def places(self) -> int:
        """Return the digits to show after the point: five of a score below 10, fewer of a larger one."""
        return places_of(self.score or 0.0)


@dataclass(frozen=True)
class Leaderboard:
    """The table of a run: `entries` best first, those without a score last."""

    competition: str
    metric: str
    is_toy: bool
    rows: int
    entries: tuple[Entry, ...]

    @property
    def best(self) -> Entry:
        """Return the best model or blend."""
        return next(e for e in self.entries if e.kind in ("model", "blend"))

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Leaderboard:
        return cls(**{**value, "entries": tuple(Entry(**e) for e in value["entries"])})

    def to_csv(self) -> bytes:
        import pandas as pd

        return pd.DataFrame([_row(e) for e in self.entries]).to_csv(index=False).encode()


def _row(entry: Entry) -> dict[str, Any]:
    row = asdict(entry)
    for metric, (score, error) in row.pop("extra_metrics").items():
        row |= {metric: score, f"{metric}_error": error}
    return row


def make_leaderboard(
    competition: str,
    is_toy: bool,
    metric: Metric,
    dataset: Dataset,
    predictions: Sequence[Predictions],
    references: Sequence[Reference],
    failures: Mapping[str, str],
    extra_metrics: Sequence[Metric] = (),
    notes: Mapping[str, str] | None = None,
    unfinished: Mapping[str, str] | None = None,
) -> tuple[Leaderboard, Predictions]:
    """Return the table, and the entry that becomes the submission. `notes` say more of models by name,
    `failures` and `unfinished` why there is no score of some."""
    notes = {**WARNINGS, **(notes or {})}
    resampled = bootstrap(Scorer.of(metric, dataset), predictions, dataset.groups)
    best = resampled.best([i for i, p in enumerate(predictions) if p.name not in WARNINGS])
    comparisons = [resampled.compare(i, best) for i in range(len(predictions))]
    others = {m.name: bootstrap(Scorer.of(m, dataset), predictions, dataset.groups) for m in extra_metrics}
    chosen = choose(predictions, [c.is_tie for c in comparisons], best, metric)
    entries = [
        _entry(
            predictions[i],
            float(resampled.standard_errors[i]),
            comparisons[i],
            is_chosen=predictions[i] is chosen,
            extra={name: (float(o.scores[i]), float(o.standard_errors[i])) for name, o in others.items()},
            published={r.beside: r.score for r in references},
            note=notes.get(predictions[i].name, ""),
        )
        for i in range(len(predictions))
    ]
    alone = [r for r in references if not r.beside]
    entries += [Entry(r.name, "reference", score=r.score, note=r.source) for r in alone]
    entries.sort(key=lambda e: metric.gain(e.score or 0.0, over=0.0), reverse=True)
    for kind, reasons in (("unfinished", unfinished or {}), ("failed", failures)):
        entries += [Entry(name, kind, note=reason) for name, reason in reasons.items()]
    return Leaderboard(competition, metric.name, is_toy, len(dataset.y), tuple(entries)), chosen


def _entry(
    predictions: Predictions,
    standard_error: float,
    comparison: Comparison,
    is_chosen: bool,
    extra: Mapping[str, tuple[float, float]],
    published: Mapping[str, float],
    note: str,
) -> Entry:
    return Entry(
        name=predictions.name,
        kind=_kind(predictions),
        score=predictions.score,
        standard_error=standard_error,
        fold_spread=_fold_spread(predictions.fold_scores),
        behind=comparison.difference,
        behind_error=comparison.standard_error,
        p_value=comparison.p_value,
        tied=comparison.is_tie,
        estimate="nested" if predictions.is_blend else "cv",
        plain_score=predictions.details.get("plain_score", predictions.score),
        fit_seconds=predictions.fit_seconds,
        predict_seconds=predictions.predict_seconds,
        submitted=is_chosen,
        published=published.get(predictions.name),
        origin=predictions.details.get("origin"),
        id=predictions.id,
        note=note,
        extra_metrics=extra,
    )


def _fold_spread(fold_scores: Sequence[float]) -> float | None:
    """Return the standard deviation over the folds that have a score, None of fewer than two: a fold may
    lack a class without which the metric is not defined."""
    scores = np.array(fold_scores)
    return float(spread(scores)) if np.isfinite(scores).sum() > 1 else None


def _kind(predictions: Predictions) -> str:
    if predictions.is_blend:
        return "blend"
    return "warning" if predictions.name in WARNINGS else "model"


def contenders(models: Sequence[Predictions]) -> list[Predictions]:
    """Return the models that may be blended and submitted: without the constant and the warnings."""
    return [model for model in models if model.name.partition("@")[0] not in (BASELINE, *WARNINGS)]


def write_leaderboard(store: Store, leaderboard: Leaderboard) -> None:
    """Write leaderboard.csv and leaderboard.json."""
    store.write(store.root / "leaderboard.csv", leaderboard.to_csv())
    store.write_json(store.root / "leaderboard.json", leaderboard.to_dict())


def read_leaderboard(competition: Competition, *stores: Store) -> tuple[Leaderboard, Path]:
    """Return the last run's leaderboard and its CSV, from the first of the stores that has one.

    Raises CompetitionError where nothing was trained, or only by a version of podium with other columns.
    """
    for store in stores:
        value = store.read_json(store.root / "leaderboard.json")
        if value is not None:
            return _from_json(competition, store, value), store.root / "leaderboard.csv"
    raise CompetitionError(
        f"{competition.name!r} must have been trained before, found no leaderboard in {stores[0].root}; "
        f"run: podium submit {competition.name}"
    )


def _from_json(competition: Competition, store: Store, value: Any) -> Leaderboard:
    try:
        return Leaderboard.from_dict(value)
    except (TypeError, KeyError, ValueError) as error:
        raise CompetitionError(
            f"{store.root / 'leaderboard.json'} must be written by this version of podium, got: {error}; "
            f"run: podium submit {competition.name}"
        ) from error


def choose(
    predictions: Sequence[Predictions], tied: Sequence[bool], best: int, metric: Metric
) -> Predictions:
    """Return what becomes the submission: the best blend (of equal ones the simplest) that the noise cannot
    tell from the best entry, or that entry itself where it is a model that beats every blend."""
    order = list(BLENDS)
    blends = [p for p, tie in zip(predictions, tied, strict=True) if tie and p.name in order]
    by_worth = sorted(blends, key=lambda p: (-metric.gain(p.score, over=0.0), order.index(p.name)))
    return by_worth[0] if by_worth else predictions[best]
