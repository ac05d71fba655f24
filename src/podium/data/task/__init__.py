"""What is to be predicted: one of several classes, any of several labels, or one or several numbers.

Every decision that depends on the kind of target is a method of `Task`, so that the rest of podium never
asks which kind it has. A new kind of target is one more subclass in a file here, listed in `TASKS`.

Shapes: n training rows; c columns of a prediction (a probability for each class or label, or one number).
`y` is (n,) of class codes or numbers, or (n, c) of several numbers, or of zeros and ones for labels.
Predictions are always (rows, c).
"""

from __future__ import annotations

from podium.data.task.base import Task
from podium.data.task.classification import Classification, encode_labels
from podium.data.task.multilabel import Multilabel
from podium.data.task.regression import Regression

__all__ = ["TASKS", "Classification", "Multilabel", "Regression", "Task", "encode_labels"]

TASKS: tuple[type[Task], ...] = (Classification, Multilabel, Regression)
