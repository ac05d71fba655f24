"""What the trained entry says of rows that are in no file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from podium.data.dataset import Dataset
from podium.data.images import ImageFiles
from podium.data.multimodal import Parts
from podium.errors import CompetitionError, DataError
from podium.pipeline import crossval
from podium.pipeline.blend import Combine, fit_blend
from podium.pipeline.crossval import FoldModels, Job, kept
from podium.pipeline.leaderboard import Entry
from podium.pipeline.train import BASELINE, Setting, read_leaderboard, select_models

TEXT, IMAGE = "text", "image"
A = {TEXT: "a text", IMAGE: "an image"}
LONGEST = 10_000  # characters of a text
QUICK = 1  # of how many folds the models are asked: single folds are what the score was measured on


@dataclass(frozen=True)
class Question:
    """A text, the path of an image, or both; "" where there is none."""

    text: str = ""
    image: str = ""

    @property
    def given(self) -> list[str]:
        return [kind for kind, value in ((TEXT, self.text), (IMAGE, self.image)) if value.strip()]

    def __str__(self) -> str:
        return " ".join(filter(None, [self.image, self.text]))


@dataclass(frozen=True)
class Answer:
    """`table` has a row for each question: the `input`, the `prediction` (a number, or the class by its
    name), and of each class its probability, `p(name)`; the entry of the leaderboard gave them."""

    entry: Entry
    table: pd.DataFrame


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


def pair(images: Sequence[str], texts: Sequence[str]) -> list[Question]:
    """The first text belongs to the first image, and so on. Raises DataError if some belong to none."""
    most = max(len(images), len(texts))
    if not most or {len(images), len(texts)} - {0, most}:
        raise DataError(
            f"questions must be images, texts, or as many of both, got {len(images)} images and {len(texts)} "
            "texts; give FILE, --text TEXT, or both, '' for what is missing"
        )
    return [Question(text, image) for text, image in zip_longest(texts, images, fillvalue="")]


def predict(setting: Setting, questions: Sequence[Question], folds: int | None = QUICK) -> Answer:
    """Ask the entry that the last run chose for its submission: its models of the first few folds, or of
    all. Raises what `read_rows` and `load` raise."""
    with TemporaryDirectory(prefix="podium-predict-") as folder:
        X = read_rows(setting, questions, Path(folder))
        asker = load(setting, folds)
        return Answer(asker.entry, _table(setting.dataset, questions, asker.ask(X)))


def _table(dataset: Dataset, questions: Sequence[Question], said: np.ndarray) -> pd.DataFrame:
    table = pd.DataFrame({"input": list(map(str, questions)), "prediction": dataset.called(said)})
    if dataset.is_regression:
        return table
    names = dataset.called(np.eye(dataset.width))
    return table.join(pd.DataFrame(said, columns=[f"p({name})" for name in names]))


def takes(X: Any) -> list[str]:
    """Of what a person can make a row of X: `TEXT`, `IMAGE`, both, or neither."""
    if isinstance(X, Parts):
        return [kind for name, one in X.named.items() if name in ("text", "images") for kind in takes(one)]
    if isinstance(X, pd.DataFrame):
        return [TEXT] if "text" in X else []
    pictures = isinstance(X, ImageFiles) or (isinstance(X, np.ndarray) and X.ndim == 4)
    return [IMAGE] if pictures else []


def read_rows(setting: Setting, questions: Sequence[Question], folder: Path) -> Any:
    """Rows of X; what is decoded of images stays in the folder. Raises CompetitionError if the competition
    cannot make any, DataError for a question that is empty, too long, or of a kind that it does not take."""
    competition, kinds = setting.competition, takes(setting.dataset.X)
    if competition.rows is None or not kinds:
        raise CompetitionError(
            f"{competition.name!r} must declare how to read a question, found no `rows` in its "
            "competition.py; add a function of texts and images that gives rows of X"
        )
    for question in questions:
        _require_fitting(question, kinds)
    blank = [row for row, question in enumerate(questions) if IMAGE not in question.given]
    images = ImageFiles([Path(question.image) for question in questions], blank)
    return competition.rows([question.text for question in questions], images.kept_in(folder))


def _require_fitting(question: Question, kinds: Sequence[str]) -> None:
    wanted = " or ".join(A[kind] for kind in kinds)
    if not question.given:
        raise DataError(f"a question must be {wanted}, got nothing; give one")
    if wrong := [kind for kind in question.given if kind not in kinds]:
        raise DataError(
            f"a question must be {wanted}, got {A[wrong[0]]}: {str(question)[:80]!r}; "
            "give an image as FILE, a text as --text TEXT"
        )
    if len(question.text) > LONGEST:
        raise DataError(
            f"a text must have at most {LONGEST} characters, got {len(question.text)}; make it shorter"
        )


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
