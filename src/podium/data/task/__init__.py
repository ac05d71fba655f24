"""What is to be predicted: one of several classes, any of several labels, or a number.

Every decision that depends on the kind of target is a method of `Task`, so that the rest of podium never
asks which kind it has. A new kind of target is one more subclass in a file here, listed in `TASKS`.

Shapes: n training rows; c columns of a prediction (a probability for each class or label, or one number).
`y` is (n,) of class codes or numbers, or (n, c) of zeros and ones for several labels. Predictions are always
(rows, c).
"""

from __future__ import annotations

from podium.data.task.base import Task
from podium.data.task.classification import Classification, encode_labels
from podium.data.task.multilabel import Multilabel
from podium.data.task.regression import Regression

__all__ = ["TASKS", "Classification", "Multilabel", "Regression", "Task", "encode_labels", "kinds_that_give"]

TASKS: tuple[type[Task], ...] = (Classification, Multilabel, Regression)


def kinds_that_give(needs: str) -> frozenset[str]:
    """Return the kinds of task whose predictions can be scored as what a metric needs."""
    return frozenset(task.kind for task in TASKS if needs in task.gives)
