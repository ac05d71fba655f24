"""Questions to a trained entry, one at a time, and its answers in words."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from podium.data.dataset import Dataset, take
from podium.data.images import ImageFiles
from podium.data.multimodal import Parts
from podium.demo.inputs import DRAWING, Seen, inputs_of, looks, open_upload
from podium.errors import DataError
from podium.metrics.metrics import Metric
from podium.pipeline.leaderboard import Entry
from podium.pipeline.predict import IMAGE, QUICK, Asker, Question, load, read_rows, takes
from podium.pipeline.train import Setting

SAMPLES = 8
TOP = 5  # classes shown
TRIED = 1000  # rows of a class, until one has an image


@dataclass(frozen=True)
class Class:
    """`picture` is one of its training images, where there are any."""

    label: str
    name: str
    picture: Image.Image | None


@dataclass(frozen=True)
class Reply:
    """`top` holds the most probable classes with their probabilities, the answer first; where numbers are
    predicted it is empty and `number` is given. It took `seconds`; `seen` is the question."""

    seen: Seen
    top: Sequence[tuple[Class, float]]
    number: float | None
    seconds: float
    remark: str = ""


class Answerer:
    """The entry that would be submitted, in memory, and a few test rows to try it on.

    It answers by the models of the first fold alone: that is what cross-validation scored, and all five
    folds of a blend of networks take seconds. `folder` is for what is made of uploads.
    """

    def __init__(self, setting: Setting, folder: Path):
        dataset = setting.dataset
        self.setting, self.folder = setting, folder
        self.asker: Asker = load(setting, QUICK)
        self.classes = _classes(dataset)
        self.kinds = inputs_of(dataset.X) if setting.competition.rows else []
        many = len(dataset.X_test)
        self.rows = np.unique(np.linspace(0, many - 1, min(SAMPLES, many)).astype(int))
        self.samples = [looks(dataset.X_test, row) for row in self.rows]
        self._X = _apart(take(dataset.X_test, self.rows), folder)

    @property
    def entry(self) -> Entry:
        return self.asker.entry

    @property
    def error(self) -> float | None:
        """The root of the mean squared error by cross-validation, where numbers are predicted and it is
        known."""
        return _rmse(self.entry, self.setting.metric)

    def warm_up(self) -> None:
        """Ask all samples: the first questions wait for TensorFlow to trace its graphs."""
        for number in range(len(self.samples)):
            self.about_sample(number)

    def about_sample(self, number: int) -> Reply:
        started = time.perf_counter()
        return self._reply(take(self._X, np.array([number])), self.samples[number], started)

    def about(self, text: str = "", upload: str | None = None) -> Reply:
        """Of a text, the path of a photo or drawing, or both. Raises DataError, one sentence, for what
        cannot be answered."""
        started = time.perf_counter()
        picture, remark = open_upload(Path(upload)) if upload else (None, "")
        X = read_rows(self.setting, [Question(text, upload or "")], self.folder)
        seen = looks(X, 0) if DRAWING in self.kinds else Seen(text, picture)
        return self._reply(X, seen, started, remark)

    def _reply(self, X: Any, seen: Seen, started: float, remark: str = "") -> Reply:
        (said,) = self.asker.ask(X)
        seconds = time.perf_counter() - started
        if self.setting.dataset.is_regression:
            return Reply(seen, [], float(said[0]), seconds, remark)
        order = np.argsort(-said, kind="stable")[:TOP]
        return Reply(seen, [(self.classes[c], float(said[c])) for c in order], None, seconds, remark)


def _apart(X: Any, folder: Path) -> Any:
    """Else all test images would be decoded with these."""
    if isinstance(X, Parts):
        return Parts({name: _apart(one, folder) for name, one in X.named.items()})
    return X.kept_in(folder) if isinstance(X, ImageFiles) else X


def _classes(dataset: Dataset) -> list[Class]:
    if dataset.classes is None:
        return []
    names = dataset.called(np.eye(dataset.width))
    return [
        Class(str(label), str(name), _picture(dataset, code))
        for code, (label, name) in enumerate(zip(dataset.classes, names, strict=True))
    ]


def _picture(dataset: Dataset, code: int) -> Image.Image | None:
    """Of the first training row of the class that has an image which can be decoded."""
    if IMAGE not in takes(dataset.X):
        return None
    for row in np.flatnonzero(dataset.y == code)[:TRIED]:
        with suppress(DataError):
            if picture := looks(dataset.X, row).picture:
                return picture
    return None


def _rmse(entry: Entry, metric: Metric) -> float | None:
    known = {metric.name: entry.score, **{name: score for name, (score, _) in entry.also.items()}}
    return known.get("rmse")
