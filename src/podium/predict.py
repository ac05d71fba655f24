"""What the trained entry says of rows that are in no file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from podium import crossval
from podium.blend import Combine, fit_blend
from podium.competition import Competition
from podium.crossval import FoldModels, Job, kept
from podium.errors import CompetitionError
from podium.leaderboard import Entry
from podium.train import BASELINE, Setting, read_leaderboard, select_models


@dataclass(frozen=True)
class Answer:
    """`predictions` (n, k), probabilities of classes or numbers, and the entry of the leaderboard that gave
    them."""

    entry: Entry
    predictions: np.ndarray


@dataclass(frozen=True)
class Asker:
    """An entry of the leaderboard with its models in memory. `members` are in the order of the blend,
    None where one has no weight; `width` is the number of columns of a prediction."""

    entry: Entry
    members: Sequence[FoldModels | None]
    combine: Combine
    width: int

    def ask(self, X: Any) -> np.ndarray:
        """Predictions (n, k) for rows of X."""
        idle = np.zeros((len(X), self.width))
        said = [idle if member is None else member.predict(X) for member in self.members]
        return self.combine(np.stack(said, axis=1))


def predict(setting: Setting, values: list[str]) -> Answer:
    """Ask the entry that the last run chose for its submission of what a person typed.

    Raises CompetitionError for a competition that takes no such questions, and what `load` raises.
    """
    X = read_rows(setting.competition, values)
    asker = load(setting)
    return Answer(asker.entry, asker.ask(X))


def read_rows(competition: Competition, values: list[str]) -> Any:
    """Rows of X. Raises CompetitionError if the competition cannot make any."""
    if competition.rows is None:
        raise CompetitionError(
            f"{competition.name!r} must declare how to read a question, found no `rows` in its "
            "competition.py; add a function of a list of texts that gives rows of X"
        )
    return competition.rows(values)


def load(setting: Setting, folds: int | None = None) -> Asker:
    """The entry that the last run chose for its submission; only members with weight are read, of each the
    models of all folds, or of the first few.

    Raises CompetitionError if nothing was trained, ModelError or StoreError if a model was not, or not as
    it is now.
    """
    competition, width = setting.competition, setting.dataset.width
    leaderboard, _ = read_leaderboard(competition, setting.store)
    entry = next(e for e in leaderboard.entries if e.submitted)
    jobs = _jobs(setting, [e for e in leaderboard.entries if e.kind == "model"])
    if entry.kind == "model":
        return Asker(entry, [_read(setting, jobs[entry.name], folds)], lambda stack: stack[:, 0], width)
    jobs = {name: job for name, job in jobs.items() if name.partition("@")[0] != BASELINE}
    method = entry.name
    if method in competition.averages:
        method, jobs = "mean", {n: job for n, job in jobs.items() if n in competition.averages[method]}
    members = [kept(j, setting.dataset, setting.folds, setting.metric, setting.store) for j in jobs.values()]
    fitted = fit_blend(method, members, setting.dataset.y, setting.metric)
    asked = fitted.weights if fitted.weights is not None else np.ones(len(members))
    read = [
        _read(setting, job, folds) if w > 0 else None for job, w in zip(jobs.values(), asked, strict=True)
    ]
    return Asker(entry, read, fitted.combine, width)


def _jobs(setting: Setting, entries: Sequence[Entry]) -> dict[str, Job]:
    """In the order in which they were blended: the roster's, as far as they are in it."""
    competition = setting.competition
    order = list(competition.roster)
    entries = sorted(entries, key=lambda e: order.index(e.name) if e.name in order else len(order))
    params = select_models(competition, [e.name for e in entries], setting.is_toy)
    return {e.name: Job(e.name, params[e.name], competition.seed, e.origin) for e in entries}


def _read(setting: Setting, job: Job, folds: int | None) -> FoldModels:
    return crossval.read_models(job, setting.dataset, setting.folds, setting.store, folds)
