"""What Kaggle said of our submissions, from what was kept of it: nothing is asked here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from podium.competition.declaration import Competition
from podium.kaggle.ledger import Sent, read_ledger
from podium.kaggle.public_leaderboard import Board, kept_board, scored
from podium.pipeline.leaderboard import Entry, Leaderboard


def scored_uploads(competition: Competition, root: Path) -> list[Sent]:
    return scored(read_ledger(root / "submissions" / competition.name))


def with_kaggle(leaderboard: Leaderboard, competition: Competition, root: Path) -> Leaderboard:
    """The entries with the scores of the last submission that was made of each."""
    if leaderboard.is_toy:
        return leaderboard
    sent, board = scored_uploads(competition, root), kept_board(competition, root)
    return replace(leaderboard, entries=tuple(_with_scores(e, sent, board) for e in leaderboard.entries))


def _with_scores(entry: Entry, sent: Sequence[Sent], board: Board | None) -> Entry:
    made = [s for s in sent if entry.id and s.facts.get("file", "").endswith(f"-{entry.name}-{entry.id}.csv")]
    if not made:
        return entry
    public = made[-1].facts["public"]
    percentile = board.stand(public, None).percentile if board else None
    return replace(entry, public=public, private=made[-1].facts.get("private"), percentile=percentile)


def pairs(sent: Sequence[Sent]) -> pd.DataFrame:
    """`cross-validated` and `public` score of each submission that has both."""
    both = [s for s in sent if s.facts.get("score") is not None]
    names = [s.facts.get("entry") or s.facts.get("file", "") for s in both]
    rows = [(s.facts["score"], s.facts["public"]) for s in both]
    return pd.DataFrame(rows, index=names, columns=["cross-validated", "public"])
