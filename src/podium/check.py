"""A quick proof that a competition works: toy data, every model for one tiny fold, a submission."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from podium import models
from podium.competition import Competition
from podium.crossval import Job, fit_fold
from podium.dataset import Dataset
from podium.errors import SubmissionError
from podium.folds import Fold
from podium.metrics import get_metric
from podium.predictions import Predictions
from podium.submission import build, check, read_sample, to_csv

TRAIN_ROWS, VALID_ROWS = 200, 100
CHEAP = {"epochs": 1, "n_estimators": 5, "seeds": 1}


def check_competition(competition: Competition) -> Iterator[str]:
    """Yields one line for each step that went well; raises what goes wrong."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        competition.toy(folder)
        dataset = competition.load(folder)
        sample = read_sample(competition, dataset, folder)
        metric = get_metric(competition.metric)
        yield f"toy data: {len(dataset.y)} training rows, {len(dataset.test_ids)} test rows"
        fold = _tiny_fold(dataset)
        for name, params in competition.models(is_toy=True).items():
            _, result = fit_fold(_cheap(Job(name, params, competition.seed)), dataset, fold)
            score = metric.score(dataset.y[fold.valid], result["valid"])
            yield f"{name}: {competition.metric} {score:.3f} after {len(fold.train)} rows"
        predictions = _some_predictions(dataset)
        csv = to_csv(build(competition, dataset, predictions, sample))
        _round_trip(competition, dataset, predictions, sample, csv, folder / "submission.csv")
        yield f"submission: {len(sample)} rows, read back as written"


def _tiny_fold(dataset: Dataset) -> Fold:
    from sklearn.model_selection import train_test_split

    n = len(dataset.y)
    train, valid = train_test_split(
        np.arange(n),
        train_size=min(TRAIN_ROWS, n // 2),
        test_size=min(VALID_ROWS, n // 4),
        stratify=dataset.y,
        random_state=0,
    )
    return Fold(np.sort(train), np.sort(valid))


def _cheap(job: Job) -> Job:
    own = models.create(job.model, job.params, job.seed).get_params()
    short = {key: value for key, value in CHEAP.items() if any(p.endswith(key) for p in own)}
    return replace(job, params={**job.params, **short})


def _some_predictions(dataset: Dataset) -> Predictions:
    """Every class in turn, so that a mistake in mapping one class back cannot hide."""
    codes = np.arange(len(dataset.test_ids)) % len(dataset.classes)
    test = np.eye(len(dataset.classes))[codes]
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
    frame = pd.read_csv(path)
    check(competition, dataset, frame, sample)
    by_id = frame.set_index(competition.id_column)[competition.target_column]
    expected = dataset.classes[predictions.test.argmax(axis=1)]
    if (by_id.reindex(dataset.test_ids).to_numpy() != expected).any():
        raise SubmissionError(
            f"submission for {competition.name!r} must hold the predicted labels when read back, "
            "got others; look at the classes and the id column"
        )
