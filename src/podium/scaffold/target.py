"""What is to be predicted, guessed from the sample submission and the training rows' targets.

What is guessed is told, with the option that settles it. What could be silently wrong is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from podium.errors import CompetitionError, DataError
from podium.formatting import sample
from podium.metrics import Metric, get_metric

Label = str | int | bool
MOST_CLASSES = 20  # distinct whole numbers that are still classes
MOST_CODES = 200  # distinct whole numbers that may be codes of classes
# Pairs of labels of which everybody knows the positive one, in lower case.
POLARITIES = [
    ("0", "1"),
    ("false", "true"),
    ("no", "yes"),
    ("n", "y"),
    ("f", "t"),
    ("-1", "1"),
    ("negative", "positive"),
]
ONE_SIDED = ("f1", "average_precision")  # metrics that ask which of two classes is positive


@dataclass(frozen=True)
class Asked:
    """What a person, or Kaggle, says of the target: the `metric` and the `positive` label, "" where they do
    not."""

    metric: str = ""
    positive: str = ""

    def metric_or(self, guess: str) -> tuple[str, str]:
        """Return the metric, and what is to be said of it."""
        if self.metric:
            return self.metric, f"metric {self.metric}"
        return guess, f"metric {guess}, a guess (--metric names another)"


@dataclass(frozen=True)
class ClassTarget:
    """One of the `classes`, the labels as the training data have them; the positive one of two is the second.

    `column` is the answer's name in a submission. `coded` says that a submission holds numbers from 0 in
    place of labels. `submission` is "" for a label, "probability" of the second class, or "columns", one for
    each class, with a `prefix` before its label.
    """

    column: str
    metric: str
    classes: list[Label]
    coded: bool = False
    submission: str = ""
    prefix: str = ""

    @property
    def described(self) -> str:
        """Return in a few words what is to be predicted."""
        return f"one of {len(self.classes)} classes"


@dataclass(frozen=True)
class NumberTarget:
    """A number. `column` is its name in a submission."""

    column: str
    metric: str

    @property
    def described(self) -> str:
        """Return in a few words what is to be predicted."""
        return "a number"


@dataclass(frozen=True)
class SeveralTarget:
    """Several columns, called in a submission as in the training data: numbers, or labels of ones and
    zeros."""

    columns: list[str]
    metric: str
    are_labels: bool

    @property
    def column(self) -> str:
        return f"{len(self.columns)} targets"

    @property
    def described(self) -> str:
        """Return in a few words what is to be predicted."""
        return "any of them" if self.are_labels else "a number for each"


Target = ClassTarget | NumberTarget | SeveralTarget


def one_target(
    shown: pd.Series, labels: pd.Series, source: str, asked: Asked, remarks: list[str]
) -> ClassTarget | NumberTarget:
    """Return the target of one answer column, given the sample's values `shown` and the `labels` of the
    training rows, all as text. What is guessed of it is added to the remarks.

    Raises DataError or CompetitionError for what does not fit together.
    """
    require_filled(labels, source)
    numbers = pd.to_numeric(labels, errors="coerce")
    if _holds_numbers(asked.metric, numbers, shown):
        if numbers.isna().any():
            strange = labels[numbers.isna()].unique()
            raise DataError(
                f"{source} must hold numbers for {asked.metric}, got {sample(strange)}; choose another"
            )
        metric, said = asked.metric_or(_metric_of(numbers))
        remarks.append(f"target {shown.name!r}: numbers from {numbers.min():g} to {numbers.max():g}, {said}")
        if not asked.metric and _may_be_codes(numbers):
            remarks.append(
                f"target {shown.name!r} is {numbers.nunique()} different whole numbers, taken as amounts, a "
                "guess: if they are codes of classes, --metric accuracy (or another one for classes) says so"
            )
        return NumberTarget(str(shown.name), metric)
    return _of_classes(shown, labels, typed(labels), source, asked, remarks)


def folder_target(
    answers: pd.DataFrame, labels: pd.Series, source: str, asked: Asked, remarks: list[str]
) -> ClassTarget:
    """Return the target where the labels are names of folders or parts of names: text, also where they are
    numbers.

    Raises DataError or CompetitionError as `one_target` does.
    """
    if asked.metric and get_metric(asked.metric).needs == "numbers":
        raise DataError(
            f"{source} must hold images by class, got numbers to predict; choose another metric than "
            f"{asked.metric}"
        )
    classes = _counted(labels.unique())
    names = [str(name) for name in answers]
    if len(names) == 1:
        return _of_classes(answers[names[0]], labels, classes, source, asked, remarks)
    return replace(class_columns(names, source, labels, asked, remarks), classes=classes)


def _counted(names: Iterable[Label]) -> list[Label]:
    """Return names in order, numbers as people count: 9 before 10."""
    ordered = pd.Series(sorted(map(str, names)))
    numbers = pd.to_numeric(ordered, errors="coerce")
    if numbers.notna().all():
        ordered = ordered[numbers.argsort(kind="stable")]
    return list(ordered)


def _of_classes(
    shown: pd.Series,
    labels: pd.Series,
    classes: list[Label],
    source: str,
    asked: Asked,
    remarks: list[str],
) -> ClassTarget:
    shows_probabilities = _fractions(shown)
    if shows_probabilities and len(classes) != 2:
        raise DataError(
            f"the sample submission must hold labels of {source}, or the probability of one of two classes, "
            f"got {sample(shown.unique())} for {len(classes)} classes; write competition.py by hand"
        )
    metric, said = asked.metric_or("roc_auc" if shows_probabilities else "accuracy")
    submission = "probability" if _asks_probability(get_metric(metric), len(classes)) else ""
    if submission or metric in ONE_SIDED:
        classes = _with_positive_last(classes, asked.positive, source)
    counts = labels.value_counts()
    remarks.append(
        f"target {shown.name!r}: {len(classes)} classes {sample(classes)}, of {counts.min()} to "
        f"{counts.max()} rows, {said}"
    )
    if not asked.metric and len(classes) > 2 and type(classes[0]) is int:
        remarks.append(
            f"target {shown.name!r} is whole numbers, taken as classes, a guess: if their order counts, "
            "--metric quadratic_kappa (or rmse, mae for amounts) says so"
        )
    if submission or metric in ONE_SIDED:
        remarks.append(f"the positive class is {classes[1]!r} (--positive names another)")
    coded = not submission and _are_codes(shown, labels)
    if coded:
        pairs = ", ".join(f"{code} for {label!r}" for code, label in list(enumerate(classes))[:10])
        remarks.append(f"the sample holds numbers, not these labels: taken as {pairs}; make sure of it")
    return ClassTarget(str(shown.name), metric, classes, coded, submission)


def _asks_probability(metric: Metric, classes: int) -> bool:
    return classes == 2 and metric.needs in ("probabilities", "ranking")


def _with_positive_last(classes: list[Label], positive: str, source: str) -> list[Label]:
    """Return the two classes with the positive one last. Raise CompetitionError where nobody says which."""
    if len(classes) != 2:
        return classes
    texts = [str(label).casefold() for label in classes]
    if positive:
        if positive.casefold() not in texts:
            raise CompetitionError(f"--positive must be one of {sample(classes)}, got {positive!r}; name one")
        return classes if positive.casefold() == texts[1] else classes[::-1]
    for pair in POLARITIES:
        if set(texts) == set(pair):
            return classes if texts[1] == pair[1] else classes[::-1]
    raise CompetitionError(
        f"{source} holds the classes {sample(classes)}, and nothing says which one is positive; "
        f"name it: --positive {classes[0]} or --positive {classes[1]}"
    )


def class_columns(
    names: Sequence[str], label: str, labels: pd.Series, asked: Asked, remarks: list[str]
) -> ClassTarget:
    """Return the target of a submission with a column for each class."""
    metric, said = asked.metric_or("log_loss")
    prefix = prefix_of(names, labels) or ""
    classes = typed(labels)
    counts = labels.value_counts()
    named = f", called {prefix}<class>" if prefix else ""
    remarks.append(
        f"target {label!r}: {len(classes)} classes {sample(classes)}, of {counts.min()} to {counts.max()} "
        f"rows, a column for each in a submission{named}, {said}"
    )
    return ClassTarget(label, metric, classes, submission="columns", prefix=prefix)


def prefix_of(names: Sequence[str], labels: pd.Series) -> str | None:
    """Return what stands before each class in the columns' names, "" where nothing does; None where the
    columns are not of these classes."""
    classes = [str(label) for label in typed(labels)]
    if len(classes) != len(names):
        return None
    first = classes[0]
    prefixes = {name.removesuffix(first) for name in names if name.endswith(first)}
    fitting = [prefix for prefix in prefixes if {prefix + label for label in classes} == set(names)]
    return min(fitting, key=len) if fitting else None


def several_targets(cells: pd.DataFrame, source: str, asked: Asked, remarks: list[str]) -> SeveralTarget:
    """Return the target of several columns, given their cells in the training rows, as text."""
    for name in cells:
        require_filled(cells[name], f"{source}: {name}")
    numbers = cells.apply(pd.to_numeric, errors="coerce")
    if numbers.isna().any(axis=None):
        strange = numbers.columns[numbers.isna().any()].tolist()
        raise DataError(f"{source} must hold numbers in {sample(strange)}, got others; mend the file")
    are_labels = bool(numbers.isin([0, 1]).all(axis=None))
    guess = "mean_roc_auc" if are_labels else f"mean_{_metric_of(numbers.iloc[:, 0])}"
    metric, said = asked.metric_or(guess)
    if get_metric(metric).columns is not None:  # it judges one target alone
        metric = f"mean_{metric}"
        said = f"metric {metric}, the mean over them"
    what = "labels of ones and zeros" if are_labels else "numbers"
    remarks.append(f"{numbers.shape[1]} targets {sample(list(cells))}: {what}, {said}")
    return SeveralTarget([str(name) for name in cells], metric, are_labels)


def require_filled(labels: pd.Series, source: str) -> None:
    """Raise DataError for an empty cell."""
    empty = labels == ""
    if empty.any():
        raise DataError(
            f"{source} must hold a target in each row, got an empty cell in data row {empty.argmax() + 1} "
            f"({empty.sum()} such cells); remove those rows"
        )


def _holds_numbers(metric: str, numbers: pd.Series, shown: pd.Series) -> bool:
    """Return whether the metric, or without one the files, ask for numbers."""
    if metric:
        return get_metric(metric).needs == "numbers"
    return _are_amounts(numbers, _fractions(shown))


def _fractions(shown: pd.Series) -> bool:
    numbers = pd.to_numeric(shown, errors="coerce")
    return bool((numbers % 1 != 0).any() and numbers.notna().all())


def _are_amounts(labels: pd.Series, fractions: bool) -> bool:
    """Numbers to predict: with fractions, or many, or more than two where the sample shows fractions."""
    if labels.isna().any():
        return False
    distinct = labels.nunique()
    return bool((labels % 1 != 0).any()) or distinct > MOST_CLASSES or (fractions and distinct > 2)


def _may_be_codes(numbers: pd.Series) -> bool:
    """Return whether these are few whole numbers of many rows each, which may be codes of classes."""
    distinct = numbers.nunique()
    return bool((numbers % 1 == 0).all()) and distinct <= MOST_CODES and len(numbers) >= 5 * distinct


def _metric_of(numbers: pd.Series) -> str:
    """Return the metric for numbers: the error of logarithms for amounts with a long tail, such as prices."""
    skew, log_skew = pd.DataFrame({0: numbers, 1: np.log1p(numbers.clip(0))}).skew().tolist()
    return "rmsle" if numbers.min() >= 0 and skew > max(1, abs(log_skew)) else "rmse"


def are_whole(values: pd.Series) -> bool:
    """Return whether all are whole numbers as a program writes them: 7, not 007 or 7.0."""
    return bool(values.str.fullmatch(r"0|-?[1-9]\d{0,17}").all())


def typed(labels: pd.Series) -> list[Label]:
    """Return the distinct labels in order, whole numbers (1 and 1.0, not 01) and truth values as such."""
    distinct = sorted(labels.unique())
    whole = pd.Series(distinct).str.removesuffix(".0")
    if are_whole(whole):
        return sorted({int(label) for label in whole})
    if set(distinct) <= {"False", "True"}:
        return [label == "True" for label in distinct]
    return list(distinct)


def _are_codes(shown: pd.Series, labels: pd.Series) -> bool:
    """Return whether the sample holds numbers from 0 where the training data have words."""
    codes = [str(code) for code in range(labels.nunique())]
    if shown.isin(labels).any() or not shown.isin(codes).all():
        return False
    return type(typed(labels)[0]) is not int
