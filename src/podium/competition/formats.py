"""What a submission file holds for each test row: a label, probabilities, numbers, or several rows.

A declaration names one of the functions at the end: `submission=columns("EAP", "HPL", "MWS")`. Without one, a
file holds one answer for each id.

Shapes: m test rows; predictions (m, c), in the columns of the task.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from podium.errors import CompetitionError
from podium.formatting import sample

if TYPE_CHECKING:  # listing competitions must not wait for numpy
    import numpy as np
    import pandas as pd

    from podium.data.task import Task

ROW_SUM_TOLERANCE = 1e-3  # of probabilities that should sum to one


class SubmissionFormat(ABC):
    """What stands beside the id, or the ids, of a test row."""

    name: ClassVar[str]
    """What it is called in a sentence."""
    serves: ClassVar[frozenset[str]]
    """What a metric may need (see `Metric.needs`) where this is the file."""

    def answer_columns(self, target: str) -> list[str]:
        """Return the columns of the file beside the ids; `target` is the declared answer column."""
        return [target]

    @abstractmethod
    def require_task(self, task: Task, needs: str) -> None:
        """Raise CompetitionError if predictions of the task cannot be written so for a metric that `needs`
        this."""

    @abstractmethod
    def answers(self, task: Task, predicted: np.ndarray, needs: str) -> dict[str, np.ndarray]:
        """Return each answer column (rows,) by its name; "" is the declared one.

        `needs` is what the metric needs: where it is labels, several labels are written as ones and zeros.
        """

    def row_ids(self, task: Task, ids: np.ndarray) -> np.ndarray:
        """Return the ids (rows,) of the rows of `answers` for the test rows with these ids (m,)."""
        return ids

    @abstractmethod
    def expected(self, task: Task, needs: str) -> str:
        """Return what the answers must be, in a sentence."""

    @abstractmethod
    def strange_rows(self, task: Task, frame: pd.DataFrame, needs: str) -> pd.Series:
        """Return which rows (rows,) of the answer columns must not be as they are."""


@dataclass(frozen=True)
class Answer(SubmissionFormat):
    """The label of the most probable class, or the predicted number."""

    name: ClassVar[str] = "one answer for each row"
    serves: ClassVar[frozenset[str]] = frozenset({"labels", "numbers"})

    def require_task(self, task: Task, needs: str) -> None:
        if not task.has_one_answer:
            _refuse(self, task, "columns(...)")

    def answers(self, task: Task, predicted: np.ndarray, needs: str) -> dict[str, np.ndarray]:
        return {"": task.decide(predicted)}

    def expected(self, task: Task, needs: str) -> str:
        return task.expected_answers

    def strange_rows(self, task: Task, frame: pd.DataFrame, needs: str) -> pd.Series:
        answers = frame.iloc[:, 0]
        return answers.index.to_series().isin(task.strange_answers(answers).index)


@dataclass(frozen=True)
class Probability(SubmissionFormat):
    """The probability of one of two classes: of the one with this `label`, else of the second one."""

    label: Any = None

    name: ClassVar[str] = "the probability of one class"
    serves: ClassVar[frozenset[str]] = frozenset({"probabilities", "ranking"})

    def require_task(self, task: Task, needs: str) -> None:
        if not task.exclusive or task.n_columns != 2:
            _refuse(self, task, "columns(...)")
        if self.label is not None and str(self.label) not in task.submission_names:
            raise CompetitionError(
                f"probability({self.label!r}) must name one of the classes {sample(task.submission_names)}; "
                "name another"
            )

    def answers(self, task: Task, predicted: np.ndarray, needs: str) -> dict[str, np.ndarray]:
        column = 1 if self.label is None else task.submission_names.index(str(self.label))
        return {"": _shares(predicted)[:, column]}

    def expected(self, task: Task, needs: str) -> str:
        return task.expected_predictions

    def strange_rows(self, task: Task, frame: pd.DataFrame, needs: str) -> pd.Series:
        return task.strange_predictions(frame)


@dataclass(frozen=True)
class Columns(SubmissionFormat):
    """A column for each class, label or number, in the order of the file.

    A column is called as the class is in the data, after `prefix`; `names` are the file's own names.
    """

    names: tuple[str, ...]
    prefix: str = ""

    name: ClassVar[str] = "a column for each class, label or number"
    serves: ClassVar[frozenset[str]] = frozenset({"probabilities", "ranking", "numbers", "labels"})

    def answer_columns(self, target: str) -> list[str]:
        return list(self.names)

    def require_task(self, task: Task, needs: str) -> None:
        _refuse_labels(self, task, needs)
        expected = {self.prefix + name for name in task.submission_names}
        if expected != set(self.names):
            raise CompetitionError(
                f"submission columns must be one for each of {sample(sorted(expected), most=6)}, got "
                f"{sample(self.names, most=6)}; mend columns(...), its prefix, or the classes"
            )

    def answers(self, task: Task, predicted: np.ndarray, needs: str) -> dict[str, np.ndarray]:
        values = _written(task, predicted, needs)
        by_name = dict(zip(task.submission_names, values.T, strict=True))
        return {name: by_name[name.removeprefix(self.prefix)] for name in self.names}

    def expected(self, task: Task, needs: str) -> str:
        return task.expected_predictions + (" that sum to 1 in a row" if _sum_to_one(task, needs) else "")

    def strange_rows(self, task: Task, frame: pd.DataFrame, needs: str) -> pd.Series:
        strange = task.strange_predictions(frame)
        if not _sum_to_one(task, needs):
            return strange
        return strange | ((frame.astype(float).sum(axis=1) - 1).abs() > ROW_SUM_TOLERANCE)


@dataclass(frozen=True)
class Top(SubmissionFormat):
    """The labels of the k most probable classes in one cell, the best first."""

    k: int

    name: ClassVar[str] = "the most probable labels of each row"
    serves: ClassVar[frozenset[str]] = frozenset({"top labels"})

    def require_task(self, task: Task, needs: str) -> None:
        if not task.has_labels:
            _refuse(self, task, "no submission")
        spaced = [name for name in task.submission_names if " " in name]
        if spaced:
            raise CompetitionError(
                f"labels must have no space where several stand in one cell, got {sample(spaced)}; "
                "name the classes otherwise"
            )

    def answers(self, task: Task, predicted: np.ndarray, needs: str) -> dict[str, np.ndarray]:
        import numpy as np

        names = np.array(task.submission_names, dtype=object)
        order = np.argsort(-predicted, axis=1, kind="stable")[:, : self.k]
        return {"": np.array([" ".join(row) for row in names[order]], dtype=object)}

    def expected(self, task: Task, needs: str) -> str:
        return f"at most {self.k} different labels, a space between them"

    def strange_rows(self, task: Task, frame: pd.DataFrame, needs: str) -> pd.Series:
        known = set(task.submission_names)
        return ~frame.iloc[:, 0].astype(str).map(lambda cell: self._fits(cell.split(), known)).astype(bool)

    def _fits(self, labels: Sequence[str], known: set[str]) -> bool:
        return 0 < len(labels) <= self.k and set(labels) <= known and len(set(labels)) == len(labels)


@dataclass(frozen=True)
class LabelSet(SubmissionFormat):
    """All labels with a probability of a half and more in one cell; the most probable one where there is
    none."""

    name: ClassVar[str] = "all labels of a row in one cell"
    serves: ClassVar[frozenset[str]] = frozenset({"labels"})

    def require_task(self, task: Task, needs: str) -> None:
        if task.exclusive or not task.has_labels:
            _refuse(self, task, "no submission")
        Top(1).require_task(task, needs)

    def answers(self, task: Task, predicted: np.ndarray, needs: str) -> dict[str, np.ndarray]:
        import numpy as np

        names = np.array(task.submission_names, dtype=object)
        likely = np.minimum(0.5, predicted.max(axis=1, keepdims=True))
        return {"": np.array([" ".join(names[row]) for row in predicted >= likely], dtype=object)}

    def expected(self, task: Task, needs: str) -> str:
        return "labels, a space between them"

    def strange_rows(self, task: Task, frame: pd.DataFrame, needs: str) -> pd.Series:
        return Top(task.n_columns).strange_rows(task, frame, needs)


@dataclass(frozen=True)
class RowForEach(SubmissionFormat):
    """A row for each class, label or number of a test row.

    The `template` makes its id of the test row's `{id}`, the label's `{name}` and its `{number}`, counted
    from `first`: "{id}{number:02}" gives 101 and 102 for the id 1.
    """

    template: str
    first: int = 0

    name: ClassVar[str] = "a row for each class, label or number"
    serves: ClassVar[frozenset[str]] = frozenset({"probabilities", "ranking", "numbers", "labels"})

    def require_task(self, task: Task, needs: str) -> None:
        _refuse_labels(self, task, needs)
        if len(task.submission_names) < 2:
            _refuse(self, task, "no submission")

    def row_ids(self, task: Task, ids: np.ndarray) -> np.ndarray:
        import numpy as np

        numbered = list(enumerate(task.submission_names, self.first))
        made = [
            self.template.format(id=test_id, name=name, number=number)
            for test_id in ids.tolist()
            for number, name in numbered
        ]
        repeated = len(made) - len(set(made))
        if repeated:
            raise CompetitionError(
                f"the id template {self.template!r} must make another id for each row, got {repeated} "
                "repeated; give {number} more digits, as in {number:02}"
            )
        return np.array(made, dtype=object)

    def answers(self, task: Task, predicted: np.ndarray, needs: str) -> dict[str, np.ndarray]:
        return {"": _written(task, predicted, needs).ravel()}

    def expected(self, task: Task, needs: str) -> str:
        return task.expected_predictions

    def strange_rows(self, task: Task, frame: pd.DataFrame, needs: str) -> pd.Series:
        return task.strange_predictions(frame)


def _refuse(form: SubmissionFormat, task: Task, other: str) -> None:
    raise CompetitionError(
        f"a submission of {form.name} must be of another task, got {task.kind} with {task.n_columns} "
        f"column(s); declare submission={other}"
    )


def _refuse_labels(form: SubmissionFormat, task: Task, needs: str) -> None:
    if task.exclusive and needs == "labels":
        _refuse(form, task, "answer(), or another metric")


def _sum_to_one(task: Task, needs: str) -> bool:
    return task.exclusive and needs == "probabilities"


def _written(task: Task, predicted: np.ndarray, needs: str) -> np.ndarray:
    """Return what stands in the cells of each class, label or number (m, c)."""
    if _sum_to_one(task, needs):
        return _shares(predicted)
    if task.has_labels and needs == "labels":
        return task.decide(predicted)
    return predicted.clip(0, 1) if task.has_labels else predicted


def _shares(predicted: np.ndarray) -> np.ndarray:
    """Return probabilities that sum to one in each row."""
    doubles = predicted.astype("float64")
    return doubles / doubles.sum(axis=1, keepdims=True)


# ---- what a declaration says


def answer() -> SubmissionFormat:
    """Return the format of one label or number for each id."""
    return Answer()


def probability(label: Any = None) -> SubmissionFormat:
    """Return the format of one probability for each id: of the class with this label as it stands in the
    data, else of the second class."""
    return Probability(label)


def columns(*names: str, prefix: str = "") -> SubmissionFormat:
    """Return the format of a column for each class, label or number, in the order of the file."""
    return Columns(names, prefix)


def top(k: int) -> SubmissionFormat:
    """Return the format of the k most probable labels in one cell."""
    return Top(k)


def label_set() -> SubmissionFormat:
    """Return the format of all of a row's labels in one cell."""
    return LabelSet()


def row_for_each(template: str, first: int = 0) -> SubmissionFormat:
    """Return the format of several rows for one test row, whose ids the template makes (see
    `RowForEach`)."""
    return RowForEach(template, first)
