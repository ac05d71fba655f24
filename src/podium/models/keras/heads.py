"""What a network's last layer and its loss are for each kind of target, how targets are encoded for it, and
how its outputs are read.

Shapes: n training rows, o outputs of the network. Targets and outputs are (n, o).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import keras
import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import ClassifierTags, RegressorTags, Tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets

from podium.data.task import Task
from podium.errors import ModelError

LEAST_PROBABILITY = 1e-7  # in a logarithm


class Head(BaseEstimator, ABC):
    """The end of a network for one kind of target. `fit` learns what encoding needs of the targets."""

    activation: ClassVar[str]
    """The activation of the last layer."""
    loss: ClassVar[str]
    """The name of the Keras loss of targets and outputs."""
    gives_probabilities: ClassVar[bool]
    takes_several: ClassVar[bool]
    """Whether y may have several columns."""

    n_outputs_: int

    @abstractmethod
    def fit(self, y: np.ndarray) -> Head:
        """Learn the classes, or the scale of the numbers."""

    @abstractmethod
    def encode(self, y: np.ndarray) -> np.ndarray:
        """Return what the network is trained on (n, o)."""

    @abstractmethod
    def decode(self, outputs: np.ndarray) -> np.ndarray:
        """Return the predicted targets, of the shape that y has."""

    @abstractmethod
    def row_losses(self, targets: np.ndarray, outputs: np.ndarray) -> np.ndarray:
        """Return the loss (n,) of rows that are not trained on."""

    @abstractmethod
    def loss_of_logits(self, targets: Any, logits: Any) -> Any:
        """Return the loss (n,) of what the last layer gives before its activation."""

    def tag(self, tags: Tags) -> Tags:
        """Return scikit-learn's tags of an estimator with this head."""
        tags.target_tags.required = True
        tags.target_tags.multi_output = self.takes_several
        return tags

    def strata(self, targets: np.ndarray) -> np.ndarray | None:
        """Return the stratum (n,) of each row for a stratified split; None where rows have none."""
        return None


class ClassHead(Head):
    """One of several classes: a softmax, and cross-entropy on one-hot targets."""

    activation: ClassVar[str] = "softmax"
    loss: ClassVar[str] = "categorical_crossentropy"
    gives_probabilities: ClassVar[bool] = True
    takes_several: ClassVar[bool] = False

    def fit(self, y: np.ndarray) -> ClassHead:
        check_classification_targets(y)
        self.classes_ = np.unique(y)
        self.n_outputs_ = len(self.classes_)
        return self

    def encode(self, y: np.ndarray) -> np.ndarray:
        return np.eye(self.n_outputs_, dtype=np.float32)[np.searchsorted(self.classes_, y)]

    def decode(self, outputs: np.ndarray) -> np.ndarray:
        return np.asarray(self.classes_[outputs.argmax(axis=1)])

    def row_losses(self, targets: np.ndarray, outputs: np.ndarray) -> np.ndarray:
        return -np.log(np.maximum((outputs * targets).sum(axis=1), LEAST_PROBABILITY))

    def loss_of_logits(self, targets: Any, logits: Any) -> Any:
        return keras.losses.categorical_crossentropy(targets, logits, from_logits=True)

    def strata(self, targets: np.ndarray) -> np.ndarray | None:
        return targets.argmax(axis=1)

    def tag(self, tags: Tags) -> Tags:
        tags = super().tag(tags)
        tags.estimator_type = "classifier"
        tags.classifier_tags = ClassifierTags()
        return tags


class LabelHead(Head):
    """Any of several labels: a sigmoid for each, and binary cross-entropy."""

    activation: ClassVar[str] = "sigmoid"
    loss: ClassVar[str] = "binary_crossentropy"
    gives_probabilities: ClassVar[bool] = True
    takes_several: ClassVar[bool] = True

    def fit(self, y: np.ndarray) -> LabelHead:
        """Raise ModelError for y that is not (n, t) of zeros and ones."""
        if np.ndim(y) != 2 or not np.isin(y, (0, 1)).all():
            raise ModelError(
                f"y must be zeros and ones of shape (rows, labels), got shape {np.shape(y)}; "
                "encode the labels"
            )
        self.n_outputs_ = np.shape(y)[1]
        return self

    def encode(self, y: np.ndarray) -> np.ndarray:
        return np.asarray(y, dtype=np.float32)

    def decode(self, outputs: np.ndarray) -> np.ndarray:
        return (outputs >= 0.5).astype(np.int64)

    def row_losses(self, targets: np.ndarray, outputs: np.ndarray) -> np.ndarray:
        right = np.where(targets == 1, outputs, 1 - outputs)
        return np.asarray(-np.log(np.maximum(right, LEAST_PROBABILITY)).mean(axis=1))

    def loss_of_logits(self, targets: Any, logits: Any) -> Any:
        return keras.losses.binary_crossentropy(targets, logits, from_logits=True)

    def tag(self, tags: Tags) -> Tags:
        tags = super().tag(tags)
        tags.estimator_type = "classifier"
        tags.classifier_tags = ClassifierTags(multi_class=False, multi_label=True)
        return tags


@dataclass(eq=False, repr=False)
class NumberHead(Head):
    """One or several numbers: a linear layer, and the squared error of standardised targets; with `log` of
    log(1 + y)."""

    log: bool = False

    activation: ClassVar[str] = "linear"
    loss: ClassVar[str] = "mean_squared_error"
    gives_probabilities: ClassVar[bool] = False
    takes_several: ClassVar[bool] = True

    def fit(self, y: np.ndarray) -> NumberHead:
        numbers = self._learnt(y)
        self.is_one_ = np.ndim(y) == 1
        self.n_outputs_ = numbers.shape[1]
        self.mean_ = numbers.mean(axis=0)
        spread = numbers.std(axis=0)
        self.scale_ = np.where(spread > 0, spread, 1.0)
        return self

    def encode(self, y: np.ndarray) -> np.ndarray:
        return ((self._learnt(y) - self.mean_) / self.scale_).astype(np.float32)

    def decode(self, outputs: np.ndarray) -> np.ndarray:
        numbers = self.mean_ + self.scale_ * outputs.astype(np.float64)
        numbers = np.expm1(numbers) if self.log else numbers
        return numbers[:, 0] if self.is_one_ else numbers

    def row_losses(self, targets: np.ndarray, outputs: np.ndarray) -> np.ndarray:
        return np.asarray(((outputs - targets) ** 2).mean(axis=1))

    def loss_of_logits(self, targets: Any, logits: Any) -> Any:
        return keras.losses.mean_squared_error(targets, logits)

    def tag(self, tags: Tags) -> Tags:
        tags = super().tag(tags)
        tags.estimator_type = "regressor"
        tags.regressor_tags = RegressorTags()
        return tags

    def _learnt(self, y: np.ndarray) -> np.ndarray:
        numbers = np.asarray(y, dtype=np.float64).reshape(len(y), -1)
        return np.log1p(numbers) if self.log else numbers


class HeadedEstimator(BaseEstimator, ABC):
    """An estimator whose `head` says what it predicts; fitted, it has the fitted one as `head_`."""

    head: Head
    head_: Head

    @abstractmethod
    def _outputs(self, X: Any) -> np.ndarray:
        """Return the outputs (rows, o) of the fitted network, or the mean of several."""

    @available_if(lambda self: self.head.gives_probabilities)
    def predict_proba(self, X: Any) -> np.ndarray:
        """Return the probability of each class or label (rows, o)."""
        return self._outputs(X)

    def predict(self, X: Any) -> np.ndarray:
        """Return the classes or numbers (rows,), or the labels or several numbers (rows, t)."""
        outputs = self._outputs(X)
        return self.head_.decode(outputs)

    @property
    def classes_(self) -> np.ndarray:
        """Return the classes (c,); there are none of labels and numbers."""
        classes: np.ndarray = self.head_.classes_
        return classes

    def __sklearn_tags__(self) -> Tags:
        return self.head.tag(super().__sklearn_tags__())


HEADS: dict[str, type[Head]] = {
    "classification": ClassHead,
    "multilabel": LabelHead,
    "regression": NumberHead,
}


def head_for(task: Task, log: bool = False) -> Head:
    """Return the head for a task. Raise ModelError for logarithms of what is no number."""
    if not log:
        return HEADS[task.kind]()
    if task.kind != "regression":
        raise ModelError(f"`log` must be left out where no numbers are predicted, got a {task.kind} task")
    return NumberHead(log=True)
