"""A quick proof that a competition works: toy data, every model for one tiny fold, a submission."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from podium.competition.declaration import Competition
from podium.data.dataset import Dataset
from podium.errors import SubmissionError
from podium.metrics import Scorer, get_metric, require_fitting
from podium.pipeline.fit import Job, fit_fold
from podium.pipeline.folds import Fold
from podium.pipeline.predictions import Predictions
from podium.pipeline.submission import (
    answers_of,
    build,
    check,
    expected_ids,
    read_sample,
    require_agreement,
    row_ids,
    to_csv,
)

TRAIN_ROWS = 200
VALID_ROWS = 100
CHEAP_PARAMS = {"epochs": 1, "iterations": 5, "n_estimators": 5, "seeds": 1}


def check_competition(competition: Competition) -> Iterator[str]:
    """Yield one line for each step that went well; raise what goes wrong."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        competition.toy(folder)
        dataset = competition.load(folder)
        sample = read_sample(competition, dataset, folder)
        metric = get_metric(competition.metric)
        require_fitting(metric, dataset)
        require_agreement(competition, dataset)
        yield f"toy data: {len(dataset.y)} training rows, {len(dataset.test_ids)} test rows"
        fold = _tiny_fold(dataset)
        for name, params in competition.models(is_toy=True).items():
            _, result = fit_fold(_cheap(Job(name, params, competition.seed), dataset), dataset, fold)
            score = Scorer.of(metric, dataset).take(fold.valid).score(result["valid"])
            yield f"{name}: {metric.name} {score:.3f} after {len(fold.train)} rows"
        predictions = _some_predictions(dataset)
        csv = to_csv(build(competition, dataset, predictions, sample))
        _round_trip(competition, dataset, predictions, sample, csv, folder / "submission.csv")
        yield f"submission: {len(sample)} rows, read back as written"


def _tiny_fold(dataset: Dataset) -> Fold:
    from sklearn.model_selection import train_test_split

    n = len(dataset.y)
    train, valid = train_test_split(
        np.arange(n),
        train_size=max(dataset.task.n_columns, min(TRAIN_ROWS, n // 2)),
        test_size=max(dataset.task.n_columns, min(VALID_ROWS, n // 4)),
        stratify=dataset.task.strata(dataset.y, least=8),  # two and more of each in a quarter of the rows
        random_state=0,
    )
    return Fold(np.sort(train), np.sort(valid))


def _cheap(job: Job, dataset: Dataset) -> Job:
    own = job.create(dataset).get_params()
    short = {key: value for key, value in CHEAP_PARAMS.items() if any(p.endswith(key) for p in own)}
    return replace(job, params={**job.params, **short})


def _some_predictions(dataset: Dataset) -> Predictions:
    """Return predictions of every class (or number) in turn, so that a mistake in mapping one back cannot
    hide."""
    test = dataset.task.perfect(dataset.task.sample_targets(dataset.y, len(dataset.test_ids)))
    return Predictions("check", "", "", "", test[:0], test, 0.0, (), 0.0, 0.0)


def _round_trip(
    competition: Competition,
    dataset: Dataset,
    predictions: Predictions,
    sample: pd.DataFrame,
    csv: bytes,
    path: Path,
) -> None:
    path.write_bytes(csv)
    answers = answers_of(competition, dataset, predictions)
    others = [column for column in sample if column not in answers]
    texts = others + [column for column, values in answers.items() if values.dtype.kind in "OUT"]
    frame = pd.read_csv(path, dtype=dict.fromkeys(texts, str), keep_default_na=False)
    check(competition, dataset, frame, sample)
    ids = expected_ids(competition, dataset)
    by_id = frame.set_axis(row_ids(competition, dataset, frame))
    for column, expected in answers.items():
        if not _are_same(by_id[column].reindex(ids).to_numpy(), expected):
            raise SubmissionError(
                f"submission for {competition.name!r} must hold the predicted answers when read back, "
                f"got others in column {column!r}; look at the classes and the id column"
            )


def _are_same(got: np.ndarray, expected: np.ndarray) -> bool:
    if expected.dtype.kind == "f":
        return np.allclose(got.astype(np.float64), expected)
    return bool((got == expected).all())
