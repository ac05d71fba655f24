"""One or several numbers for each row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from podium.data.encoding import Encoding, Ranks
from podium.data.task.base import Task
from podium.errors import DataError, ModelError
from podium.formatting import percent

FREQUENT = 0.05  # a number that at least this share of the rows has is a gap, a limit or a default
LEAST_IN_RANGE = 0.05  # share of the rows that a declared range must hold to be used


@dataclass(frozen=True, eq=False)
class Regression(Task):
    """A number for each row: `y` (n,) holds it, and a prediction (rows, 1) is of double precision.

    With t `target_names`, two or more, t numbers: `y` and predictions are (rows, t).
    """

    target_names: Sequence[str] = ()

    kind: ClassVar[str] = "regression"
    has_labels: ClassVar[bool] = False
    expected_predictions: ClassVar[str] = "finite numbers"
    noun: ClassVar[str] = "target"
    conflicts_matter: ClassVar[bool] = False
    conflict_advice: ClassVar[str] = "no model can tell them apart"
    worst_title: ClassVar[str] = "Largest errors"
    worst_caption: ClassVar[str] = "The training rows where {entry!r}, fitted without them, is furthest off."
    expected_answers: ClassVar[str] = "finite numbers"  # type: ignore[misc]

    def __post_init__(self) -> None:
        if len(self.target_names) == 1:
            raise DataError("target_names must name two or more targets, got one; leave it out")

    @property
    def n_columns(self) -> int:
        return len(self.target_names) or 1

    @property
    def names(self) -> list[str]:
        return list(self.target_names)

    @property
    def one_target(self) -> Task | None:
        return Regression() if self.target_names else None

    @property
    def has_one_answer(self) -> bool:
        return not self.target_names

    @property
    def key(self) -> Any:
        return ["regression", *self.target_names] if self.target_names else None

    def validate(self, y: np.ndarray) -> None:
        values = np.asarray(y)
        expected = self._shape(len(values))
        if values.shape != expected or values.dtype.kind not in "fiub":
            raise DataError(
                f"y must hold numbers of shape {expected}, got {values.dtype} of shape {values.shape}; "
                "name several targets in Regression(target_names)"
            )
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
        first = self._columns(y)[:, 0]  # folds cannot be balanced for several targets at once
        ranks = first.argsort(kind="stable").argsort(kind="stable")
        return ranks * max(1, min(10, len(y) // least)) // len(y)

    def strata_to_split(self, y: np.ndarray) -> list[tuple[str, np.ndarray]]:
        return [("the training data", np.ones(len(y), dtype=bool))]

    def class_codes(self, y: np.ndarray) -> np.ndarray:
        raise ModelError("numbers to predict have no classes to balance; leave `balance` out")

    def encode(self, y: np.ndarray) -> Encoding:
        return Ranks(pd.DataFrame(self._columns(y)).rank(pct=True).to_numpy())

    def range_edges(self, y: np.ndarray, lows: Sequence[float]) -> np.ndarray:
        """Return edges from each of `lows` to the next and beyond, where each range holds a fair share of y;
        else quantiles of y, whole numbers of whole numbers."""
        if self.target_names:
            return np.zeros(0)
        edges = np.array([*lows, np.inf], dtype=float)
        fair = LEAST_IN_RANGE * len(y)
        if len(lows) and y.min() >= edges[0] and (np.histogram(y, edges)[0] >= fair).all():
            return edges
        inner = np.quantile(y, [0, 0.25, 0.5, 0.75], method="higher")
        return np.append(np.unique(inner), np.inf)

    def fit_targets(self, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return y, np.arange(self.n_columns)

    def predict(self, model: Any, X: Any, columns: np.ndarray, name: str) -> np.ndarray:
        """Numbers are kept in double precision: a price may have nine digits."""
        numbers = np.asarray(model.predict(X), dtype=np.float64)
        expected = self._shape(len(X))
        if numbers.shape != expected or not np.isfinite(numbers).all():
            raise ModelError(
                f"model {name!r} must give finite numbers of shape {expected}, got {numbers.shape} with "
                f"{(~np.isfinite(numbers)).sum()} that are not finite; look at its factory"
            )
        return self._columns(numbers)

    def perfect(self, y: np.ndarray) -> np.ndarray:
        return self._columns(np.asarray(y, dtype=np.float64))

    def decide(self, predicted: np.ndarray) -> np.ndarray:
        return np.asarray(predicted if self.target_names else predicted[:, 0])

    def answer_table(self, predicted: np.ndarray) -> pd.DataFrame:
        return pd.DataFrame(predicted, columns=self.names or ["prediction"])

    def errors(self, y: np.ndarray, predicted: np.ndarray) -> np.ndarray:
        """Of several numbers, the mean distance in units of each target's spread."""
        if not self.target_names:
            return np.asarray(predicted[:, 0] - y)
        spread = y.std(axis=0)
        return np.asarray((np.abs(predicted - y) / np.where(spread > 0, spread, 1)).mean(axis=1))

    def support(self, y: np.ndarray, predicted: np.ndarray) -> np.ndarray:
        return -np.abs(self.errors(y, predicted))

    def row_facts(self, y: np.ndarray, predicted: np.ndarray) -> dict[str, np.ndarray]:
        return {"error": self.errors(y, predicted)}

    def describe_row(self, facts: Any) -> str:
        label, predicted = (_listed(value) for value in (facts.label, facts.predicted))
        return f"true {label}, predicted {predicted}; off by {facts.error:+.6g}"

    def strange_answers(self, answers: pd.Series) -> pd.Series:
        return answers[~np.isfinite(pd.to_numeric(answers, errors="coerce"))]

    def strange_predictions(self, frame: pd.DataFrame) -> pd.Series:
        return ~np.isfinite(frame.apply(pd.to_numeric, errors="coerce")).all(axis=1)

    def sample_targets(self, y: np.ndarray, rows: int) -> np.ndarray:
        return y[np.arange(rows) % len(y)]

    def describe(self, y: np.ndarray) -> str:
        if self.target_names:
            return "; ".join(
                f"{name}: {_summary(values)}" for name, values in zip(self.names, y.T, strict=True)
            )
        return _summary(y)

    def describe_part(self, inside: np.ndarray, y: np.ndarray) -> str:
        parts, wholes = (_listed(np.median(values, axis=0)) for values in (inside, y))
        return f"median target {parts}, of all rows {wholes}"

    def _shape(self, rows: int) -> tuple[int, ...]:
        """Return the shape of the numbers of so many rows."""
        return (rows, self.n_columns) if self.target_names else (rows,)

    def _columns(self, values: np.ndarray) -> np.ndarray:
        return values if values.ndim == 2 else values[:, None]


def _listed(value: Any) -> str:
    return ", ".join(f"{number:.6g}" for number in np.atleast_1d(value))


def _summary(y: np.ndarray) -> str:
    """Return the range of the numbers and the values that many rows have."""
    low, median, high = np.quantile(y, [0, 0.5, 1])
    summary = f"{len(y):,} rows with targets from {low:g} to {high:g}, median {median:g}"
    values, counts = np.unique(y, return_counts=True)
    frequent = counts >= FREQUENT * len(y)
    if len(values) <= 1 / FREQUENT or not frequent.any():
        return summary
    pairs = zip(values[frequent], counts[frequent], strict=True)
    shown = [f"{value:g} ({percent(count / len(y))})" for value, count in pairs]
    return f"{summary}; often the same: {', '.join(shown[:5])}"
