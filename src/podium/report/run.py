"""The page of one competition's last run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from podium.formatting import Z_95, with_error
from podium.kaggle.ledger import SubmissionRecord
from podium.pages.render import render
from podium.pipeline.explanation import read_explanation
from podium.pipeline.leaderboard import BASELINE, Entry, Leaderboard
from podium.pipeline.remarks import saved_audit
from podium.pipeline.session import Session
from podium.plots.prediction_figures import prediction_figures
from podium.report.board import make_table, notes
from podium.report.comparisons import comparisons
from podium.report.data_page import explore
from podium.report.error_galleries import galleries
from podium.report.explanation import explained
from podium.report.gain_over_baseline import gain_over_baseline
from podium.report.intervals import make_scale
from podium.report.kaggle_scores import scored_uploads
from podium.report.networks import learnt_embeddings
from podium.report.results import Results
from podium.storage.code_version import code_id, library_versions
from podium.storage.hashing import content_id, file_sum

PAGE = "leaderboard.html"
LONGEST_HEAD = 1000  # characters of a page in which its id stands


def page_of_run(session: Session, results: Results) -> Path:
    """Return the path of the page of a run, which is written unless it is there as it would be."""
    path = session.store.root / PAGE
    mark = f'<meta name="podium-page" content="{_page_id(session, results)}">'
    if path.is_file():
        with path.open(encoding="utf-8") as page:
            if mark in page.read(LONGEST_HEAD):
                return path
    return write_page(session, results)


def write_page(session: Session, results: Results) -> Path:
    """Write the page of a run; return its path."""
    leaderboard = results.leaderboard
    competition = session.competition
    networks = learnt_embeddings(results, session.store, competition.target_column or "target")
    scale = make_scale(leaderboard)
    records = _uploads(session)
    content = render(
        "leaderboard.html",
        title=competition.title,
        id=_page_id(session, results),
        is_toy=leaderboard.is_toy,
        summary=summary(leaderboard, len(results.folds)),
        table=make_table(leaderboard, scale),
        scale=scale,
        z=Z_95,
        notes=notes(leaderboard),
        missing=results.missing,
        trust_figures=[
            *gain_over_baseline(results, competition.ranges),
            *comparisons(results, records),
            *prediction_figures(results.chosen.name, results.dataset, results.chosen.oof),
        ],
        explained=explained(session, results),
        networks=networks,
        galleries=list(galleries(results)),
        findings=saved_audit(session),
        figures=explore(competition, session.dataset),
        footer=f"{competition.name}, data {session.dataset.id}, folds {session.folds.id}",
    )
    path = session.store.root / PAGE
    session.store.write(path, content)
    session.store.write(session.store.root / "leaderboard.csv", leaderboard.to_csv())
    return path


def _page_id(session: Session, results: Results) -> str:
    """Return an id that changes with whatever the page shows: the leaderboard, the explanation of its entry,
    the data, what the competition draws of them, and the code and the libraries that draw."""
    own_code = sorted((session.root / "competitions" / session.competition.folder).glob("*.py"))
    return content_id(
        json.dumps(results.leaderboard.to_dict()),
        json.dumps([results.missing, results.finished_after], default=str),
        _explanation(session, results),
        repr(_uploads(session)),
        session.dataset.id,
        session.folds.id,
        *(file_sum(path) for path in own_code),
        code_id("podium.report.run"),
        library_versions("podium.report.run"),
    )


def _explanation(session: Session, results: Results) -> str:
    """Return what there is of the submitted entry's explanation, as JSON."""
    found = read_explanation(session.store, results.leaderboard, session.dataset.id)
    return "" if found is None else json.dumps(found.to_dict())


def _uploads(session: Session) -> list[SubmissionRecord]:
    return [] if session.is_toy else scored_uploads(session.competition, session.root)


def summary(leaderboard: Leaderboard, folds: int) -> list[str]:
    """Return what the leaderboard of so many folds says, in sentences."""
    ranked = [e for e in leaderboard.entries if e.kind in ("model", "blend")]
    best = leaderboard.best
    tied = [e.name for e in ranked[1:] if e.tied]
    doubt = f"Statistically tied with {_listed(tied)}." if tied else "No other entry is tied with it."
    lines = [
        f"Best: the {best.name} {best.kind}, out-of-fold {leaderboard.metric} {_score(best)} on "
        f"{leaderboard.rows:,} rows ({folds} folds). {doubt}"
    ]
    if (leaderboard.metric, best.score) == ("accuracy", 1):
        lines.append(
            f"No row was wrong, yet up to {3 / leaderboard.rows:.2%} of other rows may be (rule of three)."
        )
    submitted = next((e for e in ranked if e.submitted), None)
    if submitted and submitted is not best:
        lines.append(
            f"Chosen for the submission: {submitted.name}, {_score(submitted)}, the best of the blends that "
            "are tied with the best entry."
        )
    constant = next((e for e in ranked if e.name == BASELINE), None)
    if constant:
        lines.append(f"Baseline that predicts the same for every row: {constant.score:.{constant.places}f}.")
    return lines


def _score(entry: Entry) -> str:
    return with_error(entry.score or 0.0, entry.standard_error or 0.0, entry.places)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
