"""Where our submissions stand: Kaggle's list of them, its public leaderboard, and our own scores beside."""

from __future__ import annotations

import io
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from podium.competition.declaration import Competition
from podium.competition.sources import check_zip
from podium.errors import DataError, RemoteError
from podium.kaggle.client import Client
from podium.kaggle.ledger import Ledger, Sent, open_ledger
from podium.kaggle.preflight import expected, predictions_id
from podium.kaggle.upload import settle
from podium.metrics.metrics import get_metric
from podium.storage.store import Store

Say = Callable[[str], None]
ENOUGH = 3  # submissions for a correlation
TINY = 1e-9  # scores are decimal numbers, and their differences are not exact


@dataclass(frozen=True)
class Standing:
    """Of `teams` on the public leaderboard `rank` - 1 are strictly better than `score`; `near` are
    within one standard error of it, if that is known. `lines` are (medal, last rank, its score)."""

    teams: int
    score: float
    rank: int
    near: int | None
    lines: tuple[tuple[str, int, float], ...]

    @property
    def percentile(self) -> float:
        """How much of the board is at this place or above it, in percent."""
        return 100 * self.rank / max(self.teams, self.rank)

    @property
    def medal(self) -> str:
        return next((medal for medal, last, _ in self.lines if self.rank <= last), "none")


def refresh(competition: Competition, root: Path, client: Client) -> list[Sent]:
    """Every submission, as Kaggle's list has it now; a lost ledger is made anew."""
    folder = root / "submissions" / competition.name
    with open_ledger(folder) as ledger:
        settle(ledger, client.submissions(competition.slug))
        _recall(ledger, folder)
        return ledger.sent()


def _recall(ledger: Ledger, folder: Path) -> None:
    """What a lost ledger knew of the files that are still here."""
    blank = [s for s in ledger.sent() if s.state == "sent" and s.predictions and "sha256" not in s.facts]
    if not blank:
        return
    here = dict(_manifests(folder))
    for sent in blank:
        if sent.predictions in here:
            ledger.add("kaggle", sent.tag, **here[sent.predictions])


def _manifests(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    store = Store(folder)
    for path in folder.glob("submission-*.json"):
        manifest, csv = store.read_json(path), path.with_suffix(".csv")
        if manifest and csv.exists():
            yield predictions_id(csv.read_bytes()), {"sha256": manifest["sha256"], **expected(manifest)}


def history(sent: Sequence[Sent]) -> list[str]:
    """A line for each submission, and how far cross-validation can be trusted."""
    rows = [("number", "date", "file", "cross-validated", "public", "private", "status")]
    for one in sent:
        facts = one.facts
        status = facts.get("status", "") if one.state == "sent" else one.state
        reason = facts.get("error") or (facts.get("reason", "") if one.state == "refused" else "")
        rows.append(
            (
                str(one.ref or "-"),
                (facts.get("date") or one.when.isoformat())[:16].replace("T", " "),
                facts.get("file", ""),
                _with_error(facts),
                _shown(facts.get("public")),
                _shown(facts.get("private")),
                f"{status}: {reason}" if reason else status,
            )
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows]


def agreement(sent: Sequence[Sent]) -> str:
    """Cross-validation against public score over all submissions that have both."""
    pairs = [(s.facts["score"], s.facts["public"]) for s in scored(sent) if s.facts.get("score") is not None]
    if not pairs:
        return "cross-validation against public score: no submission has both yet"
    ours, public = np.array(pairs, dtype=float).T
    gap = float(np.mean(public - ours))
    text = f"public minus cross-validated score: {gap:+.5f} in the mean of {len(pairs)}"
    if len(pairs) < ENOUGH:
        return f"{text}; a correlation takes {ENOUGH}"
    if np.ptp(ours) == 0 or np.ptp(public) == 0:
        return f"{text}; no correlation, as one of them is always the same"
    return f"{text}, correlation {np.corrcoef(ours, public)[0, 1]:+.3f}"


def scored(sent: Sequence[Sent]) -> list[Sent]:
    return [s for s in sent if s.state == "sent" and s.facts.get("public") is not None]


def find_standing(
    competition: Competition, root: Path, client: Client, sent: Sequence[Sent]
) -> Standing | None:
    """Of our best public score; None if there is none. The leaderboard is kept in a folder of its own,
    as Kaggle calls it by the same name as the data."""
    board = read_board(competition, _download(competition, root, client))
    best = best_of(sent, board.greater)
    return board.stand(best.facts["public"], best.facts.get("standard_error")) if best else None


def best_of(sent: Sequence[Sent], greater: bool) -> Sent | None:
    """The submission with the best public score."""
    return max(scored(sent), key=lambda s: s.facts["public"] if greater else -s.facts["public"], default=None)


@dataclass(frozen=True)
class Board:
    """`scores` (teams,) of the public leaderboard, the best first; `greater` ones are the better."""

    scores: np.ndarray
    greater: bool

    def stand(self, score: float, error: float | None) -> Standing:
        return stand(self.scores, score, error, self.greater)


def read_board(competition: Competition, content: bytes) -> Board:
    """The board's own order tells which scores are the better."""
    scores = _board(content)
    return Board(scores, _greater_is_better(scores, get_metric(competition.metric).greater_is_better))


def kept_board(competition: Competition, root: Path) -> Board | None:
    """The public leaderboard as it was last fetched, if it ever was."""
    path = _board_folder(competition, root) / "public.csv"
    return read_board(competition, path.read_bytes()) if path.exists() else None


def _board_folder(competition: Competition, root: Path) -> Path:
    return root / "submissions" / competition.name / "leaderboard"


def stand(board: np.ndarray, score: float, error: float | None, greater: bool) -> Standing:
    """`board` (teams,) are their scores, the best first."""
    better = int((board > score).sum() if greater else (board < score).sum())
    near = None if error is None else int((np.abs(board - score) <= error + TINY).sum())
    lines = tuple((medal, last, float(board[last - 1])) for medal, last in medals(len(board)).items())
    return Standing(len(board), score, better + 1, near, lines)


def medals(teams: int) -> dict[str, int]:
    """The last rank of each medal, by Kaggle's table (kaggle.com/progression)."""
    if teams < 100:
        ranks = {"gold": teams // 10, "silver": teams // 5, "bronze": teams * 2 // 5}
    elif teams < 250:
        ranks = {"gold": 10, "silver": teams // 5, "bronze": teams * 2 // 5}
    elif teams < 1000:
        ranks = {"gold": 10 + teams // 500, "silver": 50, "bronze": 100}
    else:
        ranks = {"gold": 10 + teams // 500, "silver": teams // 20, "bronze": teams // 10}
    return {medal: last for medal, last in ranks.items() if last}


def describe(standing: Standing) -> list[str]:
    near = "" if standing.near is None else f"; {standing.near} teams within one standard error of it"
    lines = [
        f"best public score {standing.score:.5f}: rank {standing.rank} of {standing.teams}, "
        f"top {standing.percentile:.1f} %{near}"
    ]
    if standing.lines:
        bounds = ", ".join(f"{medal} to rank {last} ({score:.5f})" for medal, last, score in standing.lines)
        lines.append(f"medals, where the competition gives any: {bounds}; this place: {standing.medal}")
    return lines


def _download(competition: Competition, root: Path, client: Client) -> bytes:
    """The leaderboard's CSV, also kept as submissions/<competition>/leaderboard/public.csv."""
    folder = _board_folder(competition, root)
    folder.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".fetching-", dir=folder))
    try:
        client.leaderboard(competition.slug, fresh)
        path = fresh / f"{competition.slug}.zip"
        if not path.exists():
            raise RemoteError("Kaggle must deliver a leaderboard, got no file; run podium leaderboard again")
        check_zip(path)
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.endswith(".csv")]
            content = archive.read(names[0]) if names else b""
    except DataError as error:
        fault = str(error).partition("got: ")[2].partition(";")[0]
        raise RemoteError(
            f"Kaggle must deliver the leaderboard as a whole zip file, got: {fault}; "
            "run podium leaderboard again"
        ) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    Store(folder).write(folder / "public.csv", content)
    return content


def _board(content: bytes) -> np.ndarray:
    import pandas as pd

    try:
        table = pd.read_csv(io.BytesIO(content), encoding="utf-8-sig")
        table = table.sort_values("Rank") if "Rank" in table else table
        scores = pd.to_numeric(table["Score"], errors="coerce").dropna().to_numpy(float)
    except (KeyError, ValueError) as error:
        raise RemoteError(
            f"Kaggle's leaderboard must be a table with a column Score, got: {error}; run again later"
        ) from error
    return scores


def _greater_is_better(board: np.ndarray, declared: bool) -> bool:
    """The board's own order tells; the declared metric where all teams have one score."""
    return declared if len(board) < 2 or board[0] == board[-1] else bool(board[0] > board[-1])


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.5f}"


def _with_error(facts: Mapping[str, Any]) -> str:
    if facts.get("score") is None:
        return ""
    return f"{facts['score']:.5f} ± {facts.get('standard_error') or 0:.5f}"
