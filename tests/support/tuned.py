"""A competition whose models have parameters to tune, and fit in no time."""

from pathlib import Path

import numpy as np
import pandas as pd

from podium.competition.registry import get_competition
from podium.pipeline.progress import SilentProgress
from podium.pipeline.session import open_session
from podium.pipeline.tune import tune
from support.docs import make_pets

MODELS = """
import os
import signal
import time
from pathlib import Path

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

HERE = Path(__file__).parent
SPACES = {
    "cut": {"at": (0.0, 16.0)},
    "guess": {"number": (1, 100000)},
    "fragile": {"at": (0.0, 16.0), "breaks": [True, False]},
    "slow": {"at": (0.0, 16.0)},
}


class Cut(ClassifierMixin, BaseEstimator):
    def __init__(self, at=15.0, breaks=False, sleeps=0.0):
        self.at = at
        self.breaks = breaks
        self.sleeps = sleeps

    def fit(self, X, y):
        (HERE / "begun").touch()
        time.sleep(self.sleeps)
        if self.breaks:
            raise ValueError("broken")
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        dog = np.where(X["weight"] > self.at, 0.9, 0.1)
        return np.column_stack([1 - dog, dog])


class Guess(ClassifierMixin, BaseEstimator):
    def __init__(self, number=0):
        self.number = number

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        seeds = abs(X["weight"].to_numpy() * 1e6).astype(int)
        dog = np.array([np.random.default_rng([self.number, seed]).random() for seed in seeds])
        return np.column_stack([1 - dog, dog])


def cut(task, **params):
    return Cut(**params)


def fragile(task, **params):
    return Cut(**params)


def slow(task, **params):
    return Cut(**{"sleeps": 60.0, **params})


def guess(task, **params):
    return Guess(**params)
"""
ROSTER = {
    "constant": {},
    "cut": {"factory": "models:cut", "at": 15.0},
    "fragile": {"factory": "models:fragile"},
    "guess": {"factory": "models:guess"},
    "slow": {"factory": "models:slow"},
    "table-ridge": {},
}


def tuned_root(folder: Path) -> Path:
    """A checkout with these models on its roster, the first of them with bad parameters."""
    root = make_pets(folder, models=MODELS)
    path = root / "competitions" / "pets" / "competition.py"
    before, roster, _ = path.read_text().partition("    roster=")
    path.write_text(f"{before}{roster}{ROSTER!r},\n)\n")
    return root


def own_data(folder: Path, seed: int = 0, signal: float = 8.0, rows: int = 100) -> Path:
    """Cats and dogs whose weights differ by `signal`, in the layout of the files."""
    rng = np.random.default_rng(seed)
    kinds = rng.permutation(np.arange(rows + 20) % 2)
    table = pd.DataFrame({"id": np.arange(rows + 20), "height": 25.0})
    table["weight"] = 4 + signal * kinds + rng.normal(0, 3, rows + 20)
    table["kind"] = np.array(["cat", "dog"])[kinds]
    place = folder / "cats-and-dogs"
    place.mkdir(parents=True)
    table[:rows].to_csv(place / "train.csv", index=False)
    table[rows:].drop(columns="kind").to_csv(place / "test.csv", index=False)
    table[rows:][["id"]].assign(kind="cat").to_csv(place / "sample_submission.csv", index=False)
    return folder


class Recorded(SilentProgress):
    """Progress that notes the trials as they end, and may press Ctrl-C after some fits."""

    def __init__(self, fits=10_000):
        self.ended = []
        self.fits = fits

    def fold_started(self, *_):
        self.fits -= 1
        if self.fits < 0:
            raise KeyboardInterrupt

    def trial_ended(self, trial, best):
        self.ended.append(trial.number)


def tuned(root, data, model="cut", most=6, progress=None, until=None):
    """What `tune` finds in a process of the test's own, one fit after the other."""
    with open_session(get_competition(root, "pets"), root, data) as session:
        return tune(session, model, most, progress or Recorded(), until=until)
