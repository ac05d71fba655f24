"""Small data sets, predictions and competitions for the tests."""

import numpy as np
from hypothesis import settings
from PIL import Image, ImageDraw

from podium.competition.declaration import Competition
from podium.data.dataset import Dataset
from podium.data.task import Classification, Regression
from podium.metrics import Scorer, get_metric
from podium.models import registry
from podium.pipeline.folds import Folds
from podium.pipeline.leaderboard import make_leaderboard
from podium.pipeline.predictions import Predictions, fold_scores

quick = settings(max_examples=30, deadline=None, derandomize=True)


def smooth_photo(seed=0, size=(40, 30)):
    """Smooth enough that another size or a JPEG looks the same."""
    coarse = np.random.default_rng(seed).integers(0, 255, (5, 5, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)


def make_dataset(y, **changes):
    """Training rows numbered from 0 and three test rows; with `classes=None` y is numbers to predict."""
    y, task = make_target(
        y, **{name: changes.pop(name) for name in ("classes", "class_names") if name in changes}
    )
    fields = {
        "X": np.arange(len(y)),
        "X_test": np.arange(3),
        "test_ids": np.array([11, 12, 13]),
        "task": task,
    }
    return Dataset(y=y, **(fields | changes))


def make_target(y, classes="of y", class_names=None):
    """The target and its task: classes of y, these classes, or with None numbers."""
    if classes is None:
        return np.asarray(y, dtype=np.float64), Regression()
    y = np.asarray(y, dtype=np.int64)
    known = np.unique(y) if isinstance(classes, str) else np.asarray(classes)
    return y, Classification(known, class_names)


def make_predictions(oof, name="member", **changes):
    oof = np.asarray(oof, dtype=np.float64)
    fields = {
        "id": f"id of {name}",
        "data_id": "data",
        "folds_id": "folds",
        "test": oof[:3],
        "score": 0.0,
        "fold_scores": (0.0, 0.0),
        "fit_seconds": 0.0,
        "predict_seconds": 0.0,
    }
    return Predictions(name=name, oof=oof, **(fields | changes))


def make_competition(**changes):
    fields = {
        "name": "pets",
        "slug": "pets-2026",
        "title": "Pets",
        "metric": "accuracy",
        "id_column": "Id",
        "target_column": "Label",
        "load": lambda folder: None,
        "toy": lambda folder: (folder / "train.csv").write_text("toy"),
        "roster": {},
    }
    return Competition(**(fields | changes))


def answers(codes, k, sure=0.9):
    """Probabilities (n, k) that give `sure` to the class of each code and share out the rest."""
    return np.where(np.eye(k)[np.asarray(codes, dtype=int)] == 1, sure, (1 - sure) / (k - 1))


def make_results(y, oofs, metric="accuracy", blends=(), folds=2, **changes):
    """Of entries with these out-of-fold predictions, on folds of every second row, third row..."""
    dataset, judge = make_dataset(y, **changes), get_metric(metric)
    parts = Folds(np.arange(len(dataset.y)) % folds)
    entries = [
        make_predictions(
            oof,
            name,
            score=judge.score(dataset.y, np.asarray(oof)),
            fold_scores=fold_scores(Scorer(judge, dataset.y), np.asarray(oof), parts),
            is_blend=name in blends,
        )
        for name, oof in oofs.items()
    ]
    board, _ = make_leaderboard("pets", False, judge, dataset, entries, [], {})
    order = [e.name for e in board.entries]
    entries.sort(key=lambda p: order.index(p.name))
    from podium.report.results import Results

    return Results(board, dataset, parts, judge, tuple(entries))


def bright_or_dark(rng, label, size=40):
    """An image of noise, bright if the label is 1 and dark if it is 0."""
    noise = rng.integers(0, 80, (size, size, 3), dtype=np.uint8) + np.uint8(150 * label)
    return Image.fromarray(noise)


def seven(ground="white", ink="black", at=(60, 40), size=(280, 280)):
    image = Image.new("RGB", size, ground)
    x, y = at
    ImageDraw.Draw(image).line([(x, y), (x + 80, y), (x + 30, y + 120)], ink, 18, joint="curve")
    return image


def task_of(regression=False, classes=2):
    return Regression() if regression else Classification(np.arange(classes))


def create(name, params, seed, regression=False):
    """A model of the registry, for classes or for numbers."""
    return registry.create(name, params, seed, task_of(regression))


def model_id(name, params, seed, regression=False):
    return registry.model_id(name, params, seed, task_of(regression))
