"""Kaggle's scores of our submissions, as they were last downloaded: nothing is asked of Kaggle here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from podium.competition.declaration import Competition
from podium.competition.registry import results_folder
from podium.kaggle.ledger import SubmissionRecord, read_ledger
from podium.kaggle.public_leaderboard import PublicLeaderboard, load_public_leaderboard, with_public_score
from podium.metrics import get_metric
from podium.pipeline.leaderboard import Entry, Leaderboard


def scored_uploads(competition: Competition, root: Path) -> list[SubmissionRecord]:
    """Return our submissions that have a public score."""
    return with_public_score(read_ledger(results_folder(root, competition.name)))


def with_kaggle_scores(leaderboard: Leaderboard, competition: Competition, root: Path) -> Leaderboard:
    """Return the leaderboard, each entry with the scores of the last submission that was made of it."""
    if leaderboard.is_toy:
        return leaderboard
    records = scored_uploads(competition, root)
    greater_is_better = get_metric(competition.metric).greater_is_better
    public = load_public_leaderboard(competition, root, greater_is_better)
    entries = tuple(_with_scores(entry, records, public) for entry in leaderboard.entries)
    return replace(leaderboard, entries=entries)


def _with_scores(
    entry: Entry, records: Sequence[SubmissionRecord], public: PublicLeaderboard | None
) -> Entry:
    ending = f"-{entry.name}-{entry.id}.csv"
    made = [r for r in records if entry.id and r.facts.get("file", "").endswith(ending)]
    if not made:
        return entry
    score = made[-1].facts["public"]
    percentile = public.standing(score).percentile if public else None
    return replace(entry, public=score, private=made[-1].facts.get("private"), percentile=percentile)


def paired_scores(records: Sequence[SubmissionRecord]) -> pd.DataFrame:
    """Return the `cross-validated` and the `public` score of each submission that has both."""
    both = [r for r in records if r.facts.get("score") is not None]
    names = [r.facts.get("entry") or r.facts.get("file", "") for r in both]
    rows = [(r.facts["score"], r.facts["public"]) for r in both]
    return pd.DataFrame(rows, index=names, columns=["cross-validated", "public"])
