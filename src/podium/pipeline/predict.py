"""Predictions of the trained entry for rows that are in no file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from podium.data.images import ImageFiles
from podium.data.modality import FILE, TEXT, Question
from podium.errors import CompetitionError, DataError
from podium.pipeline.blend import Combine, fit_blend
from podium.pipeline.fit import Job
from podium.pipeline.leaderboard import BASELINE, Entry, read_leaderboard
from podium.pipeline.session import Session
from podium.pipeline.stored import FoldModels, load_current, load_fold_models, stored_job

LONGEST_TEXT = 10_000  # characters
FIRST_FOLD = 1  # of how many folds the models answer: single folds are what the score was measured on


@dataclass(frozen=True)
class Answer:
    """What an entry predicts. `table` has a row for each question: the `input`, the `prediction` (a number,
    or the class by its name), and for each class its probability, `p(name)`."""

    entry: Entry
    table: pd.DataFrame


@dataclass(frozen=True)
class Predictor:
    """An entry of the leaderboard with its models in memory.

    `members` are in the order of the blend, None where one has no weight; `n_columns` is the number of
    columns of a prediction.
    """

    entry: Entry
    members: Sequence[FoldModels | None]
    combine: Combine
    n_columns: int

    def predict(self, X: Any) -> np.ndarray:
        """Return the predictions (n, c) for rows of X."""
        idle = np.zeros((len(X), self.n_columns))
        predicted = [idle if member is None else member.predict(X) for member in self.members]
        return self.combine(np.stack(predicted, axis=1))


def pair_questions(files: Sequence[str], texts: Sequence[str]) -> list[Question]:
    """Return a question of the first file with the first text, and so on.

    Raises DataError if some belong to none.
    """
    most = max(len(files), len(texts))
    if not most or {len(files), len(texts)} - {0, most}:
        raise DataError(
            f"questions must be images, texts, or as many of both, got {len(files)} images and {len(texts)} "
            "texts; give FILE, --text TEXT, or both, '' for what is missing"
        )
    return [Question(text, file) for text, file in zip_longest(texts, files, fillvalue="")]


def predict(session: Session, questions: Sequence[Question], folds: int | None = FIRST_FOLD) -> Answer:
    """Return the answers of the entry that the last run chose for its submission, by its models of the first
    few folds, or of all where `folds` is None.

    Raises what `read_rows` and `load_predictor` raise.
    """
    with TemporaryDirectory(prefix="podium-predict-") as folder:
        X = read_rows(session, questions, Path(folder))
        predictor = load_predictor(session, folds)
        table = session.dataset.task.answer_table(predictor.predict(X))
    table.insert(0, "input", list(map(str, questions)))
    return Answer(predictor.entry, table)


def read_rows(session: Session, questions: Sequence[Question], folder: Path) -> Any:
    """Return a row of X for each question; what is decoded of files stays in the folder.

    Raises CompetitionError if the competition cannot make any, DataError for a question that is empty, too
    long, or of a kind that it does not take.
    """
    modality = session.dataset.modality
    _require_questions(session)
    for question in questions:
        _require_fitting(question, modality.asks)
    declared = session.competition.rows
    if declared is None:
        X = modality.read_questions(questions, session.dataset.X)
    else:
        images = ImageFiles.of_questions(questions).cached_in(folder)
        X = declared([question.text for question in questions], images)
    return modality.isolate(X, folder)


def _require_questions(session: Session) -> None:
    if not session.dataset.modality.asks:
        raise CompetitionError(
            f"{session.competition.name!r} must have rows that a person can ask about, a text or an image, "
            f"got {session.dataset.modality.name} rows; look at the columns of its submission instead"
        )


def _require_fitting(question: Question, asks: Mapping[str, str]) -> None:
    wanted = " or ".join(asks.values())
    if not question.given:
        raise DataError(f"a question must be {wanted}, got nothing; give one")
    wrong = [kind for kind in question.given if kind not in asks]
    if wrong:
        got = {TEXT: "a text", FILE: "a file"}[wrong[0]]
        raise DataError(
            f"a question must be {wanted}, got {got}: {str(question)[:80]!r}; "
            "give an image as FILE, a text as --text TEXT"
        )
    if len(question.text) > LONGEST_TEXT:
        raise DataError(
            f"a text must have at most {LONGEST_TEXT} characters, got {len(question.text)}; make it shorter"
        )


def load_predictor(session: Session, folds: int | None = None) -> Predictor:
    """Return the entry that the last run chose for its submission. Only members with weight are read, of
    each the models of all folds, or of the first few.

    Raises CompetitionError if nothing was trained, ModelError or StoreError if a model was not, or not as it
    is now.
    """
    leaderboard, _ = read_leaderboard(session.competition, session.store)
    entry = next(e for e in leaderboard.entries if e.submitted)
    jobs = _jobs(session, [e for e in leaderboard.entries if e.kind == "model"])
    if entry.kind == "model":
        n_columns = session.dataset.task.n_columns
        return Predictor(
            entry, [_load(session, jobs[entry.name], folds)], lambda stack: stack[:, 0], n_columns
        )
    return _load_blend(session, entry, jobs, folds)


def _load_blend(session: Session, entry: Entry, jobs: Mapping[str, Job], folds: int | None) -> Predictor:
    """Return a blend, fitted again on the stored predictions of its members."""
    dataset = session.dataset
    method, jobs = _members(session, entry.name, jobs)
    members = [
        load_current(job, dataset, session.folds, session.metric, session.store) for job in jobs.values()
    ]
    fitted = fit_blend(method, members, session.scorer, dataset.task)
    weights = np.ones(len(members)) if fitted.weights is None else fitted.weights
    pairs = zip(jobs.values(), weights, strict=True)
    loaded = [_load(session, job, folds) if weight > 0 else None for job, weight in pairs]
    return Predictor(entry, loaded, fitted.combine, dataset.task.n_columns)


def _members(session: Session, name: str, jobs: Mapping[str, Job]) -> tuple[str, Mapping[str, Job]]:
    """Return the blend method behind an entry, and its members."""
    averages = session.competition.averages
    if name in averages:
        return "mean", {n: job for n, job in jobs.items() if n in averages[name]}
    return name, {n: job for n, job in jobs.items() if n.partition("@")[0] != BASELINE}


def _jobs(session: Session, entries: Sequence[Entry]) -> dict[str, Job]:
    """Return the jobs in the order in which they were blended."""
    ordered = sorted(entries, key=lambda entry: session.competition.place(entry.name))
    return {entry.name: stored_job(session.store, entry.name, entry.id) for entry in ordered}


def _load(session: Session, job: Job, folds: int | None) -> FoldModels:
    return load_fold_models(job, session.dataset, session.folds, session.store, folds)
