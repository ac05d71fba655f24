"""Answer questions with a trained entry in memory, one at a time."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from podium.data.dataset import Dataset
from podium.data.modality import Question
from podium.data.rows import take
from podium.demo.inputs import DRAWING, View, inputs_of, view_row
from podium.errors import DataError
from podium.pipeline.leaderboard import Entry
from podium.pipeline.predict import FIRST_FOLD, Predictor, load_predictor, read_rows
from podium.pipeline.session import Session

EXAMPLES = 8
TOP_CLASSES = 5
MOST_TRIED_ROWS = 1000  # of a class, until one has an image


@dataclass(frozen=True)
class Class:
    """A class as the page shows it. `picture` is one of its training images, where there are any."""

    label: str
    name: str
    picture: Image.Image | None


@dataclass(frozen=True)
class Reply:
    """An answer. `top` holds the most probable classes with their probabilities, the answer first; it is
    empty where numbers are predicted, and `number` is given. It took `seconds`; `question` is what was
    asked."""

    question: View
    top: Sequence[tuple[Class, float]]
    number: float | None
    seconds: float
    remark: str = ""


class Answerer:
    """The entry that would be submitted, in memory, and a few test rows to try it on.

    It answers by the models of the first fold alone: that is how the score was measured, and all five folds
    of a blend of networks take seconds. `folder` is for what is made of uploads.
    """

    def __init__(self, session: Session, folder: Path):
        dataset = session.dataset
        self.session = session
        self.folder = folder
        self.predictor: Predictor = load_predictor(session, FIRST_FOLD)
        self.classes = _classes(dataset)
        self.kinds = inputs_of(dataset.modality) if _can_be_asked(session) else []
        rows = len(dataset.X_test)
        self.rows = np.unique(np.linspace(0, rows - 1, min(EXAMPLES, rows)).astype(int))
        self.examples = [view_row(dataset.modality, dataset.X_test, row) for row in self.rows]
        # Apart, else all test images would be decoded with these.
        self._X = dataset.modality.isolate(take(dataset.X_test, self.rows), folder)

    @property
    def entry(self) -> Entry:
        """Return the entry that answers."""
        return self.predictor.entry

    @property
    def error(self) -> float | None:
        """Return the cross-validated root of the mean squared error, where numbers are predicted and it is
        known."""
        extra = {name: score for name, (score, _) in self.entry.extra_metrics.items()}
        return {self.session.metric.name: self.entry.score, **extra}.get("rmse")

    def warm_up(self) -> None:
        """Predict all examples: the first questions wait for TensorFlow to trace its graphs."""
        for number in range(len(self.examples)):
            self.about_example(number)

    def about_example(self, number: int) -> Reply:
        """Return the answer for an example."""
        started = time.perf_counter()
        return self._reply(take(self._X, np.array([number])), self.examples[number], started)

    def about(self, text: str | None = "", upload: str | None = None) -> Reply:
        """Return the answer for a text, the path of a photo or drawing, or both.

        Raises DataError, one sentence, for what cannot be answered.
        """
        started = time.perf_counter()
        modality = self.session.dataset.modality
        picture, remark = modality.check_file(Path(upload)) if upload else (None, "")
        question = Question(text or "", upload or "")  # a form without a text box gives None
        X = read_rows(self.session, [question], self.folder)
        view = view_row(modality, X, 0) if DRAWING in self.kinds else View(question.text, picture)
        return self._reply(X, view, started, remark)

    def _reply(self, X: Any, view: View, started: float, remark: str = "") -> Reply:
        (predicted,) = self.predictor.predict(X)
        seconds = time.perf_counter() - started
        ranked = self.session.dataset.task.rank(predicted, TOP_CLASSES)
        top = [(self.classes[code], probability) for code, probability in ranked]
        return Reply(view, top, None if top else float(predicted[0]), seconds, remark)


def _can_be_asked(session: Session) -> bool:
    """Return whether rows can be made of a person's question: by the modality, or by the competition."""
    return bool(session.competition.rows) or session.dataset.modality.can_read_questions(session.dataset.X)


def _classes(dataset: Dataset) -> list[Class]:
    names = dataset.task.names
    labels: Iterable[object] = dataset.task.labels(np.arange(len(names))) if names else ()
    return [
        Class(str(label), name, _picture(dataset, code))
        for code, (label, name) in enumerate(zip(labels, names, strict=True))
    ]


def _picture(dataset: Dataset, code: int) -> Image.Image | None:
    """Return the picture of the first training row of the class that has one which can be decoded."""
    for row in np.flatnonzero(dataset.y == code)[:MOST_TRIED_ROWS]:
        with suppress(DataError):
            picture = view_row(dataset.modality, dataset.X, int(row)).picture
            if picture:
                return picture
    return None
