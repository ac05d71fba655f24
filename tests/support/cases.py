"""Small made-up competitions, one for each thing that a real one may ask for."""

import numpy as np
import pandas as pd

from podium.competition.declaration import Competition, FoldPlan
from podium.competition.formats import columns, probability, row_for_each, top
from podium.data.dataset import Dataset
from podium.data.task import Classification, Multilabel, Regression

N, M = 90, 12
X_COLUMNS = ["a", "b", "c"]


def _features(rng, rows):
    return pd.DataFrame(rng.normal(size=(rows, 3)), columns=X_COLUMNS)


def _case(task, target, metric, submission, ids=None, roster=None, **more):
    """A competition whose targets are `target(X, rng)` of three columns of numbers."""
    rng = np.random.default_rng(0)
    X, X_test = _features(rng, N), _features(rng, M)
    y = target(X, rng)
    test_ids = np.arange(1, M + 1)
    made = {name: more.pop(name) for name in ("times", "groups") if name in more}
    dataset = Dataset(X=X, y=y, X_test=X_test, test_ids=test_ids, task=task, **made)
    names = submission.answer_columns("target") if submission else ["target"]
    ids = test_ids if ids is None else ids
    sample = pd.DataFrame({"id": ids, **dict.fromkeys(names, 0)})
    arguments = {"submission": submission} if submission else {}
    return Competition(
        name="case",
        slug="case-slug",
        title="case",
        metric=metric,
        id_column="id",
        target_column="target",
        load=lambda folder: dataset,
        toy=lambda folder: sample.to_csv(folder / "sample_submission.csv", index=False),
        roster=roster
        or {"constant": {}, "table-ridge": {}, "table-hist-gradient-boosting": {"max_iter": 20}},
        **arguments,
        **more,
    )


def _two(X, rng):
    return (X["a"] + 0.3 * rng.normal(size=len(X)) > 0.5).to_numpy().astype(int)


def _ordered(X, rng):
    return np.digitize(X["a"] + 0.3 * rng.normal(size=len(X)), [-1, 0, 1])


def _labels(X, rng):
    return (X[["a", "b"]].to_numpy() + 0.3 * rng.normal(size=(len(X), 2)) > 0).astype(int)


def _prices(X, rng):
    return np.exp(X[["a", "b"]].to_numpy() + 0.1 * rng.normal(size=(len(X), 2)))


def _rare(X, rng):
    y = np.digitize(X["a"], [-0.7, 0.7])
    y[:3] = [3, 4, 4]  # one class of a single row, one of two
    return y


ABCDE = Classification(np.array(list("ABCDE")))
CASES = {
    "probability of one class": lambda: _case(Classification(np.arange(2)), _two, "roc_auc", probability()),
    "a column for each class": lambda: _case(
        Classification(np.array(["C", "CL", "D", "E"])),
        _ordered,
        "log_loss",
        columns("Status_CL", "Status_C", "Status_E", "Status_D", prefix="Status_"),
    ),
    "several labels": lambda: _case(
        Multilabel(["toxic", "threat"]), _labels, "mean_roc_auc", columns("toxic", "threat")
    ),
    "sets of labels": lambda: _case(
        Multilabel(["toxic", "threat"]), _labels, "f1_micro", columns("toxic", "threat")
    ),
    "several numbers": lambda: _case(Regression(["e", "g"]), _prices, "mean_rmsle", columns("e", "g")),
    "ordered classes": lambda: _case(Classification(np.arange(4)), _ordered, "quadratic_kappa", None),
    "top labels and rare classes": lambda: _case(ABCDE, _rare, "map@3", top(3)),
    "accuracy with rare classes": lambda: _case(ABCDE, _rare, "accuracy", None),
    "time": lambda: _case(
        Regression(),
        lambda X, rng: X["a"].to_numpy() + np.arange(len(X)) / 50,
        "mae",
        None,
        times=np.datetime64("2026-01-01") + np.arange(N) // 3,
        folds=FoldPlan(4, order="forward", gap=1),
    ),
    "several rows for one": lambda: _case(
        Multilabel(["rain", "wind"]),
        _labels,
        "mean_roc_auc",
        row_for_each("{id}{number:02}", first=1),
        ids=[100 * i + species for i in range(1, M + 1) for species in (1, 2)],
    ),
    "a median": lambda: _case(
        Regression(), lambda X, rng: X["a"].to_numpy() ** 3, "median_absolute_error", None
    ),
}
