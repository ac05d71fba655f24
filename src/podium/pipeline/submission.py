"""Predictions into the file that Kaggle takes, checked before it is written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from podium.competition.declaration import Competition
from podium.data.csv_files import read_table, read_texts
from podium.data.dataset import Dataset
from podium.errors import DataError, SubmissionError
from podium.formatting import sample
from podium.metrics.metrics import get_metric
from podium.pipeline.predictions import Predictions


def read_sample(competition: Competition, dataset: Dataset, folder: Path) -> pd.DataFrame:
    """The sample submission; of a variant the ids in it. Raises DataError if it does not fit the test
    rows: better before the training than after it. Without test rows there need be none."""
    path = folder / competition.sample
    if not len(dataset.test_ids) and not path.exists():
        return pd.DataFrame(columns=[competition.id_column, competition.target_column])
    is_variant = competition.name != competition.folder
    frame = read_table(path, [competition.id_column, *([] if is_variant else [competition.target_column])])
    if dataset.test_ids.dtype.kind in "OUT":  # as they stand in the file: 007 is not 7
        frame[competition.id_column] = read_texts(path, [competition.id_column])
    ids = frame[competition.id_column]
    problem = _id_problem(ids, pd.Series(dataset.test_ids))
    if problem:
        raise DataError(f"{path} must hold the ids of the test rows, each once, got {problem}; mend it")
    return frame


def build(
    competition: Competition, dataset: Dataset, predictions: Predictions, like: pd.DataFrame
) -> pd.DataFrame:
    """The checked submission: the labels with the highest probability, or the numbers, in the sample's
    order."""
    answers = dataset.answers(predictions.test)
    if dataset.is_regression:
        answers = np.maximum(answers, get_metric(competition.metric).least)
    ids = like[competition.id_column]
    said = pd.Series(answers, index=dataset.test_ids).reindex(ids).to_numpy()
    frame = pd.DataFrame({competition.id_column: ids, competition.target_column: said})
    check(competition, dataset, frame, like)
    return frame


def check(competition: Competition, dataset: Dataset, frame: pd.DataFrame, like: pd.DataFrame) -> None:
    """Raises SubmissionError unless columns, rows and order of ids are as the sample's, and what is said is
    a label, or a finite number."""
    subject = f"submission for {competition.name!r}"
    columns = [competition.id_column, competition.target_column]
    if list(frame.columns) != columns:
        raise SubmissionError(f"{subject} must have the columns {columns}, got {list(frame.columns)}")
    ids, expected = frame[competition.id_column], like[competition.id_column]
    if problem := _id_problem(ids, expected):
        raise SubmissionError(f"{subject} must have the sample's {len(expected)} ids, got {problem}")
    if (ids.to_numpy() != expected.to_numpy()).any():
        raise SubmissionError(f"{subject} must keep the order of the sample's ids; sort it so")
    labels = frame[competition.target_column]
    if dataset.classes is None:
        numbers = pd.to_numeric(labels, errors="coerce")
        if len(strange := labels[~np.isfinite(numbers)]):
            raise SubmissionError(
                f"{subject} must hold finite numbers, got {sample(strange.unique().tolist())} "
                f"in {len(strange)} rows"
            )
        return
    strange = labels[~labels.isin(dataset.classes)]
    if len(strange):
        raise SubmissionError(
            f"{subject} must hold labels of {sample(dataset.classes.tolist(), most=10)}, "
            f"got {sample(strange.unique().tolist())} in {len(strange)} rows"
        )


def _id_problem(ids: pd.Series, expected: pd.Series) -> str | None:
    if ids.duplicated().any():
        repeated = ids[ids.duplicated()]
        return f"{len(repeated)} repeated: {sample(repeated.tolist())}"
    missing, strange = expected[~expected.isin(ids)], ids[~ids.isin(expected)]
    if len(missing) or len(strange):
        return (
            f"{len(ids)} rows for {len(expected)}; {len(missing)} ids missing: "
            f"{sample(missing.tolist())}, {len(strange)} unknown: {sample(strange.tolist())}"
        )
    return None


def to_csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False, lineterminator="\n").encode()
