"""Adversarial validation: can a model tell the test rows from the training rows, and by what?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import sqrt
from statistics import NormalDist

import numpy as np
import pandas as pd

from podium.audit.binning import bin_rows
from podium.audit.finding import Finding
from podium.audit.predictive_power import (
    FALSE_ALARM,
    PredictivePower,
    Target,
    cross_validated,
    explain,
    make_target,
    target_of,
)
from podium.audit.probes import FILE_NAME, Probe, Probes
from podium.data.dataset import Dataset
from podium.data.near_duplicates import Copies
from podium.data.rows import linked
from podium.data.task import Classification

LEAST_ROWS = 20  # of each of the two files
MOST_ROWS = 3000  # of each of the two files
COMPONENTS = 16  # principal components of pixels or words
HASHED_WORDS = 2**13  # features that words are hashed into
TREES = 50
LEAST_ROWS_OF_A_LEAF = 5
ALARMING_AUC = 0.7  # the test rows are then unlike those that models are scored on
NAMED_AUC = 0.55  # that the shift, or one column of it, must have to be named
NAMED_COLUMNS = 3  # in the summary
SHOWN_COLUMNS = 5  # among the examples
ADVICE = "validate on the training rows most like the test rows"

ORIGIN = Classification(np.array([0, 1]), ["training", "test"])  # the target: which file a row is of


def find_shift(
    dataset: Dataset, probes: Probes, copies: Sequence[Copies], advice: str = ADVICE
) -> Iterator[Finding]:
    """Yield the shift between training and test rows, with the advice where it is large; nothing if they are
    too few, or cannot be compared."""
    train_rows = _sample(len(dataset.y))
    test_rows = _sample(len(dataset.test_ids))
    if min(len(train_rows), len(test_rows)) < LEAST_ROWS:
        return
    columns = _columns(dataset, probes, train_rows, test_rows)
    if not columns:
        return
    units = _units(dataset, copies)[np.concatenate([train_rows, len(dataset.y) + test_rows])]
    origin = np.repeat([0, 1], [len(train_rows), len(test_rows)])
    target = make_target(ORIGIN.encode(origin), units)
    auc, error = _auc(_predict_origin(columns, target))
    yield _finding(auc, error, columns, target, advice)


def _finding(auc: float, error: float, columns: list[Probe], target: Target, advice: str) -> Finding:
    quote = f"adversarial validation AUC {auc:.3f} ± {error:.3f}"
    is_sure = (auc - 0.5) > NormalDist().inv_cdf(1 - FALSE_ALARM) * error
    if not is_sure or auc < NAMED_AUC:
        return Finding("shift", False, f"{quote}: no shift", auc, error)
    telling = _telling_columns(columns, target)
    names = ", ".join(name for name, _ in telling[:NAMED_COLUMNS]) or "many things together"
    if auc < ALARMING_AUC:
        advice = "a small difference"
    examples = tuple(f"{name}: AUC {alone:.3f}" for name, alone in telling[:SHOWN_COLUMNS])
    return Finding("shift", auc >= ALARMING_AUC, f"{quote}: shift in {names}; {advice}", auc, error, examples)


def _units(dataset: Dataset, copies: Sequence[Copies]) -> np.ndarray:
    """Return a number (n + m,) that rows of one group share, and rows that are copies of each other."""
    groups = pd.Series(target_of(dataset).units).reindex(np.arange(len(dataset.y) + len(dataset.test_ids)))
    return linked(groups, *(pd.Series(found.near) for found in copies))


def _sample(n: int) -> np.ndarray:
    return np.sort(np.random.default_rng(0).permutation(n)[:MOST_ROWS])


def _columns(dataset: Dataset, probes: Probes, rows: np.ndarray, test_rows: np.ndarray) -> list[Probe]:
    """Return what both files have, without keys and names; `train` of each holds training, then test rows.

    These are columns, facts of files, and principal components of prose and of pixels.
    """
    columns = []
    for probe in (*probes.features, *probes.about, *probes.files):
        if probe.test is None or probe.is_key or probe.subject == FILE_NAME:
            continue
        both = pd.concat([probe.train.iloc[rows], probe.test.iloc[test_rows]], ignore_index=True)
        if probe.is_prose:
            columns += _as_probes(f"words of {probe.subject}", _word_components(both.fillna("")))
        else:
            columns.append(Probe(probe.name, "", both, None))
    train_vectors = dataset.modality.content_vectors(dataset.X, rows)
    test_vectors = dataset.modality.content_vectors(dataset.X_test, test_rows)
    if train_vectors is not None and test_vectors is not None:
        vectors = np.concatenate([train_vectors, test_vectors])
        columns += _as_probes("pixels", _principal_components(vectors))
    return columns


def _word_components(texts: pd.Series) -> np.ndarray:
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import HashingVectorizer

    counts = HashingVectorizer(n_features=HASHED_WORDS).fit_transform(texts)
    return np.asarray(TruncatedSVD(COMPONENTS, random_state=0).fit_transform(counts))


def _principal_components(vectors: np.ndarray) -> np.ndarray:
    from sklearn.decomposition import PCA

    pca = PCA(min(COMPONENTS, *vectors.shape), svd_solver="randomized", random_state=0)
    return np.asarray(pca.fit_transform(vectors))


def _as_probes(name: str, values: np.ndarray) -> list[Probe]:
    return [
        Probe(f"{name}, component {number}", "", pd.Series(component), None)
        for number, component in enumerate(values.T, start=1)
    ]


def _predict_origin(columns: list[Probe], target: Target) -> PredictivePower:
    """Return how well a random forest on all columns predicts the file that a row is of.

    A forest sees more than one column at a time, and needs no tuning.
    """
    from podium.models.tabular.pipelines import random_forest

    frame = pd.DataFrame(
        {
            str(number): column.train.fillna("") if column.is_text else column.train
            for number, column in enumerate(columns)
        }
    )

    def predict(train: np.ndarray, valid: np.ndarray, mean: np.ndarray) -> np.ndarray:
        model = random_forest(
            ORIGIN, n_estimators=TREES, min_samples_leaf=LEAST_ROWS_OF_A_LEAF, random_state=0
        )
        model[-1].set_params(n_jobs=-1)  # trees grow alike on any number of threads
        model.fit(frame.iloc[train], target.encoding.columns[train])
        model[-1].set_params(n_jobs=1)  # their votes add up in any order on several
        return np.asarray(model.predict_proba(frame.iloc[valid]))

    return cross_validated(target, predict)


def _auc(power: PredictivePower) -> tuple[float, float]:
    """Return the area under the ROC curve and its standard error.

    The error is that of J. A. Hanley and B. J. McNeil 1982, "The Meaning and Use of the Area under a Receiver
    Operating Characteristic (ROC) Curve".
    """
    from sklearn.metrics import roc_auc_score

    is_test = power.target.encoding.values[:, 1]
    auc = float(roc_auc_score(is_test, power.predicted[:, 1]))
    m = is_test.sum()
    n = (1 - is_test).sum()
    above = auc / (2 - auc)
    below = 2 * auc**2 / (1 + auc)
    variance = auc * (1 - auc) + (m - 1) * (above - auc**2) + (n - 1) * (below - auc**2)
    return auc, sqrt(variance / (m * n))


def _telling_columns(columns: list[Probe], target: Target) -> list[tuple[str, float]]:
    """Return the columns that tell the files apart by themselves, best first, each with its AUC."""
    powers = [(column.subject, explain(bin_rows(column)[0], target)) for column in columns]
    sure = [(name, _auc(power)[0]) for name, power in powers if power.is_sure(len(columns))]
    return sorted((pair for pair in sure if pair[1] >= NAMED_AUC), key=lambda pair: -pair[1])
