"""What the trained entry says of rows that are in no file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from podium import crossval
from podium.blend import fit_blend
from podium.crossval import Job, kept
from podium.errors import CompetitionError
from podium.leaderboard import Entry
from podium.train import BASELINE, Setting, read_leaderboard, select_models


@dataclass(frozen=True)
class Answer:
    """`predictions` (n, k), probabilities of classes or numbers, and the entry of the leaderboard that gave
    them."""

    entry: Entry
    predictions: np.ndarray


def predict(setting: Setting, values: list[str]) -> Answer:
    """Ask the entry that the last run chose for its submission; only members with weight are asked.

    Raises CompetitionError for a competition that takes no such questions, ModelError or StoreError
    if a model was not trained, or not as it is now.
    """
    competition = setting.competition
    if competition.rows is None:
        raise CompetitionError(
            f"{competition.name!r} must declare how to read a question, found no `rows` in its "
            "competition.py; add a function of a list of texts that gives rows of X"
        )
    X = competition.rows(values)
    leaderboard, _ = read_leaderboard(competition, setting.store)
    entry = next(e for e in leaderboard.entries if e.submitted)
    jobs = _jobs(setting, [e for e in leaderboard.entries if e.kind == "model"])
    if entry.kind == "model":
        return Answer(entry, _ask(setting, jobs[entry.name], X))
    jobs = {name: job for name, job in jobs.items() if name.partition("@")[0] != BASELINE}
    method = entry.name
    if method in competition.averages:
        method, jobs = "mean", {n: job for n, job in jobs.items() if n in competition.averages[method]}
    members = [kept(j, setting.dataset, setting.folds, setting.metric, setting.store) for j in jobs.values()]
    fitted = fit_blend(method, members, setting.dataset.y, setting.metric)
    idle = np.zeros((len(values), setting.dataset.width))
    asked = fitted.weights if fitted.weights is not None else np.ones(len(members))
    said = [_ask(setting, job, X) if w > 0 else idle for job, w in zip(jobs.values(), asked, strict=True)]
    return Answer(entry, fitted.combine(np.stack(said, axis=1)))


def _jobs(setting: Setting, entries: Sequence[Entry]) -> dict[str, Job]:
    """In the order in which they were blended: the roster's, as far as they are in it."""
    competition = setting.competition
    order = list(competition.roster)
    entries = sorted(entries, key=lambda e: order.index(e.name) if e.name in order else len(order))
    params = select_models(competition, [e.name for e in entries], setting.is_toy)
    return {e.name: Job(e.name, params[e.name], competition.seed, e.origin) for e in entries}


def _ask(setting: Setting, job: Job, X: object) -> np.ndarray:
    return crossval.predict(job, setting.dataset, setting.folds, setting.store, X)
