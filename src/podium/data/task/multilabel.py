"""Any of several labels for each row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from podium.data.encoding import Encoding, Ranks
from podium.data.task.base import Task
from podium.data.task.classification import Classification
from podium.data.task.labels import MOST_NAMED, LabelTask, unused_labels
from podium.errors import DataError, ModelError
from podium.formatting import percent, probability, sample, short


@dataclass(frozen=True, eq=False)
class Multilabel(LabelTask):
    """Any of t labels for each row: `y` (n, t) holds ones and zeros, a prediction a probability for each
    label."""

    label_names: Sequence[str]

    kind: ClassVar[str] = "multilabel"
    worst_caption: ClassVar[str] = (
        "The training rows to whose labels {entry!r}, fitted without them, gives the lowest probability."
    )
    expected_answers: ClassVar[str] = "zeros and ones"  # type: ignore[misc]

    @property
    def n_columns(self) -> int:
        return len(self.label_names)

    @property
    def names(self) -> list[str]:
        return list(self.label_names)

    @property
    def one_target(self) -> Task | None:
        return Classification(np.arange(2))

    def has_label(self, y: np.ndarray, column: int) -> np.ndarray:
        return np.asarray(y[:, column] == 1)

    @property
    def key(self) -> Any:
        return ["multilabel", *self.label_names]

    def validate(self, y: np.ndarray) -> None:
        values = np.asarray(y)
        if values.ndim != 2 or values.shape[1] != self.n_columns:
            raise DataError(
                f"y must have a column for each of the {self.n_columns} labels, got shape {values.shape}"
            )
        strange = values[~np.isin(values, (0, 1))]
        if strange.size:
            raise DataError(
                f"y must hold zeros and ones where a row may have several labels, got "
                f"{sample(np.unique(strange).tolist())} in {strange.size} cells; encode the labels"
            )

    def labels(self, y: np.ndarray) -> np.ndarray:
        return y

    def strata(self, y: np.ndarray, least: int) -> np.ndarray:
        """Return the rarest label (n,) of each row, or t where it has none: the rare ones must be spread."""
        counts = y.sum(axis=0)
        rarity = np.where(y == 1, counts, len(y) + 1)
        return np.where(y.any(axis=1), rarity.argmin(axis=1), self.n_columns)

    def strata_to_split(self, y: np.ndarray) -> list[tuple[str, np.ndarray]]:
        return [(f"label {name!r}", y[:, column] == 1) for column, name in enumerate(self.label_names)]

    def class_codes(self, y: np.ndarray) -> np.ndarray:
        raise ModelError("rows with several labels have no single class; leave `balance` out")

    def encode(self, y: np.ndarray) -> Encoding:
        """Return the number of labels as ranks: one column that every label has a part in."""
        return Ranks(pd.Series(y.sum(axis=1)).rank(pct=True).to_numpy()[:, None])

    def fit_targets(self, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """A label that no row has cannot be learnt: many models refuse a column of zeros."""
        present = np.flatnonzero(y.any(axis=0))
        return y[:, present], present

    def predict(self, model: Any, X: Any, columns: np.ndarray, name: str) -> np.ndarray:
        """A label that the training rows lack gets probability zero.

        Models give one array (rows, p), or as scikit-learn's trees a list of p arrays (rows, 2), each of the
        probabilities of no and yes. For a single label they may give one such array.
        """
        given = model.predict_proba(X)
        if isinstance(given, list):
            given = np.column_stack([one[:, -1] for one in given])
        predicted = np.asarray(given)
        if predicted.shape == (len(X), 2) and len(columns) == 1:
            predicted = predicted[:, 1:]
        return self.align(predicted, columns, len(X), name)

    def perfect(self, y: np.ndarray) -> np.ndarray:
        return y.astype(np.float64)

    def decide(self, predicted: np.ndarray) -> np.ndarray:
        return (predicted >= 0.5).astype(np.int64)

    def answer_table(self, predicted: np.ndarray) -> pd.DataFrame:
        names = np.array(self.names)
        answers = [", ".join(names[row == 1]) for row in self.decide(predicted)]
        table = pd.DataFrame({"prediction": answers})
        return table.join(pd.DataFrame(predicted, columns=[f"p({name})" for name in self.names]))

    def errors(self, y: np.ndarray, predicted: np.ndarray) -> np.ndarray:
        return np.abs(predicted.astype(np.float64) - y).mean(axis=1)

    def support(self, y: np.ndarray, predicted: np.ndarray) -> np.ndarray:
        return 1 - self.errors(y, predicted)

    def certainty(self, predicted: np.ndarray) -> np.ndarray | None:
        return np.maximum(predicted, 1 - predicted).mean(axis=1)

    def describe_row(self, facts: Any) -> str:
        given = probability(facts.probability)
        return f"true {facts.label}, predicted {facts.predicted}; P(true labels) {given}"

    def strange_answers(self, answers: pd.Series) -> pd.Series:
        return answers[~answers.isin([0, 1])]

    def sample_targets(self, y: np.ndarray, rows: int) -> np.ndarray:
        return (np.arange(rows)[:, None] % self.n_columns == np.arange(self.n_columns)).astype(np.int64)

    def describe(self, y: np.ndarray) -> str:
        shares = [
            f"{short(name)} {percent(share)}" for name, share in zip(self.names, y.mean(axis=0), strict=True)
        ]
        more = f", and {len(shares) - MOST_NAMED} more" if len(shares) > MOST_NAMED else ""
        return f"{self.n_columns} labels in {len(y):,} rows: {', '.join(shares[:MOST_NAMED])}{more}"

    def label_faults(self, y: np.ndarray) -> Iterator[str]:
        """Report labels that no row has."""
        yield from unused_labels(np.array(self.names)[~y.any(axis=0)])

    def describe_part(self, inside: np.ndarray, y: np.ndarray) -> str:
        return f"{inside.sum(axis=1).mean():.3g} labels in the mean, of all rows {y.sum(axis=1).mean():.3g}"
