"""A number for each row."""

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
