"""Kaggle's scores of our submissions, as they were last downloaded; only where the best one stands now is
asked of Kaggle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from podium.competition.declaration import Competition
from podium.competition.registry import results_folder
from podium.kaggle.client import Client
from podium.kaggle.ledger import SubmissionRecord, read_ledger
from podium.kaggle.public_leaderboard import (
    PublicLeaderboard,
    describe,
    find_standing,
    load_public_leaderboard,
    with_public_score,
)
from podium.metrics import get_metric
from podium.pipeline.leaderboard import Entry, Leaderboard


def scored_uploads(competition: Competition, root: Path) -> list[SubmissionRecord]:
    """Return our submissions that have a public score."""
    return with_public_score(read_ledger(results_folder(root, competition.name)))


def known_public_leaderboard(competition: Competition, root: Path) -> PublicLeaderboard | None:
    """Return Kaggle's public leaderboard as it was last downloaded, or None if it never was."""
    return load_public_leaderboard(competition, root, get_metric(competition.metric).greater_is_better)


def describe_standing(
    competition: Competition, root: Path, client: Client, records: Sequence[SubmissionRecord]
) -> list[str]:
    """Return the lines that say where our best submission stands on the public leaderboard of now."""
    greater_is_better = get_metric(competition.metric).greater_is_better
    standing = find_standing(competition, root, client, records, greater_is_better)
    return describe(standing) if standing else ["no submission has a public score yet"]


def with_kaggle_scores(leaderboard: Leaderboard, competition: Competition, root: Path) -> Leaderboard:
    """Return the leaderboard, each entry with the scores of the last submission that was made of it."""
    if leaderboard.is_toy:
        return leaderboard
    records = scored_uploads(competition, root)
    public = known_public_leaderboard(competition, root)
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
