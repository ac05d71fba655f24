"""Answer questions with a trained entry in memory, one at a time."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from podium.data.dataset import Dataset
from podium.data.modality import Question
from podium.data.rows import take
from podium.demo.inputs import DRAWING, Preview, inputs_of, preview_row
from podium.errors import DataError
from podium.pipeline.leaderboard import Entry
from podium.pipeline.predict import FIRST_FOLD, load_predictor, read_rows
from podium.pipeline.session import Session

EXAMPLES = 8  # test rows that a person can try
TOP_CLASSES = 5
MOST_TRIED_ROWS = 1000  # of a class, until one has a picture


@dataclass(frozen=True)
class ShownClass:
    """A class or label as the page shows it.

    `label` is its name in a submission, `name` what people call it, and `picture` one of its training images,
    None where there are none.
    """

    label: str
    name: str
    picture: Image.Image | None


@dataclass(frozen=True)
class Reply:
    """The answer to a question, in words for the page.

    `question` is how the row looks, `answer` the predicted class by its name, or the number. `top` holds the
    most probable classes with their probabilities, best first; it is empty where numbers are predicted. The
    answer took `seconds`. `remark` says what is special about the input.
    """

    question: Preview
    answer: str | float
    top: Sequence[tuple[ShownClass, float]]
    seconds: float
    remark: str = ""


class Answerer:
    """The entry that would be submitted, with its models in memory, and a few test rows as examples.

    Only the models of the first fold answer: this is how the score was measured, and all folds of a blend of
    networks would take seconds. `folder` is for what is made of uploads.
    """

    def __init__(self, session: Session, folder: Path):
        dataset = session.dataset
        self.session = session
        self.folder = folder
        self.predictor = load_predictor(session, FIRST_FOLD)
        self.classes = _shown_classes(dataset)
        self.inputs = inputs_of(dataset.modality) if _takes_questions(session) else []
        rows = len(dataset.X_test)
        self.rows = np.unique(np.linspace(0, rows - 1, min(EXAMPLES, rows)).astype(int))
        self.examples = [preview_row(dataset.modality, dataset.X_test, row) for row in self.rows]
        # Isolated, because all test images would be decoded with these otherwise.
        self._X = dataset.modality.isolate(take(dataset.X_test, self.rows), folder)

    @property
    def entry(self) -> Entry:
        """Return the leaderboard's row of the entry that answers."""
        return self.predictor.entry

    @property
    def error(self) -> float | None:
        """Return the root of the cross-validated mean squared error, or None where it was not measured."""
        scores = {name: score for name, (score, _) in self.entry.extra_metrics.items()}
        return {self.session.metric.name: self.entry.score, **scores}.get("rmse")

    def warm_up(self) -> None:
        """Answer all examples, so that no person waits until TensorFlow has traced its graphs."""
        for number in range(len(self.examples)):
            self.answer_example(number)

    def answer_example(self, number: int) -> Reply:
        """Return the answer to an example, counted from 0."""
        started = time.perf_counter()
        return self._reply(take(self._X, np.array([number])), self.examples[number], started)

    def answer(self, text: str = "", upload: str | None = None) -> Reply:
        """Return the answer to a text, to the file at the path `upload`, or to both together.

        Raises DataError, one sentence, for what cannot be answered.
        """
        started = time.perf_counter()
        modality = self.session.dataset.modality
        picture, remark = modality.check_file(Path(upload)) if upload else (None, "")
        X = read_rows(self.session, [Question(text, upload or "")], self.folder)
        drawn = DRAWING in self.inputs  # shown as the models see it: centred, and of few pixels
        question = preview_row(modality, X, 0) if drawn else Preview(text, picture)
        return self._reply(X, question, started, remark)

    def _reply(self, X: Any, question: Preview, started: float, remark: str = "") -> Reply:
        predicted = self.predictor.predict(X)
        seconds = time.perf_counter() - started
        task = self.session.dataset.task
        (answer,) = task.answer_table(predicted)["prediction"]
        ranked = task.rank(predicted[0], TOP_CLASSES)
        top = [(self.classes[column], probability) for column, probability in ranked]
        return Reply(question, str(answer) if top else float(answer), top, seconds, remark)


def _takes_questions(session: Session) -> bool:
    """Return whether the competition or the modality can make rows of a person's question."""
    dataset = session.dataset
    return session.competition.rows is not None or dataset.modality.can_read_questions(dataset.X)


def _shown_classes(dataset: Dataset) -> list[ShownClass]:
    task = dataset.task
    named = zip(task.submission_names, task.names, strict=True)
    return [
        ShownClass(label, name, _training_picture(dataset, column))
        for column, (label, name) in enumerate(named)
    ]


def _training_picture(dataset: Dataset, column: int) -> Image.Image | None:
    """Return the first picture among the training rows of a class that can be made, or None."""
    rows = np.flatnonzero(dataset.task.has_label(dataset.y, column))
    for row in rows[:MOST_TRIED_ROWS]:
        with suppress(DataError):
            picture = preview_row(dataset.modality, dataset.X, int(row)).picture
            if picture:
                return picture
    return None
