"""What skipping known rows buys: the report's network on one fold, many pruned epochs against as
many whole ones as take the same time.

Needs the real digits: `make bench DATA=path/to/folder`. Takes some minutes.
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from podium.competition import get_competition
from podium.files import find_source, unpack
from podium.folds import make_folds
from podium.models import create

ROOT = Path(__file__).parents[1]
PLANS = {"30 epochs, pruned": {"epochs": 30, "prune": 0.75}, "11 epochs, whole": {"epochs": 11, "prune": 0.0}}


def main(data: Path | None) -> None:
    competition = get_competition(ROOT, "digit-recognizer")
    source = find_source(competition, ROOT, data)
    if source.is_toy:
        print("pruning is measured on the real digits only: pass DATA=path/to/folder")
        return
    with tempfile.TemporaryDirectory() as folder:
        dataset = competition.load(unpack(source, competition, Path(folder)))
    fold = next(iter(make_folds(dataset, competition.folds)))
    X, y = dataset.X[fold.valid], dataset.y[fold.valid]
    for name, params in PLANS.items():
        started = time.perf_counter()
        model = create("cnn", params, competition.seed).fit(dataset.X[fold.train], dataset.y[fold.train])
        seconds = time.perf_counter() - started
        probabilities = model.predict_proba(X)
        errors = (probabilities.argmax(axis=1) != y).sum()
        log_loss = -np.log(np.clip(probabilities[np.arange(len(y)), y], 1e-7, 1)).mean()
        print(f"{name:<18} {seconds:6.0f} s, {errors} errors in {len(y)}, log loss {log_loss:.4f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
