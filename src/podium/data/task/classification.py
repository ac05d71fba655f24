"""One of several classes for each row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from podium.data.encoding import Encoding, OneHot
from podium.data.task.labels import MOST_NAMED, LabelTask, unused_labels
from podium.errors import DataError
from podium.formatting import percent, probability, sample, short


@dataclass(frozen=True, eq=False)
class Classification(LabelTask):
    """One of k classes for each row.

    `classes` (k,) holds the labels as they stand in a submission; `y` (n,) holds codes into them.
    `class_names` (k,) says what people call the classes, where a label says nothing.
    """

    classes: np.ndarray
    class_names: Sequence[str] | None = None

    kind: ClassVar[str] = "classification"
    exclusive: ClassVar[bool] = True
    worst_caption: ClassVar[str] = (
        "The training rows to whose label {entry!r}, fitted without them, gives the lowest probability."
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "classes", np.asarray(self.classes))
        if self.class_names is not None and len(self.class_names) != len(self.classes):
            raise DataError(
                f"class_names must name each of the {len(self.classes)} classes, "
                f"got {len(self.class_names)} names"
            )

    @property
    def n_columns(self) -> int:
        return len(self.classes)

    @property
    def names(self) -> list[str]:
        names = self.classes.tolist() if self.class_names is None else self.class_names
        return [str(name) for name in names]

    @property
    def submission_names(self) -> list[str]:
        return [str(label) for label in self.classes.tolist()]

    def has_label(self, y: np.ndarray, column: int) -> np.ndarray:
        return np.asarray(y == column)

    @property
    def key(self) -> Any:
        return self.classes

    def validate(self, y: np.ndarray) -> None:
        codes = np.asarray(y)
        if codes.ndim != 1 or codes.dtype.kind not in "iu":
            raise DataError(
                f"y must hold one class code for each row, got {codes.dtype} of shape {codes.shape}; "
                "encode the labels"
            )
        outside = (codes < 0) | (codes >= self.n_columns)
        if outside.any():
            raise DataError(
                f"y must hold codes of {self.n_columns} classes, "
                f"got {sample(np.unique(codes[outside]).tolist())} in {outside.sum()} rows; encode the labels"
            )

    def labels(self, y: np.ndarray) -> np.ndarray:
        return np.asarray(self.classes[y])

    def strata(self, y: np.ndarray, least: int) -> np.ndarray:
        return y

    def strata_to_split(self, y: np.ndarray) -> list[tuple[str, np.ndarray]]:
        return [(f"class {label!r}", y == code) for code, label in enumerate(self.classes.tolist())]

    def class_codes(self, y: np.ndarray) -> np.ndarray:
        return y

    def encode(self, y: np.ndarray) -> Encoding:
        return OneHot(self.perfect(y))

    def fit_targets(self, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        present, codes = np.unique(y, return_inverse=True)
        return codes, present

    def predict(self, model: Any, X: Any, columns: np.ndarray, name: str) -> np.ndarray:
        """A class that the training rows lack gets probability zero."""
        return self.align(np.asarray(model.predict_proba(X)), columns, len(X), name)

    def perfect(self, y: np.ndarray) -> np.ndarray:
        return np.asarray(np.eye(self.n_columns)[y])

    def decide(self, predicted: np.ndarray) -> np.ndarray:
        return np.asarray(self.classes[predicted.argmax(axis=1)])

    def decide_names(self, predicted: np.ndarray) -> np.ndarray:
        if self.class_names is None:
            return self.decide(predicted)
        return np.array(self.class_names)[predicted.argmax(axis=1)]

    def answer_table(self, predicted: np.ndarray) -> pd.DataFrame:
        table = pd.DataFrame({"prediction": self.decide_names(predicted)})
        return table.join(pd.DataFrame(predicted, columns=[f"p({name})" for name in self.names]))

    def errors(self, y: np.ndarray, predicted: np.ndarray) -> np.ndarray:
        return 1 - predicted.astype(np.float64)[np.arange(len(y)), y]

    def support(self, y: np.ndarray, predicted: np.ndarray) -> np.ndarray:
        return np.asarray(predicted[np.arange(len(y)), y])

    def certainty(self, predicted: np.ndarray) -> np.ndarray | None:
        return np.asarray(predicted.max(axis=1))

    def likely(self, y: np.ndarray, predicted: np.ndarray) -> np.ndarray:
        """Apply confident learning (Northcutt, Jiang and Chuang 2021, "Confident Learning: Estimating
        Uncertainty in Dataset Labels"): a class counts for a row whose probability is at least the mean
        probability that the class's own rows have."""
        given = predicted[np.arange(len(y)), y]
        own = [given[y == code] for code in range(self.n_columns)]
        least = np.array([rows.mean() if len(rows) else np.inf for rows in own])
        counting = np.where(predicted >= least, predicted, -1)
        return np.where(counting.max(axis=1) < 0, y, counting.argmax(axis=1))

    def describe_row(self, facts: Any) -> str:
        given = probability(facts.probability)
        return f"true {facts.label}, predicted {facts.predicted}; P(true label) {given}"

    @property
    def expected_answers(self) -> str:  # type: ignore[override]
        return f"labels of {sample(self.classes.tolist(), most=10)}"

    def strange_answers(self, answers: pd.Series) -> pd.Series:
        return answers[~answers.isin(self.classes)]

    def sample_targets(self, y: np.ndarray, rows: int) -> np.ndarray:
        return np.arange(rows) % self.n_columns

    def describe(self, y: np.ndarray) -> str:
        counts = np.bincount(y, minlength=self.n_columns)
        order = np.argsort(-counts, kind="stable")
        names = [short(name) for name in self.names]
        shares = [f"class {names[code]}: {percent(counts[code] / len(y))}" for code in order[:MOST_NAMED]]
        more = f", and {len(order) - MOST_NAMED} more" if len(order) > MOST_NAMED else ""
        return f"{self.n_columns} classes in {len(y):,} rows; {', '.join(shares)}{more}"

    def label_faults(self, y: np.ndarray) -> Iterator[str]:
        """Report labels that no row has, and labels that differ in case or white space only."""
        counts = np.bincount(y, minlength=self.n_columns)
        yield from unused_labels(self.classes[counts == 0])
        plain = pd.Series([str(label).strip().casefold() for label in self.classes])
        alike = self.classes[plain.duplicated(keep=False).to_numpy()].tolist()
        if alike:
            yield f"the labels {sample(alike)} differ in case or white space only; make one of them"

    def describe_part(self, inside: np.ndarray, y: np.ndarray) -> str:
        code = np.bincount(inside, minlength=self.n_columns).argmax()
        part, whole = (percent(np.mean(rows == code)) for rows in (inside, y))
        return f"class {short(self.names[code])}: {part}, of all rows {whole}"


def encode_labels(labels: Sequence[Any] | np.ndarray, classes: Sequence[Any], source: str) -> np.ndarray:
    """Return the codes (n,) of `labels` (n,) among `classes`.

    Raises DataError, naming the `source` and the labels that are no class.
    """
    labels = np.asarray(labels)
    codes = {label: code for code, label in enumerate(classes)}
    strange = [label for label in np.unique(labels).tolist() if label not in codes]
    if strange:
        raise DataError(
            f"{source} must be one of {sample(classes, most=10)}, "
            f"got {sample(strange)} in {np.isin(labels, strange).sum()} rows; mend the file"
        )
    return np.array([codes[label] for label in labels.tolist()], dtype=np.int64)
