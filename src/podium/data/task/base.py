"""What every kind of target decides for itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from podium.data.encoding import Encoding


class Task(ABC):
    """What is to be predicted, and every decision that depends on it."""

    kind: ClassVar[str]
    """The name that a model's row in the registry lists: "classification", "multilabel" or "regression"."""
    exclusive: ClassVar[bool] = False
    """Whether a row is of one class only, so that its probabilities sum to one."""
    has_labels: ClassVar[bool]
    """Whether a prediction is of probabilities of labels."""
    expected_predictions: ClassVar[str]
    """What a submission of predictions, rather than of answers, must hold, in a sentence."""
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
        """Return what a submission calls the classes, labels or several numbers; empty of a single
        number."""
        return self.names

    @property
    def has_one_answer(self) -> bool:
        """Return whether one cell holds the answer of a row."""
        return self.exclusive

    @property
    def one_target(self) -> Task | None:
        """Return the task of each of several targets alone; None where there is one target only."""
        return None

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
    def strange_predictions(self, frame: pd.DataFrame) -> pd.Series:
        """Return which rows (rows,) of predictions (rows, c), read from a file, must not be submitted."""

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
