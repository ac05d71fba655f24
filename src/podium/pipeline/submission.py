"""Predictions into the file that Kaggle takes, checked before it is written."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from podium.competition.declaration import Competition
from podium.data.csv_files import read_table, read_texts
from podium.data.dataset import Dataset
from podium.errors import DataError, SubmissionError
from podium.formatting import sample as some
from podium.metrics import get_metric
from podium.pipeline.predictions import Predictions


def read_sample(competition: Competition, dataset: Dataset, folder: Path) -> pd.DataFrame:
    """Return the sample submission; of a variant only the ids in it.

    Raises DataError if it does not fit the test rows: better before the training than after it. Without test
    rows there need be no file.
    """
    path = folder / competition.sample
    if not len(dataset.test_ids) and not path.exists():
        return pd.DataFrame(columns=[competition.id_column, competition.target_column])
    answer = [] if competition.is_variant else [competition.target_column]
    frame = read_table(path, [competition.id_column, *answer])
    if dataset.test_ids.dtype.kind in "OUT":  # as they stand in the file: 007 is not 7
        frame[competition.id_column] = read_texts(path, [competition.id_column])
    problem = _id_problem(frame[competition.id_column], pd.Series(dataset.test_ids))
    if problem:
        raise DataError(f"{path} must hold the ids of the test rows, each once, got {problem}; mend it")
    return frame


def build(
    competition: Competition, dataset: Dataset, predictions: Predictions, sample: pd.DataFrame
) -> pd.DataFrame:
    """Return the checked submission: the task's answers in the order of the sample's ids."""
    predicted = get_metric(competition.metric).clip(predictions.test)
    answers = dataset.task.decide(predicted)
    ids = sample[competition.id_column]
    ordered = pd.Series(answers, index=dataset.test_ids).reindex(ids).to_numpy()
    frame = pd.DataFrame({competition.id_column: ids, competition.target_column: ordered})
    check(competition, dataset, frame, sample)
    return frame


def check(competition: Competition, dataset: Dataset, frame: pd.DataFrame, sample: pd.DataFrame) -> None:
    """Raise SubmissionError unless columns, rows and order of ids are as the sample's, and the answers are
    such as the task gives."""
    subject = f"submission for {competition.name!r}"
    columns = [competition.id_column, competition.target_column]
    if list(frame.columns) != columns:
        raise SubmissionError(f"{subject} must have the columns {columns}, got {list(frame.columns)}")
    ids = frame[competition.id_column]
    expected = sample[competition.id_column]
    problem = _id_problem(ids, expected)
    if problem:
        raise SubmissionError(f"{subject} must have the sample's {len(expected)} ids, got {problem}")
    if (ids.to_numpy() != expected.to_numpy()).any():
        raise SubmissionError(f"{subject} must keep the order of the sample's ids; sort it so")
    strange = dataset.task.strange_answers(frame[competition.target_column])
    if len(strange):
        raise SubmissionError(
            f"{subject} must hold {dataset.task.expected_answers}, "
            f"got {some(strange.unique().tolist())} in {len(strange)} rows"
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
