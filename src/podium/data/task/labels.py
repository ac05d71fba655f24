"""What one class for each row and several labels for each row have in common."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import pandas as pd

from podium.data.task.base import Task
from podium.errors import ModelError
from podium.formatting import sample

MOST_NAMED = 10  # classes or labels that a line names


class LabelTask(Task):
    """A task whose predictions are the probabilities of classes or labels."""

    noun: ClassVar[str] = "label"
    has_labels: ClassVar[bool] = True
    expected_predictions: ClassVar[str] = "probabilities from 0 to 1"
    conflicts_matter: ClassVar[bool] = True
    conflict_advice: ClassVar[str] = "correct them, or drop these rows (FoldPlan.contradictions)"
    worst_title: ClassVar[str] = "Highest loss"

    def rank(self, predicted: np.ndarray, most: int) -> list[tuple[int, float]]:
        order = np.argsort(-predicted, kind="stable")[:most]
        return [(int(column), float(predicted[column])) for column in order]

    def row_facts(self, y: np.ndarray, predicted: np.ndarray) -> dict[str, np.ndarray]:
        return {"probability": self.support(y, predicted).round(5)}

    def strange_predictions(self, frame: pd.DataFrame) -> pd.Series:
        numbers = frame.apply(pd.to_numeric, errors="coerce")
        return ~((numbers >= 0) & (numbers <= 1)).all(axis=1)

    def align(self, predicted: np.ndarray, columns: np.ndarray, rows: int, name: str) -> np.ndarray:
        """Return the probabilities (rows, c), with zeros in the columns that were not learnt.

        Raises ModelError, naming the model, if `predicted` is not (rows, columns) of finite numbers.
        """
        shape = (rows, len(columns))
        if predicted.shape != shape or not np.isfinite(predicted).all():
            raise ModelError(
                f"model {name!r} must give finite probabilities of shape {shape}, got {predicted.shape} with "
                f"{(~np.isfinite(predicted)).sum()} that are not finite; look at its factory"
            )
        aligned = np.zeros((rows, self.n_columns), dtype=np.float32)
        aligned[:, columns] = predicted
        return aligned


def unused_labels(labels: np.ndarray) -> Iterator[str]:
    """Yield a line if there are labels (k,) that no training row has."""
    if len(labels):
        yield (
            f"no training row has the label {sample(labels.tolist())}; no model can learn it: "
            "look at the classes"
        )
