"""How long the page of the largest competition takes, and how large it gets: the rows and classes of
digit-recognizer, with made-up predictions of many models."""

import os
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from podium.data.dataset import Dataset
from podium.data.task import Classification
from podium.metrics import Scorer, get_metric
from podium.pipeline.blend import blend
from podium.pipeline.folds import Folds
from podium.pipeline.leaderboard import make_leaderboard
from podium.pipeline.predictions import Predictions, fold_scores
from podium.pipeline.session import Session
from podium.report.results import Results
from podium.report.run import write_page
from podium.storage.store import Store
from support.makers import answers, make_competition

ROWS, TEST, CLASSES, MODELS = 42_000, 28_000, 10, 10


def main() -> None:
    rng = np.random.default_rng(0)
    metric = get_metric("accuracy")
    images = rng.integers(0, 256, (ROWS, 28, 28, 1), dtype=np.uint8)
    y = rng.integers(CLASSES, size=ROWS)
    dataset = Dataset(images, y, images[:TEST], np.arange(TEST), task=Classification(np.arange(CLASSES)))
    folds = Folds((np.arange(ROWS) % 5).astype(np.int8))

    def made_up(number: int) -> Predictions:
        wrong = rng.random(ROWS) < 0.005 * (number + 1)
        oof = 0.9 * answers(np.where(wrong, rng.integers(CLASSES, size=ROWS), y), CLASSES, 0.95)
        oof = (oof + 0.1 * rng.dirichlet(np.ones(CLASSES), ROWS)).astype(np.float32)
        losses = [[1 / (epoch + 1) for epoch in range(20)]] * 5
        scores = fold_scores(Scorer(metric, y), oof, folds)
        score = metric.score(y, oof)
        name = f"model-{number}"
        return Predictions(
            name, name, "d", folds.id, oof, oof[:TEST], score, scores, 60, 1, details={"losses": losses}
        )

    models = [made_up(number) for number in range(MODELS)]
    entries = [
        *models,
        *(blend(name, models, Scorer(metric, y), dataset.task, folds) for name in ("mean", "weights")),
    ]
    board, _ = make_leaderboard("bench", False, metric, dataset, entries, (), {})
    order = [entry.name for entry in board.entries]
    results = Results(
        board, dataset, folds, metric, tuple(sorted(entries, key=lambda p: order.index(p.name)))
    )
    with TemporaryDirectory() as folder:
        place = Path(os.environ.get("OUT", folder))
        session = Session(
            make_competition(), place, Store(place), False, metric, dataset, pd.DataFrame(), folds
        )
        started = time.perf_counter()
        worked = time.process_time()
        path = write_page(session, results)
        seconds = time.perf_counter() - started
        busy = time.process_time() - worked
        print(f"page: {seconds:.1f} s ({busy:.1f} s of work), {path.stat().st_size:,} bytes")


main()
