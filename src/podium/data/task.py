"""What is to be predicted: one of several classes, any of several labels, or a number.

Every decision that depends on the kind of target is a method here, so that the rest of podium never asks
which kind it has. A new kind of target is one more subclass of `Task`.

Shapes: n training rows; c columns of a prediction (a probability for each class or label, or one number).
`y` is (n,) of class codes or numbers, or (n, c) of zeros and ones for several labels. Predictions are always
(rows, c).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from podium.data.encoding import Encoding, OneHot, Ranks
from podium.errors import DataError, ModelError
from podium.formatting import percent, probability, sample, short

FREQUENT = 0.05  # a number that at least this share of the rows has is a gap, a limit or a default
MOST_CLASSES = 10  # classes that a line names
LEAST_IN_RANGE = 0.05  # share of the rows that a declared range must hold to be used


class Task(ABC):
    """What is to be predicted, and every decision that depends on it."""

    kind: ClassVar[str]
    """The name that a model's row in the registry lists: "classification", "multilabel" or "regression"."""
    gives: ClassVar[frozenset[str]]
    """What a prediction can be scored as: "labels", "probabilities", "label sets", "numbers"."""
    noun: ClassVar[str]
    """What one row's target is called in a sentence."""
    conflicts_matter: ClassVar[bool]
    """Whether equal rows with different targets are a fault of the data."""
    conflict_advice: ClassVar[str]
    worst_title: ClassVar[str]
    """What the rows with the largest loss are called on a page."""
    worst_caption: ClassVar[str]

    # ---- the target

    @property
    @abstractmethod
    def n_columns(self) -> int:
        """Return the number of columns c of a prediction."""

    @property
    def names(self) -> list[str]:
        """Return what people call the classes or labels; empty where there are none."""
        return []

    @property
    def submission_names(self) -> list[str]:
        """Return what a submission calls the classes or labels; empty where there are none."""
        return self.names

    def has_label(self, y: np.ndarray, column: int) -> np.ndarray:
        """Return which rows (n,) are of the class, or carry the label, of a prediction's column; all, of
        numbers."""
        return np.ones(len(y), dtype=bool)

    @property
    def key(self) -> Any:
        """Return what of the task counts in the id of a data set."""
        return None

    @abstractmethod
    def validate(self, y: np.ndarray) -> None:
        """Raise DataError if y cannot be the target of this task."""

    @abstractmethod
    def labels(self, y: np.ndarray) -> np.ndarray:
        """Return the targets as they stand in a submission."""

    @abstractmethod
    def strata(self, y: np.ndarray, least: int) -> np.ndarray:
        """Return the stratum (n,) of each row for stratified folds; numbers get at least `least` rows in
        each."""

    @abstractmethod
    def strata_to_split(self, y: np.ndarray) -> list[tuple[str, np.ndarray]]:
        """Return (name, mask of rows) for each part that must have a row in every fold."""

    @abstractmethod
    def class_codes(self, y: np.ndarray) -> np.ndarray:
        """Return the class (n,) of each row. Raise ModelError where rows have no class."""

    @abstractmethod
    def encode(self, y: np.ndarray) -> Encoding:
        """Return the target as columns whose means say something, for the audit."""

    def range_edges(self, y: np.ndarray, lows: Sequence[float]) -> np.ndarray:
        """Return the edges of the ranges in which errors are told apart; none where targets are no
        numbers."""
        return np.zeros(0)

    # ---- models

    @abstractmethod
    def fit_targets(self, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return what a model is fitted on, and the prediction columns (p,) that it can learn from these
        rows."""

    @abstractmethod
    def predict(self, model: Any, X: Any, columns: np.ndarray, name: str) -> np.ndarray:
        """Return the predictions (rows, c) of a model that learnt these columns.

        Raises ModelError, naming the model, for values of another shape or that are not finite.
        """

    @abstractmethod
    def perfect(self, y: np.ndarray) -> np.ndarray:
        """Return the prediction (n, c) that is right in every row."""

    # ---- predictions

    @abstractmethod
    def decide(self, predicted: np.ndarray) -> np.ndarray:
        """Return the answers (rows,), or (rows, c) of several labels, as they stand in a submission."""

    def decide_names(self, predicted: np.ndarray) -> np.ndarray:
        """Return the answers (rows,) as people call them."""
        return self.decide(predicted)

    @abstractmethod
    def answer_table(self, predicted: np.ndarray) -> pd.DataFrame:
        """Return the `prediction` of each row and, where there are any, the probabilities `p(name)`."""

    def rank(self, predicted: np.ndarray, most: int) -> list[tuple[int, float]]:
        """Return the most probable columns of one prediction (c,), each with its probability; none of
        numbers."""
        return []

    @abstractmethod
    def errors(self, y: np.ndarray, predicted: np.ndarray) -> np.ndarray:
        """Return the error (n,) of each row: what the label's probability lacks, or predicted minus true."""

    @abstractmethod
    def support(self, y: np.ndarray, predicted: np.ndarray) -> np.ndarray:
        """Return how far each prediction (n,) supports the truth: the larger, the smaller the loss of the
        row."""

    def certainty(self, predicted: np.ndarray) -> np.ndarray | None:
        """Return how sure the answers (rows,) are, or None where a prediction does not say."""
        return None

    def likely(self, y: np.ndarray, predicted: np.ndarray) -> np.ndarray:
        """Return the targets (n,) that the predictions hold likely; y where they contradict none."""
        return y

    @abstractmethod
    def row_facts(self, y: np.ndarray, predicted: np.ndarray) -> dict[str, np.ndarray]:
        """Return what a table of single rows shows beside label and prediction."""

    @abstractmethod
    def describe_row(self, facts: Any) -> str:
        """Return, in one line, how a row of the table with `row_facts` was predicted."""

    # ---- submissions

    expected_answers: str
    """What a submission must hold, in a sentence."""

    @abstractmethod
    def strange_answers(self, answers: pd.Series) -> pd.Series:
        """Return those of the answers that a submission must not hold."""

    @abstractmethod
    def same_answers(self, got: np.ndarray, expected: np.ndarray) -> bool:
        """Return whether answers read back from a file are those that were written."""

    @abstractmethod
    def sample_targets(self, y: np.ndarray, rows: int) -> np.ndarray:
        """Return targets (rows,) in which every class, or known number, has its turn."""

    # ---- sentences

    @abstractmethod
    def describe(self, y: np.ndarray) -> str:
        """Return in one line how the target is distributed."""

    def label_faults(self, y: np.ndarray) -> Iterator[str]:
        """Yield a line for each fault of the labels."""
        return iter(())

    @abstractmethod
    def describe_part(self, inside: np.ndarray, y: np.ndarray) -> str:
        """Return in a few words what the targets `inside` a part of the rows are, beside those of all."""


@dataclass(frozen=True, eq=False)
class Classification(Task):
    """One of k classes for each row.

    `classes` (k,) holds the labels as they stand in a submission; `y` (n,) holds codes into them.
    `class_names` (k,) says what people call the classes, where a label says nothing.
    """

    classes: np.ndarray
    class_names: Sequence[str] | None = None

    kind: ClassVar[str] = "classification"
    gives: ClassVar[frozenset[str]] = frozenset({"labels", "probabilities"})
    noun: ClassVar[str] = "label"
    conflicts_matter: ClassVar[bool] = True
    conflict_advice: ClassVar[str] = "correct them, or drop these rows (FoldPlan.contradictions)"
    worst_title: ClassVar[str] = "Highest loss"
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
        predicted = np.asarray(model.predict_proba(X))
        _require_probabilities(predicted, (len(X), len(columns)), name)
        return _aligned(predicted, columns, self.n_columns)

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

    def rank(self, predicted: np.ndarray, most: int) -> list[tuple[int, float]]:
        order = np.argsort(-predicted, kind="stable")[:most]
        return [(int(code), float(predicted[code])) for code in order]

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

    def row_facts(self, y: np.ndarray, predicted: np.ndarray) -> dict[str, np.ndarray]:
        return {"probability": self.support(y, predicted).round(5)}

    def describe_row(self, facts: Any) -> str:
        given = probability(facts.probability)
        return f"true {facts.label}, predicted {facts.predicted}; P(true label) {given}"

    @property
    def expected_answers(self) -> str:  # type: ignore[override]
        return f"labels of {sample(self.classes.tolist(), most=10)}"

    def strange_answers(self, answers: pd.Series) -> pd.Series:
        return answers[~answers.isin(self.classes)]

    def same_answers(self, got: np.ndarray, expected: np.ndarray) -> bool:
        return bool((got == expected).all())

    def sample_targets(self, y: np.ndarray, rows: int) -> np.ndarray:
        return np.arange(rows) % self.n_columns

    def describe(self, y: np.ndarray) -> str:
        counts = np.bincount(y, minlength=self.n_columns)
        order = np.argsort(-counts, kind="stable")
        names = [short(name) for name in self.names]
        shares = [f"class {names[code]}: {percent(counts[code] / len(y))}" for code in order[:MOST_CLASSES]]
        more = f", and {len(order) - MOST_CLASSES} more" if len(order) > MOST_CLASSES else ""
        return f"{self.n_columns} classes in {len(y):,} rows; {', '.join(shares)}{more}"

    def label_faults(self, y: np.ndarray) -> Iterator[str]:
        """Report labels that no row has, and labels that differ in case or white space only."""
        counts = np.bincount(y, minlength=self.n_columns)
        yield from _unused(self.classes[counts == 0])
        plain = pd.Series([str(label).strip().casefold() for label in self.classes])
        alike = self.classes[plain.duplicated(keep=False).to_numpy()].tolist()
        if alike:
            yield f"the labels {sample(alike)} differ in case or white space only; make one of them"

    def describe_part(self, inside: np.ndarray, y: np.ndarray) -> str:
        code = np.bincount(inside, minlength=self.n_columns).argmax()
        part, whole = (percent(np.mean(rows == code)) for rows in (inside, y))
        return f"class {short(self.names[code])}: {part}, of all rows {whole}"


@dataclass(frozen=True, eq=False)
class Multilabel(Task):
    """Any of t labels for each row: `y` (n, t) holds ones and zeros, a prediction a probability for each
    label."""

    label_names: Sequence[str]

    kind: ClassVar[str] = "multilabel"
    gives: ClassVar[frozenset[str]] = frozenset({"label sets"})
    noun: ClassVar[str] = "label"
    conflicts_matter: ClassVar[bool] = True
    conflict_advice: ClassVar[str] = Classification.conflict_advice
    worst_title: ClassVar[str] = Classification.worst_title
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
        _require_probabilities(predicted, (len(X), len(columns)), name)
        return _aligned(predicted, columns, self.n_columns)

    def perfect(self, y: np.ndarray) -> np.ndarray:
        return y.astype(np.float64)

    def decide(self, predicted: np.ndarray) -> np.ndarray:
        return (predicted >= 0.5).astype(np.int64)

    def answer_table(self, predicted: np.ndarray) -> pd.DataFrame:
        names = np.array(self.names)
        answers = [", ".join(names[row == 1]) for row in self.decide(predicted)]
        table = pd.DataFrame({"prediction": answers})
        return table.join(pd.DataFrame(predicted, columns=[f"p({name})" for name in self.names]))

    def rank(self, predicted: np.ndarray, most: int) -> list[tuple[int, float]]:
        order = np.argsort(-predicted, kind="stable")[:most]
        return [(int(column), float(predicted[column])) for column in order]

    def errors(self, y: np.ndarray, predicted: np.ndarray) -> np.ndarray:
        return np.abs(predicted.astype(np.float64) - y).mean(axis=1)

    def support(self, y: np.ndarray, predicted: np.ndarray) -> np.ndarray:
        return 1 - self.errors(y, predicted)

    def certainty(self, predicted: np.ndarray) -> np.ndarray | None:
        return np.maximum(predicted, 1 - predicted).mean(axis=1)

    def row_facts(self, y: np.ndarray, predicted: np.ndarray) -> dict[str, np.ndarray]:
        return {"probability": self.support(y, predicted).round(5)}

    def describe_row(self, facts: Any) -> str:
        given = probability(facts.probability)
        return f"true {facts.label}, predicted {facts.predicted}; P(true labels) {given}"

    def strange_answers(self, answers: pd.Series) -> pd.Series:
        return answers[~answers.isin([0, 1])]

    def same_answers(self, got: np.ndarray, expected: np.ndarray) -> bool:
        return bool((got == expected).all())

    def sample_targets(self, y: np.ndarray, rows: int) -> np.ndarray:
        return (np.arange(rows)[:, None] % self.n_columns == np.arange(self.n_columns)).astype(np.int64)

    def describe(self, y: np.ndarray) -> str:
        shares = [
            f"{short(name)} {percent(share)}" for name, share in zip(self.names, y.mean(axis=0), strict=True)
        ]
        more = f", and {len(shares) - MOST_CLASSES} more" if len(shares) > MOST_CLASSES else ""
        return f"{self.n_columns} labels in {len(y):,} rows: {', '.join(shares[:MOST_CLASSES])}{more}"

    def label_faults(self, y: np.ndarray) -> Iterator[str]:
        """Report labels that no row has."""
        yield from _unused(np.array(self.names)[~y.any(axis=0)])

    def describe_part(self, inside: np.ndarray, y: np.ndarray) -> str:
        return f"{inside.sum(axis=1).mean():.3g} labels in the mean, of all rows {y.sum(axis=1).mean():.3g}"


@dataclass(frozen=True, eq=False)
class Regression(Task):
    """A number for each row: `y` (n,) holds it, and a prediction (rows, 1) is of double precision."""

    kind: ClassVar[str] = "regression"
    gives: ClassVar[frozenset[str]] = frozenset({"numbers"})
    noun: ClassVar[str] = "target"
    conflicts_matter: ClassVar[bool] = False
    conflict_advice: ClassVar[str] = "no model can tell them apart"
    worst_title: ClassVar[str] = "Largest errors"
    worst_caption: ClassVar[str] = "The training rows where {entry!r}, fitted without them, is furthest off."
    expected_answers: ClassVar[str] = "finite numbers"  # type: ignore[misc]

    @property
    def n_columns(self) -> int:
        return 1

    def validate(self, y: np.ndarray) -> None:
        values = np.asarray(y)
        if values.ndim != 1:
            raise DataError(f"y must hold one number for each row, got shape {values.shape}")
        strange = ~np.isfinite(values)
        if strange.any():
            raise DataError(
                f"y must hold finite numbers where there are no classes, got {strange.sum()} that are not; "
                "mend the file"
            )

    def labels(self, y: np.ndarray) -> np.ndarray:
        return y

    def strata(self, y: np.ndarray, least: int) -> np.ndarray:
        """Return which of at most ten equal parts of the sorted numbers each row is in."""
        ranks = y.argsort(kind="stable").argsort(kind="stable")
        return ranks * max(1, min(10, len(y) // least)) // len(y)

    def strata_to_split(self, y: np.ndarray) -> list[tuple[str, np.ndarray]]:
        return [("the training data", np.ones(len(y), dtype=bool))]

    def class_codes(self, y: np.ndarray) -> np.ndarray:
        raise ModelError("numbers to predict have no classes to balance; leave `balance` out")

    def encode(self, y: np.ndarray) -> Encoding:
        return Ranks(pd.Series(y).rank(pct=True).to_numpy()[:, None])

    def range_edges(self, y: np.ndarray, lows: Sequence[float]) -> np.ndarray:
        """Return edges from each of `lows` to the next and beyond, where each range holds a fair share of y;
        else quantiles of y, whole numbers of whole numbers."""
        edges = np.array([*lows, np.inf], dtype=float)
        fair = LEAST_IN_RANGE * len(y)
        if len(lows) and y.min() >= edges[0] and (np.histogram(y, edges)[0] >= fair).all():
            return edges
        inner = np.quantile(y, [0, 0.25, 0.5, 0.75], method="higher")
        return np.append(np.unique(inner), np.inf)

    def fit_targets(self, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return y, np.arange(1)

    def predict(self, model: Any, X: Any, columns: np.ndarray, name: str) -> np.ndarray:
        """Numbers are kept in double precision: a price may have nine digits."""
        numbers = np.asarray(model.predict(X), dtype=np.float64)
        if numbers.shape != (len(X),) or not np.isfinite(numbers).all():
            raise ModelError(
                f"model {name!r} must give {len(X)} finite numbers, got shape {numbers.shape} with "
                f"{(~np.isfinite(numbers)).sum()} that are not finite; look at its factory"
            )
        return numbers[:, None]

    def perfect(self, y: np.ndarray) -> np.ndarray:
        return np.asarray(y, dtype=np.float64)[:, None]

    def decide(self, predicted: np.ndarray) -> np.ndarray:
        return np.asarray(predicted[:, 0])

    def answer_table(self, predicted: np.ndarray) -> pd.DataFrame:
        return pd.DataFrame({"prediction": self.decide(predicted)})

    def errors(self, y: np.ndarray, predicted: np.ndarray) -> np.ndarray:
        return np.asarray(predicted[:, 0] - y)

    def support(self, y: np.ndarray, predicted: np.ndarray) -> np.ndarray:
        return -np.abs(self.errors(y, predicted))

    def row_facts(self, y: np.ndarray, predicted: np.ndarray) -> dict[str, np.ndarray]:
        return {"error": self.errors(y, predicted)}

    def describe_row(self, facts: Any) -> str:
        return f"true {facts.label:.6g}, predicted {facts.predicted:.6g}; off by {facts.error:+.6g}"

    def strange_answers(self, answers: pd.Series) -> pd.Series:
        return answers[~np.isfinite(pd.to_numeric(answers, errors="coerce"))]

    def same_answers(self, got: np.ndarray, expected: np.ndarray) -> bool:
        return np.allclose(got, expected)

    def sample_targets(self, y: np.ndarray, rows: int) -> np.ndarray:
        return y[np.arange(rows) % len(y)]

    def describe(self, y: np.ndarray) -> str:
        low, median, high = np.quantile(y, [0, 0.5, 1])
        summary = f"{len(y):,} rows with targets from {low:g} to {high:g}, median {median:g}"
        values, counts = np.unique(y, return_counts=True)
        frequent = counts >= FREQUENT * len(y)
        if len(values) <= 1 / FREQUENT or not frequent.any():
            return summary
        pairs = zip(values[frequent], counts[frequent], strict=True)
        shown = [f"{value:g} ({percent(count / len(y))})" for value, count in pairs]
        return f"{summary}; often the same: {', '.join(shown[:5])}"

    def describe_part(self, inside: np.ndarray, y: np.ndarray) -> str:
        return f"median target {np.median(inside):g}, of all rows {np.median(y):g}"


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


TASKS: tuple[type[Task], ...] = (Classification, Multilabel, Regression)


def kinds_that_give(needs: str) -> frozenset[str]:
    """Return the kinds of task whose predictions can be scored as what a metric needs."""
    return frozenset(task.kind for task in TASKS if needs in task.gives)


def _require_probabilities(predicted: np.ndarray, shape: tuple[int, int], name: str) -> None:
    if predicted.shape != shape or not np.isfinite(predicted).all():
        raise ModelError(
            f"model {name!r} must give finite probabilities of shape {shape}, got {predicted.shape} with "
            f"{(~np.isfinite(predicted)).sum()} that are not finite; look at its factory"
        )


def _aligned(predicted: np.ndarray, columns: np.ndarray, n_columns: int) -> np.ndarray:
    """Return the predictions (rows, n_columns) with zeros in the columns that were not learnt."""
    aligned = np.zeros((len(predicted), n_columns), dtype=np.float32)
    aligned[:, columns] = predicted
    return aligned


def _unused(labels: np.ndarray) -> Iterator[str]:
    if len(labels):
        yield (
            f"no training row has the label {sample(labels.tolist())}; no model can learn it: "
            "look at the classes"
        )
