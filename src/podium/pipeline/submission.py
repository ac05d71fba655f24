"""Predictions into the file that Kaggle takes, checked before it is written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from podium.competition.declaration import Competition
from podium.data.csv_files import named_columns, read_texts
from podium.data.dataset import Dataset
from podium.errors import CompetitionError, DataError, SubmissionError
from podium.formatting import sample as some
from podium.metrics import get_metric
from podium.pipeline.predictions import Predictions

ID_SEPARATOR = ","  # between the cells of an id that stands in several columns
FORMS_THAT_SERVE = {
    "labels": "answer()",
    "numbers": "answer() or columns(...)",
    "probabilities": "probability(...) or columns(...)",
    "ranking": "probability(...) or columns(...)",
    "top labels": "top(k)",
}


def require_agreement(competition: Competition, dataset: Dataset) -> None:
    """Raise CompetitionError unless the file holds what the metric needs, and the task can give it: better
    at once than at Kaggle."""
    metric = get_metric(competition.metric)
    form = competition.submission
    if metric.needs not in form.serves:
        raise CompetitionError(
            f"metric {metric.name!r} needs {metric.needs}, got a submission of {form.name}; declare "
            f"submission={FORMS_THAT_SERVE[metric.needs]}, or another metric"
        )
    form.require_task(dataset.task, metric.needs)


def read_sample(competition: Competition, dataset: Dataset, folder: Path) -> pd.DataFrame:
    """Return the sample submission as it stands in its file; of a variant only the ids in it.

    Raises DataError if it does not fit the test rows: better before the training than after it. Without test
    rows there need be no file.
    """
    path = folder / competition.sample
    answers = [] if competition.is_variant else competition.answer_columns
    needed = [*competition.id_columns, *answers]
    if not len(dataset.test_ids) and not path.exists():
        return pd.DataFrame(columns=needed)
    header = named_columns(path)
    others = [] if competition.is_variant else [column for column in header if column not in needed]
    frame = read_texts(path, [*needed, *others])
    problem = _id_problem(row_ids(competition, dataset, frame), expected_ids(competition, dataset))
    if problem:
        raise DataError(f"{path} must hold the ids of the test rows, each once, got {problem}; mend it")
    return frame[[column for column in header if column in frame]]


def expected_ids(competition: Competition, dataset: Dataset) -> pd.Series:
    """Return the ids (rows,) that a submission must have, in the order of the test rows."""
    return pd.Series(competition.submission.row_ids(dataset.task, dataset.test_ids))


def row_ids(competition: Competition, dataset: Dataset, frame: pd.DataFrame) -> pd.Series:
    """Return the id (rows,) of each row of a submission, as `Dataset.test_ids` has it.

    Ids of text stay as they stand in the file: 007 is not 7. Where test ids are numbers, the file's are.
    """
    first, *more = competition.id_columns
    if more:
        return frame[[first, *more]].astype(str).agg(ID_SEPARATOR.join, axis=1)
    ids = frame[first]
    expected = expected_ids(competition, dataset)
    if expected.dtype.kind in "OUT":
        return ids.astype(str)
    try:
        return pd.to_numeric(ids)
    except (ValueError, TypeError):
        return ids


def build(
    competition: Competition, dataset: Dataset, predictions: Predictions, sample: pd.DataFrame
) -> pd.DataFrame:
    """Return the checked submission: the sample with the answers in place of its own, or after its ids.

    Raises SubmissionError for a file that Kaggle would refuse.
    """
    keys = row_ids(competition, dataset, sample)
    ids = expected_ids(competition, dataset)
    frame = sample.copy()
    for column, values in answers_of(competition, dataset, predictions).items():
        frame[column] = pd.Series(values, index=ids).reindex(keys).to_numpy()
    check(competition, dataset, frame, sample)
    return frame


def answers_of(competition: Competition, dataset: Dataset, predictions: Predictions) -> dict[str, np.ndarray]:
    """Return each answer column of a submission, its rows in the order of the test rows."""
    metric = get_metric(competition.metric)
    predicted = metric.clip(predictions.test)
    answers = competition.submission.answers(dataset.task, predicted, metric.needs)
    return {column or competition.target_column: values for column, values in answers.items()}


def check(competition: Competition, dataset: Dataset, frame: pd.DataFrame, sample: pd.DataFrame) -> None:
    """Raise SubmissionError unless columns, rows and order of ids are as the sample's, and the answers are
    such as the format holds."""
    subject = f"submission for {competition.name!r}"
    columns = [*sample.columns, *(c for c in competition.answer_columns if c not in sample)]
    if list(frame.columns) != columns:
        raise SubmissionError(f"{subject} must have the columns {columns}, got {list(frame.columns)}")
    ids = row_ids(competition, dataset, frame)
    expected = row_ids(competition, dataset, sample)
    problem = _id_problem(ids, expected)
    if problem:
        raise SubmissionError(f"{subject} must have the sample's {len(expected)} ids, got {problem}")
    if (ids.to_numpy() != expected.to_numpy()).any():
        raise SubmissionError(f"{subject} must keep the order of the sample's ids; sort it so")
    needs = get_metric(competition.metric).needs
    answers = frame[competition.answer_columns]
    strange = answers[competition.submission.strange_rows(dataset.task, answers, needs)]
    if len(strange):
        shown = strange.iloc[:, 0] if strange.shape[1] == 1 else strange.apply(tuple, axis=1)
        raise SubmissionError(
            f"{subject} must hold {competition.submission.expected(dataset.task, needs)}, "
            f"got {some(shown.unique().tolist())} in {len(strange)} rows"
        )


def _id_problem(ids: pd.Series, expected: pd.Series) -> str | None:
    if ids.duplicated().any():
        repeated = ids[ids.duplicated()]
        return f"{len(repeated)} repeated: {some(repeated.tolist())}"
    missing = expected[~expected.isin(ids)]
    strange = ids[~ids.isin(expected)]
    if not len(missing) and not len(strange):
        return None
    return (
        f"{len(ids)} rows for {len(expected)}; {len(missing)} ids missing: "
        f"{some(missing.tolist())}, {len(strange)} unknown: {some(strange.tolist())}"
    )


def to_csv(frame: pd.DataFrame) -> bytes:
    """Return the bytes of a submission file."""
    return frame.to_csv(index=False, lineterminator="\n").encode()
