"""All competitions side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from podium.competition.declaration import Competition
from podium.competition.registry import get_competition, list_names
from podium.errors import CompetitionError
from podium.kaggle.public_leaderboard import best_submission
from podium.metrics import get_metric
from podium.pages.render import render
from podium.pipeline.leaderboard import read_leaderboard
from podium.pipeline.session import stores
from podium.report.board import Cell, Table, number_cell, tabulate
from podium.report.kaggle_scores import known_public_leaderboard, scored_uploads
from podium.report.run import PAGE
from podium.storage.store import Store

# Columns for which a terminal may have no room.
SPARE_COLUMNS = ("by", "rows", "metric", "Kaggle private", "s.e.")
_SECONDS_AN_HOUR = 3600


@dataclass(frozen=True)
class Line:
    """One competition: its best entry, the best published score, the best of our submissions to Kaggle with
    its place, and the hours that the models of the last run took.

    What there is not is None. `page` is the path of its page from submissions/.
    """

    competition: str
    metric: str
    is_toy: bool = False
    rows: int | None = None
    entry: str | None = None
    score: float | None = None
    standard_error: float | None = None
    reference: str | None = None
    reference_score: float | None = None
    public: float | None = None
    private: float | None = None
    percentile: float | None = None
    teams: int | None = None
    hours: float | None = None
    page: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the line for JSON."""
        return asdict(self)


COLUMNS: dict[str, Callable[[Line], Cell]] = {
    "competition": lambda line: Cell(line.competition + " (toy)" * line.is_toy, is_text=True),
    "rows": lambda line: Cell("" if line.rows is None else f"{line.rows:,}", line.rows),
    "metric": lambda line: Cell(line.metric, is_text=True),
    "best entry": lambda line: Cell(line.entry or "not run yet", is_text=True),
    "score": lambda line: number_cell(line.score, 5),
    "s.e.": lambda line: number_cell(line.standard_error, 5),
    "published": lambda line: number_cell(line.reference_score, 5),
    "by": lambda line: Cell(line.reference or "", is_text=True),
    "Kaggle public": lambda line: number_cell(line.public, 5),
    "Kaggle private": lambda line: number_cell(line.private, 5),
    "top %": lambda line: number_cell(line.percentile, 1),
    "hours": lambda line: number_cell(line.hours, 2),
}


def make_overview(root: Path) -> list[Line]:
    """Return a line for each competition of a checkout."""
    return [_line(get_competition(root, name), root) for name in list_names(root)]


def _line(competition: Competition, root: Path) -> Line:
    found = _published(competition) | _at_kaggle(competition, root)
    try:
        leaderboard, csv = read_leaderboard(competition, *stores(competition, root))
    except CompetitionError:
        return Line(competition.name, get_metric(competition.metric).name, **found)
    best = leaderboard.best
    page = csv.with_name(PAGE)
    seconds = sum((e.fit_seconds or 0) + (e.predict_seconds or 0) for e in leaderboard.entries)
    return Line(
        competition.name,
        leaderboard.metric,
        leaderboard.is_toy,
        leaderboard.rows,
        best.name,
        best.score,
        best.standard_error,
        **found,
        hours=seconds / _SECONDS_AN_HOUR,
        page=page.relative_to(root / "submissions").as_posix() if page.exists() else None,
    )


def _published(competition: Competition) -> dict[str, Any]:
    gain = get_metric(competition.metric).gain
    best = max(competition.references, key=lambda r: gain(r.score, over=0), default=None)
    if best is None:
        return {}
    return {"reference": " ".join([best.name, best.beside]).strip(), "reference_score": best.score}


def _at_kaggle(competition: Competition, root: Path) -> dict[str, Any]:
    public = known_public_leaderboard(competition, root)
    judge = public or get_metric(competition.metric)  # Kaggle's own order goes before what is declared
    best = best_submission(scored_uploads(competition, root), judge.greater_is_better)
    if best is None:
        return {}
    found = {"public": best.facts["public"], "private": best.facts.get("private")}
    if public is None:
        return found
    standing = public.standing(best.facts["public"])
    return {**found, "percentile": standing.percentile, "teams": standing.teams}


def make_table(lines: Sequence[Line]) -> Table:
    """Return the lines as a table."""
    return tabulate("Competitions", COLUMNS, lines, lambda line: "")


def write_overview(root: Path, lines: Sequence[Line]) -> Path:
    """Write submissions/overview.html; return its path."""
    pages = {line.competition: line.page for line in lines if line.page}
    content = render("overview.html", title="Competitions", table=make_table(lines), pages=pages)
    store = Store(root / "submissions")
    store.write(store.root / "overview.html", content)
    return store.root / "overview.html"
