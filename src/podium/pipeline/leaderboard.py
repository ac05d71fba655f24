"""Entries sorted by better, each with its error bar and its paired test against the best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from podium.competition.declaration import Reference
from podium.data.dataset import Dataset
from podium.metrics.metrics import Metric
from podium.pipeline.blend import BLENDS
from podium.pipeline.predictions import Predictions
from podium.pipeline.significance import bootstrap

WARNINGS = {
    "metadata": "knows only width, height, bytes and suffix of the files: so much a leak gives",
    "time": "knows only when a row was made: so much the history of the collection gives",
}


@dataclass(frozen=True)
class Entry:
    """One row. `kind` is model, blend, warning, reference or failed; a warning is a model that is neither
    blended nor submitted, and tells what a leak in the data would give. `estimate` says whether the
    score is a plain cross-validation (cv) or nested as well; `standard_error` is the bootstrap's,
    `fold_spread` the standard deviation over folds. `behind` is the gap to the best entry, with its
    paired standard error and p-value; `tied` where the noise can explain it. `origin` is the id of the
    fit that its training began from. `also` holds further metrics, each with its standard error;
    `published` the score that a reference gives for it. `public` and `private` are Kaggle's scores of a
    submission made of it, `percentile` how much of the public leaderboard is at its place or above it, in
    percent. `id` is that of its predictions in the store."""

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

    @property
    def places(self) -> int:
        """Digits to show after the point: five of a score below 10, fewer of a larger one."""
        return max(0, 6 - len(str(int(abs(self.score or 0)))))

    also: Mapping[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Leaderboard:
    """`entries` best first, the failed ones last."""

    competition: str
    metric: str
    is_toy: bool
    rows: int
    entries: tuple[Entry, ...]

    @property
    def best(self) -> Entry:
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
    for metric, (score, error) in row.pop("also").items():
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
    also: Sequence[Metric] = (),
) -> tuple[Leaderboard, Predictions]:
    """The table, and the entry that becomes the submission."""
    resampled = bootstrap(metric, dataset.y, predictions, dataset.groups)
    best = resampled.best([i for i, p in enumerate(predictions) if p.name not in WARNINGS])
    comparisons = [resampled.compare(i, best) for i in range(len(predictions))]
    others = {m.name: bootstrap(m, dataset.y, predictions, dataset.groups) for m in also}
    published = {r.beside: r.score for r in references}
    chosen = choose(predictions, [c.is_tie for c in comparisons], best, metric)
    entries = [
        Entry(
            name=p.name,
            kind="blend" if p.is_blend else "warning" if p.name in WARNINGS else "model",
            score=p.score,
            standard_error=float(error),
            fold_spread=float(np.std(p.fold_scores, ddof=1)),
            behind=comparison.difference,
            behind_error=comparison.standard_error,
            p_value=comparison.p_value,
            tied=comparison.is_tie,
            estimate="nested" if p.is_blend else "cv",
            plain_score=p.details.get("plain_score", p.score),
            fit_seconds=p.fit_seconds,
            predict_seconds=p.predict_seconds,
            submitted=p is chosen,
            published=published.get(p.name),
            origin=p.details.get("origin"),
            id=p.id,
            note=WARNINGS.get(p.name, ""),
            also={n: (float(o.scores[i]), float(o.standard_errors[i])) for n, o in others.items()},
        )
        for i, (p, error, comparison) in enumerate(
            zip(predictions, resampled.standard_errors, comparisons, strict=True)
        )
    ]
    alone = [r for r in references if not r.beside]
    entries += [Entry(r.name, "reference", score=r.score, note=r.source) for r in alone]
    entries.sort(key=lambda e: metric.gain(e.score or 0.0, over=0.0), reverse=True)
    entries += [Entry(name, "failed", note=reason) for name, reason in failures.items()]
    return Leaderboard(competition, metric.name, is_toy, len(dataset.y), tuple(entries)), chosen


def choose(
    predictions: Sequence[Predictions], tied: Sequence[bool], best: int, metric: Metric
) -> Predictions:
    """What becomes the submission: the best blend (of equal ones the simplest) that the noise cannot
    tell apart from the best entry, and that entry itself where it is a model that beats every blend."""
    order = list(BLENDS)
    blends = [p for p, tie in zip(predictions, tied, strict=True) if tie and p.name in order]
    by_worth = sorted(blends, key=lambda p: (-metric.gain(p.score, over=0.0), order.index(p.name)))
    return by_worth[0] if by_worth else predictions[best]
