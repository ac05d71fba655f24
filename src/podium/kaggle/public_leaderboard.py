"""Compare our submissions with Kaggle's public leaderboard: their scores there, and our own."""

from __future__ import annotations

import io
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from podium.competition.declaration import Competition
from podium.competition.registry import results_folder
from podium.competition.sources import check_zip
from podium.errors import DataError, RemoteError
from podium.kaggle.client import Client
from podium.kaggle.ledger import Ledger, SubmissionRecord, open_ledger
from podium.kaggle.preflight import expected_facts, predictions_id
from podium.kaggle.upload import settle
from podium.storage.store import Store

LEAST_PAIRS = 3  # submissions for a correlation
ROUNDING = 1e-9  # scores are decimal numbers, and their differences are not exact
COLUMNS = ("number", "date", "file", "cross-validated", "public", "private", "status")


@dataclass(frozen=True)
class MedalLine:
    """A medal: the last rank that gets it, and the score at that rank."""

    medal: str
    rank: int
    score: float


@dataclass(frozen=True)
class Standing:
    """Where a score stands on the public leaderboard.

    Of `teams`, `rank` - 1 are strictly better than `score`; `near_teams` are within one standard error of
    it, if that is known.
    """

    teams: int
    score: float
    rank: int
    near_teams: int | None
    medal_lines: tuple[MedalLine, ...]

    @property
    def percentile(self) -> float:
        """Return how much of the leaderboard is at this place or above it, in percent."""
        return 100 * self.rank / max(self.teams, self.rank)

    @property
    def medal(self) -> str:
        """Return the medal of this place, or "none"."""
        return next((line.medal for line in self.medal_lines if self.rank <= line.rank), "none")


@dataclass(frozen=True)
class PublicLeaderboard:
    """Kaggle's public leaderboard: the `scores` (teams,), the best first."""

    scores: np.ndarray
    greater_is_better: bool

    def standing(self, score: float, standard_error: float | None = None) -> Standing:
        """Return the place of a score."""
        teams = len(self.scores)
        better = self.scores > score if self.greater_is_better else self.scores < score
        near_teams = None
        if standard_error is not None:
            near_teams = int((np.abs(self.scores - score) <= standard_error + ROUNDING).sum())
        lines = tuple(
            MedalLine(medal, rank, float(self.scores[rank - 1])) for medal, rank in medal_ranks(teams).items()
        )
        return Standing(teams, score, int(better.sum()) + 1, near_teams, lines)


def medal_ranks(teams: int) -> dict[str, int]:
    """Return the last rank of each medal, by Kaggle's table (kaggle.com/progression)."""
    if teams < 100:
        ranks = {"gold": teams // 10, "silver": teams // 5, "bronze": teams * 2 // 5}
    elif teams < 250:
        ranks = {"gold": 10, "silver": teams // 5, "bronze": teams * 2 // 5}
    elif teams < 1000:
        ranks = {"gold": 10 + teams // 500, "silver": 50, "bronze": 100}
    else:
        ranks = {"gold": 10 + teams // 500, "silver": teams // 20, "bronze": teams // 10}
    return {medal: rank for medal, rank in ranks.items() if rank}


# ---- our submissions


def refresh(competition: Competition, root: Path, client: Client) -> list[SubmissionRecord]:
    """Return every submission, as Kaggle's list has it now. A lost ledger is made again."""
    folder = results_folder(root, competition.name)
    with open_ledger(folder) as ledger:
        settle(ledger, client.submissions(competition.slug))
        _restore_facts(ledger, folder)
        return ledger.records()


def _restore_facts(ledger: Ledger, folder: Path) -> None:
    """Add what a lost ledger knew of the files that are still here."""
    bare = [r for r in ledger.records() if r.state == "sent" and r.predictions and "sha256" not in r.facts]
    if not bare:
        return
    known = dict(_known_files(folder))
    for record in bare:
        if record.predictions in known:
            ledger.add("kaggle", record.tag, **known[record.predictions])


def _known_files(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the id of the predictions of each submission file, and what its manifest says of it."""
    store = Store(folder)
    for path in folder.glob("submission-*.json"):
        manifest = store.read_json(path)
        csv = path.with_suffix(".csv")
        if manifest and csv.exists():
            facts = {"sha256": manifest["sha256"], **expected_facts(manifest)}
            yield predictions_id(csv.read_bytes()), facts


def history(records: Sequence[SubmissionRecord]) -> list[str]:
    """Return a table as lines: a header, and a line for each submission."""
    rows = [COLUMNS, *(_history_row(record) for record in records)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def _history_row(record: SubmissionRecord) -> tuple[str, ...]:
    facts = record.facts
    status = facts.get("status", "") if record.state == "sent" else record.state
    reason = facts.get("error", "")
    if not reason and record.state == "refused":
        reason = facts.get("reason", "")
    return (
        str(record.ref or "-"),
        (facts.get("date") or record.when.isoformat())[:16].replace("T", " "),
        facts.get("file", ""),
        _score_with_error(facts),
        _score(facts.get("public")),
        _score(facts.get("private")),
        f"{status}: {reason}" if reason else status,
    )


def _score(value: float | None) -> str:
    return "" if value is None else f"{value:.5f}"


def _score_with_error(facts: Mapping[str, Any]) -> str:
    if facts.get("score") is None:
        return ""
    return f"{facts['score']:.5f} ± {facts.get('standard_error') or 0:.5f}"


def agreement(records: Sequence[SubmissionRecord]) -> str:
    """Return in one line how far cross-validated and public scores agree, over all submissions that have
    both."""
    pairs = [
        (record.facts["score"], record.facts["public"])
        for record in with_public_score(records)
        if record.facts.get("score") is not None
    ]
    if not pairs:
        return "cross-validation against public score: no submission has both yet"
    ours, public = np.array(pairs, dtype=float).T
    gap = float(np.mean(public - ours))
    text = f"public minus cross-validated score: {gap:+.5f} in the mean of {len(pairs)}"
    if len(pairs) < LEAST_PAIRS:
        return f"{text}; a correlation takes {LEAST_PAIRS}"
    if np.ptp(ours) == 0 or np.ptp(public) == 0:
        return f"{text}; no correlation, as one of them is always the same"
    return f"{text}, correlation {np.corrcoef(ours, public)[0, 1]:+.3f}"


def with_public_score(records: Sequence[SubmissionRecord]) -> list[SubmissionRecord]:
    """Return the submissions that have a public score."""
    return [r for r in records if r.state == "sent" and r.facts.get("public") is not None]


def best_submission(records: Sequence[SubmissionRecord], greater_is_better: bool) -> SubmissionRecord | None:
    """Return the submission with the best public score, or None if none has one."""
    sign = 1 if greater_is_better else -1
    return max(with_public_score(records), key=lambda record: sign * record.facts["public"], default=None)


# ---- the public leaderboard


def find_standing(
    competition: Competition,
    root: Path,
    client: Client,
    records: Sequence[SubmissionRecord],
    greater_is_better: bool,
) -> Standing | None:
    """Download the public leaderboard. Return the place of our best public score, or None if there is
    none."""
    leaderboard = parse_public_leaderboard(_download(competition, root, client), greater_is_better)
    best = best_submission(records, leaderboard.greater_is_better)
    return leaderboard.standing(best.facts["public"], best.facts.get("standard_error")) if best else None


def load_public_leaderboard(
    competition: Competition, root: Path, greater_is_better: bool
) -> PublicLeaderboard | None:
    """Return the public leaderboard as it was last downloaded, or None if it never was."""
    path = _leaderboard_folder(competition, root) / "public.csv"
    return parse_public_leaderboard(path.read_bytes(), greater_is_better) if path.exists() else None


def parse_public_leaderboard(content: bytes, greater_is_better: bool) -> PublicLeaderboard:
    """Return the leaderboard of a CSV.

    Its own order tells which scores are the better; `greater_is_better`, of the declared metric, counts
    where all teams have one score. Raises RemoteError for another kind of file.
    """
    scores = _parse_scores(content)
    if len(scores) < 2 or scores[0] == scores[-1]:
        return PublicLeaderboard(scores, greater_is_better)
    return PublicLeaderboard(scores, bool(scores[0] > scores[-1]))


def describe(standing: Standing) -> list[str]:
    """Return lines that tell the place and the medals."""
    near = standing.near_teams
    near_text = "" if near is None else f"; {near} teams within one standard error of it"
    lines = [
        f"best public score {standing.score:.5f}: rank {standing.rank} of {standing.teams}, "
        f"top {standing.percentile:.1f} %{near_text}"
    ]
    if standing.medal_lines:
        bounds = ", ".join(f"{m.medal} to rank {m.rank} ({m.score:.5f})" for m in standing.medal_lines)
        lines.append(f"medals, where the competition gives any: {bounds}; this place: {standing.medal}")
    return lines


def _leaderboard_folder(competition: Competition, root: Path) -> Path:
    """Return a folder of its own, because Kaggle calls the leaderboard by the same name as the data."""
    return results_folder(root, competition.name) / "leaderboard"


def _download(competition: Competition, root: Path, client: Client) -> bytes:
    """Return the leaderboard's CSV, and keep it as submissions/<competition>/leaderboard/public.csv."""
    folder = _leaderboard_folder(competition, root)
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=".fetching-", dir=folder))
    try:
        client.leaderboard(competition.slug, unfinished)
        content = _read_zip(unfinished / f"{competition.slug}.zip")
    except DataError as error:
        fault = str(error).partition("got: ")[2].partition(";")[0]
        raise RemoteError(
            f"Kaggle must deliver the leaderboard as a whole zip file, got: {fault}; "
            "run podium leaderboard again"
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    Store(folder).write(folder / "public.csv", content)
    return content


def _read_zip(path: Path) -> bytes:
    """Return the first CSV in a zip; empty where it holds none."""
    if not path.exists():
        raise RemoteError("Kaggle must deliver a leaderboard, got no file; run podium leaderboard again")
    check_zip(path)
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.endswith(".csv")]
        return archive.read(names[0]) if names else b""


def _parse_scores(content: bytes) -> np.ndarray:
    import pandas as pd

    try:
        table = pd.read_csv(io.BytesIO(content), encoding="utf-8-sig")
        if "Rank" in table:
            table = table.sort_values("Rank")
        return pd.to_numeric(table["Score"], errors="coerce").dropna().to_numpy(float)
    except (KeyError, ValueError) as error:
        raise RemoteError(
            f"Kaggle's leaderboard must be a table with a column Score, got: {error}; run again later"
        ) from error
