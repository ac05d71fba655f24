"""The page of one competition's last run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from podium.pages.render import render
from podium.pipeline.leaderboard import Entry, Leaderboard
from podium.pipeline.train import BASELINE, Setting, audited
from podium.report.answers import answers
from podium.report.board import make_table, notes
from podium.report.comparisons import comparisons
from podium.report.data_page import explore
from podium.report.failures import galleries
from podium.report.intervals import make_scale
from podium.report.kaggle_scores import scored_uploads
from podium.report.networks import learnt
from podium.report.results import Results
from podium.report.signal import signal

NAME, NETWORKS = "leaderboard.html", "What the networks have learnt"


def write_page(setting: Setting, results: Results) -> Path:
    """Gives the path."""
    leaderboard, competition = results.leaderboard, setting.competition
    networks = learnt(results, setting.store, competition.target_column)
    sections = [
        "Leaderboard",
        "Why to believe it",
        *([NETWORKS] if networks else []),
        "Where it fails",
        "The data",
    ]
    scale = make_scale(leaderboard)
    sent = [] if setting.is_toy else scored_uploads(competition, setting.root)
    content = render(
        "leaderboard.html",
        title=competition.title,
        sections=sections,
        leaderboard=leaderboard,
        summary=summary(leaderboard, len(results.folds)),
        table=make_table(leaderboard, scale),
        scale=scale,
        notes=notes(leaderboard),
        missing=results.missing,
        beliefs=[*signal(results, competition.ranges), *comparisons(results, sent), *answers(results)],
        networks=networks,
        galleries=list(galleries(results)),
        findings=audited(setting),
        figures=explore(competition, setting.dataset),
        footer=f"{competition.name}, data {setting.dataset.id}, folds {setting.folds.id}",
    )
    path = setting.store.root / NAME
    setting.store.write(path, content)
    setting.store.write(setting.store.root / "leaderboard.csv", leaderboard.to_csv())
    return path


def summary(leaderboard: Leaderboard, folds: int) -> list[str]:
    """What the table says, in words."""
    ranked = [e for e in leaderboard.entries if e.kind in ("model", "blend")]
    best, tied = leaderboard.best, [e.name for e in ranked[1:] if e.tied]
    doubt = (
        f"Noise cannot tell it from {_listed(tied)}." if tied else "No other entry is within the noise of it."
    )
    lines = [
        f"Best is {best.name}, with {leaderboard.metric} {_with_error(best)} on {leaderboard.rows:,} rows "
        f"that it was not fitted on ({folds} folds). {doubt}"
    ]
    if (leaderboard.metric, best.score) == ("accuracy", 1):
        lines.append(
            f"No row was wrong, yet of others up to {3 / leaderboard.rows:.2%} may be (rule of three)."
        )
    submitted = next((e for e in ranked if e.submitted), None)
    if submitted and submitted is not best:
        lines.append(
            f"Chosen for the submission is {submitted.name}, {_with_error(submitted)}: the best of the "
            "blends among them."
        )
    if constant := next((e for e in ranked if e.name == BASELINE), None):
        lines.append(f"Always giving the same answer has {constant.score:.{constant.places}f}.")
    return lines


def _with_error(entry: Entry) -> str:
    return f"{entry.score:.{entry.places}f} ± {entry.standard_error or 0:.{entry.places}f}"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
