"""Adversarial validation: can a model tell the test rows from the training rows, and by what?"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from podium.audit.copies import Copies
from podium.audit.evidence import (
    FALSE_ALARM,
    Evidence,
    Target,
    binned,
    cross_validated,
    explain,
    make_target,
    target_of,
)
from podium.audit.finding import Finding
from podium.audit.views import View, Views, images_of
from podium.data.dataset import Dataset, linked
from podium.data.near_duplicates import MINIATURE

LEAST_ROWS, MOST_ROWS = 20, 3000  # of each of the two files
PARTS = 16  # principal components of pixels or words
TREES = 50
MATTERS = 0.7  # an area under the curve that speaks of other rows than those to be predicted
BEHIND = 0.55  # one of a column that is worth naming


def find_shift(dataset: Dataset, views: Views, copies: Sequence[Copies]) -> Finding | None:
    """None where there are too few rows, or nothing to compare."""
    rows, test = _sample(len(dataset.y)), _sample(len(dataset.test_ids))
    if min(len(rows), len(test)) < LEAST_ROWS:
        return None
    columns = _columns(dataset, views, rows, test)
    if not columns:
        return None
    units = _units(dataset, copies)[np.concatenate([rows, len(dataset.y) + test])]
    target = make_target(np.repeat(np.eye(2), [len(rows), len(test)], axis=0), units)
    auc, error = _area(_told_apart(columns, target))
    sure = (auc - 0.5) > NormalDist().inv_cdf(1 - FALSE_ALARM) * error
    quote = f"a model tells training and test rows apart with AUC {auc:.3f} ± {error:.3f}, .5 being chance"
    if not sure or auc < BEHIND:
        return Finding("shift", False, f"{quote}: they are alike", auc, error)
    behind = _behind(columns, target)
    names = f" by {', '.join(name for name, _ in behind[:3])}" if behind else ", by many things together"
    advice = (
        "the test rows are others than those that models are scored on; validate on the rows most like them"
        if auc >= MATTERS
        else "a small difference"
    )
    examples = tuple(f"{name}: AUC {alone:.3f}" for name, alone in behind[:5])
    return Finding("shift", auc >= MATTERS, f"{quote}{names}; {advice}", auc, error, examples)


def _units(dataset: Dataset, copies: Sequence[Copies]) -> np.ndarray:
    """A number (n + m,) that rows share which are of one group, or copies of each other."""
    groups = pd.Series(target_of(dataset).units).reindex(np.arange(len(dataset.y) + len(dataset.test_ids)))
    return linked(groups, *(pd.Series(found.near) for found in copies))


def _sample(n: int) -> np.ndarray:
    return np.sort(np.random.default_rng(0).permutation(n)[:MOST_ROWS])


def _columns(dataset: Dataset, views: Views, rows: np.ndarray, test: np.ndarray) -> list[View]:
    """What both files say, without keys and names: columns, facts of files, parts of prose and pixels."""
    columns = []
    for view in (*views.features, *views.about, *views.files):
        if view.test is None or view.is_key or view.subject == "file name":
            continue
        both = pd.concat([view.train.iloc[rows], view.test.iloc[test]], ignore_index=True)
        if view.is_long_text:
            columns += _components(f"words of {view.subject}", _words(both.fillna("")))
        else:
            columns.append(View(view.name, "", both, None))
    pixels, others = _pixels(dataset.X, rows), _pixels(dataset.X_test, test)
    if pixels is not None and others is not None:
        columns += _components("pixels", _principal(np.concatenate([pixels, others])))
    return columns


def _words(texts: pd.Series) -> np.ndarray:
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import HashingVectorizer

    counts = HashingVectorizer(n_features=2**13).fit_transform(texts)
    return TruncatedSVD(PARTS, random_state=0).fit_transform(counts)


def _pixels(X: Any, rows: np.ndarray) -> np.ndarray | None:
    """(r, pixels) of arrays, or of miniatures; None where some have none."""
    files = images_of(X)
    if files is not None and files[rows].seen.all():
        small = np.asarray(files[rows].pixels(MINIATURE), dtype=np.float32)
        return small.reshape(len(rows), 8, 4, 8, 4, 3).mean(axis=(2, 4)).reshape(len(rows), -1)
    if isinstance(X, np.ndarray) and X.ndim > 2:
        return X[rows].reshape(len(rows), -1).astype(np.float32)
    return None


def _principal(pixels: np.ndarray) -> np.ndarray:
    from sklearn.decomposition import PCA

    return PCA(min(PARTS, *pixels.shape), svd_solver="randomized", random_state=0).fit_transform(pixels)


def _components(name: str, values: np.ndarray) -> list[View]:
    return [View(f"{name}, component {i + 1}", "", pd.Series(c), None) for i, c in enumerate(values.T)]


def _told_apart(columns: list[View], target: Target) -> Evidence:
    """By a random forest on all columns: it sees more than one at a time, and is no trouble to set."""
    from podium.models.tabular.pipelines import random_forest

    frame = pd.DataFrame(
        {str(i): v.train.fillna("") if v.is_text else v.train for i, v in enumerate(columns)}
    )

    def say(train: np.ndarray, valid: np.ndarray, base: np.ndarray) -> np.ndarray:
        model = random_forest(n_estimators=TREES, min_samples_leaf=5, random_state=0)
        model.fit(frame.iloc[train], target.hot[train, 1])
        return model.predict_proba(frame.iloc[valid])

    return cross_validated(target, say)


def _area(evidence: Evidence) -> tuple[float, float]:
    """Under the curve (ROC), with its standard error after J. A. Hanley and B. J. McNeil 1982."""
    from sklearn.metrics import roc_auc_score

    is_test = evidence.target.hot[:, 1]
    area = float(roc_auc_score(is_test, evidence.said[:, 1]))
    m, n = is_test.sum(), (1 - is_test).sum()
    above, below = area / (2 - area), 2 * area**2 / (1 + area)
    variance = area * (1 - area) + (m - 1) * (above - area**2) + (n - 1) * (below - area**2)
    return area, sqrt(variance / (m * n))


def _behind(columns: list[View], target: Target) -> list[tuple[str, float]]:
    """The columns that tell the files apart by themselves, best first, with their area."""
    alone = [(view.subject, explain(binned(view)[0], target)) for view in columns]
    sure = [(name, _area(evidence)[0]) for name, evidence in alone if evidence.is_sure(len(columns))]
    return sorted((pair for pair in sure if pair[1] >= BEHIND), key=lambda pair: -pair[1])
