"""What an entry's models of one fold predict once a column of the rows is changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from podium.data.modality import Modality
from podium.data.rows import take
from podium.models import registry
from podium.models.registry import ModelRow
from podium.pipeline.predict import Predictor
from podium.pipeline.stored import FoldModels

MOST_NUMBERS = 10_000_000  # of rows, or of predictions, that are in memory at once


@dataclass(frozen=True)
class Change:
    """A column of some rows, and the values (n,) that take the place of its own."""

    column: Any
    values: Any


@dataclass(frozen=True)
class FoldEntry:
    """The models of one fold behind an entry, and the n rows X that they are asked about."""

    predictor: Predictor
    fold: int
    modality: Modality
    X: Any

    @cached_property
    def _unchanged(self) -> list[np.ndarray]:
        """Return the predictions (n, c) of each member for the rows as they are."""
        return [self._ask(member, self.X) for member in self.predictor.members]

    def predict(self) -> np.ndarray:
        """Return the predictions (n, c) for the rows as they are."""
        return self.predictor.combine(np.stack(self._unchanged, axis=1))

    def predict_changed(self, changes: Sequence[Change]) -> np.ndarray:
        """Return the predictions (changes, n, c) for the rows after each of the changes alone.

        The members are asked about many changes at once: a pipeline needs about as long for few rows as for
        many. A member that is given none of the columns is not asked again.
        """
        numbers = len(self.X) * (self.modality.width(self.X) + self.predictor.n_columns)
        at_once = max(1, MOST_NUMBERS // max(1, numbers))
        starts = range(0, len(changes), at_once)
        return np.concatenate([self._predict_at_once(changes[start : start + at_once]) for start in starts])

    def _predict_at_once(self, changes: Sequence[Change]) -> np.ndarray:
        columns = dict.fromkeys(change.column for change in changes)
        fed = frozenset().union(*(self.modality.feeds_from(self.X, column) for column in columns))
        X = changed_copies(self.modality, self.X, changes)
        stack = [
            self._ask(member, X)
            if member is None or reads(member, fed)
            else self._repeated(number, len(changes))
            for number, member in enumerate(self.predictor.members)
        ]
        combined = self.predictor.combine(np.stack(stack, axis=1))
        return combined.reshape(len(changes), len(self.X), -1)

    def _repeated(self, member: int, times: int) -> np.ndarray:
        """Return what a member predicts for so many copies of the rows as they are."""
        return np.tile(self._unchanged[member], (times, 1))

    def _ask(self, member: FoldModels | None, X: Any) -> np.ndarray:
        if member is None:
            return np.zeros((len(X), self.predictor.n_columns))
        return member.predict_by(self.fold, X)


def changed_copies(modality: Modality, X: Any, changes: Sequence[Change]) -> Any:
    """Return copies of the n rows X one after the other, one for each change, which is made in it alone."""
    n = len(X)
    copies = take(X, np.tile(np.arange(n), len(changes)))
    table = modality.columns(copies)
    for column in dict.fromkeys(change.column for change in changes):
        values = table[column].array.copy()  # type: ignore[index]  # there is a table where there are columns
        for number, change in enumerate(changes):
            if change.column == column:
                values[number * n : (number + 1) * n] = change.values
        copies = modality.with_column(copies, column, values)
    return copies


def reads(member: FoldModels, feeds: frozenset[str]) -> bool:
    """Return whether a member may be given what rows of these kinds hold."""
    takes = model_row(member).takes
    return not takes or bool(takes & feeds)


def model_row(member: FoldModels) -> ModelRow:
    """Return what the registry says of a member's model."""
    job = member.job
    return registry.find(job.model, [member.dataset.task.kind], job.params)
