"""Data sets for the tests of the audit, and short ways to run a check."""

import numpy as np
import pandas as pd

from podium.audit.duplicates import find_copies
from podium.audit.probes import probes_of
from podium.data.images import ImageFiles
from support.makers import make_dataset

N = 400  # training rows
M = 200  # test rows


def rng(seed=0):
    return np.random.default_rng(seed)


def coin(n=N, seed=0):
    """Two even classes in no order."""
    return rng(seed).permutation(np.arange(n) % 2)


def noise(n, seed=0):
    return pd.DataFrame(rng(seed).normal(size=(n, 2)), columns=["a", "b"])


def flipped(y, share, seed=5):
    """Labels of two classes, exactly a share of them wrong."""
    return np.where(rng(seed).permutation(len(y)) < share * len(y), 1 - y, y)


def dataset_of(y=None, about=None, about_test=None, **changes):
    """A table of noise, with whatever else its files say."""
    m = M if about_test is None else len(about_test)
    y = coin() if y is None else y
    fields = {"X": noise(len(y), 10), "X_test": noise(m, 20), "test_ids": np.arange(m)}
    return make_dataset(y, about=about, about_test=about_test, **(fields | changes))


def found(find, dataset):
    """Return what a check finds."""
    return list(find(dataset, probes_of(dataset)))


def near_copies(dataset):
    return list(dataset.modality.near_copies(dataset.X, dataset.X_test))


def copies(dataset):
    """Return the findings on copies."""
    return [finding for one in near_copies(dataset) for finding in find_copies(dataset, one)]


def kinds(findings):
    return [(finding.kind, finding.is_alarm) for finding in findings]


TELLING = {
    "category": lambda c: np.array(["left.example", "right.example"])[c],
    "number": lambda c: 10.0 * c + rng().random(len(c)),
    "text that is a number": lambda c: (3 + 4 * c).astype(str),
    "time": lambda c: pd.Timestamp("2020-01-01") + pd.to_timedelta(400 * c + 1, unit="D"),
    "text that is a time": lambda c: [f"20{20 + v}-03-01T10:{i % 60:02}:00Z" for i, v in enumerate(c)],
    "name": lambda c: [f"{'IMG_' if v else 'pic'}{i}.jpg" for i, v in enumerate(c)],
}


TEXTS = [
    "The dam broke at dawn, they said",
    "My cat sleeps all day long, again",
    "No news from the coast so far",
]


def of_files(folder, names, test, y):
    files = [ImageFiles([folder / name for name in part]) for part in (names, test)]
    return make_dataset(y, X=files[0], X_test=files[1], test_ids=np.arange(len(test)), classes=np.arange(2))
