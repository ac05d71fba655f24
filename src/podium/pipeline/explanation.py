"""What the predictions of the submitted entry depend on: measured with its fitted models, and written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from podium.data.dataset import Dataset
from podium.metrics import Scorer
from podium.pipeline.changed_columns import model_row, reads
from podium.pipeline.importance import REPEATS, Asked, choose_columns, columns_of, importance
from podium.pipeline.leaderboard import Leaderboard
from podium.pipeline.partial_dependence import MOST_CURVES, partial_dependence
from podium.pipeline.predict import Predictor, load_predictor
from podium.pipeline.session import Session
from podium.storage.store import Store

IMPORTANCE = "importance.csv"
DEPENDENCE = "partial-dependence.csv"
EXPLANATION = "explanation.json"
_MOST_ROWS = 2000
_MOST_ROWS_OF_NETWORKS = 200  # a network needs up to a hundred times as long for a row as trees do
_MOST_ASKED = 5000  # rows of all members together
_CURVE_SHARE = 0.15  # of these rows, for partial dependence: each is asked about by all folds' models


@dataclass(frozen=True)
class Explanation:
    """`importance` and `dependence` are the tables of these names. They are of the entry with the id
    `entry_id`, on `rows` of `all_rows` scored rows and `columns` of `all_columns`, each column permuted
    `repeats` times; partial dependence is of `curve_rows`."""

    entry: str
    entry_id: str
    data_id: str
    rows: int
    all_rows: int
    columns: int
    all_columns: int
    repeats: int
    curve_rows: int
    importance: pd.DataFrame
    dependence: pd.DataFrame

    def to_dict(self) -> dict[str, Any]:
        """Return the explanation for JSON."""
        tables = {name: getattr(self, name).to_dict("list") for name in ("importance", "dependence")}
        return {**vars(self), **tables}

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Explanation:
        tables = {name: pd.DataFrame(value[name]) for name in ("importance", "dependence")}
        return cls(**{**value, **tables})


def explain(session: Session) -> Explanation:
    """Return what the entry that the last run chose for its submission depends on. Nothing is fitted but the
    weights of a blend: each fold's stored models predict the rows that they did not train on.

    Raises DataError where rows have no columns, CompetitionError if nothing was trained, ModelError or
    StoreError if a model was not, or not as it is now.
    """
    dataset = session.dataset
    fed = _feeds(dataset)
    predictor = load_predictor(session)
    scorer = Scorer.of(session.metric, dataset)
    asked = Asked(predictor, dataset, session.folds, scorer, session.folds.scored, session.competition.seed)
    sampled = _sample(asked, _most_rows(predictor, fed))
    columns = choose_columns(sampled)
    found = importance(sampled, columns)
    curves = _sample(sampled, int(np.ceil(_CURVE_SHARE * len(sampled.rows))))
    return Explanation(
        predictor.entry.name,
        str(predictor.entry.id),
        dataset.id,
        len(sampled.rows),
        len(asked.rows),
        len(columns),
        sampled.columns.shape[1],
        REPEATS,
        len(curves.rows),
        found.assign(column=found["column"].map(str)),
        partial_dependence(curves, found["column"][:MOST_CURVES].tolist()),
    )


def _sample(asked: Asked, most: int) -> Asked:
    """Return the same of at most so many rows, drawn at random."""
    order = np.random.default_rng(asked.seed).permutation(len(asked.rows))
    return replace(asked, rows=asked.rows[np.sort(order[:most])])


def _feeds(dataset: Dataset) -> frozenset[str]:
    """Return the kinds of rows of which columns are a part."""
    modality = dataset.modality
    return frozenset().union(*(modality.feeds_from(dataset.X, column) for column in columns_of(dataset)))


def _most_rows(predictor: Predictor, fed: frozenset[str]) -> int:
    """Return about how many rows can be asked about in some seconds: fewer of an entry of many members, and
    few where one is a network that may be given a column. Measured seconds would differ from run to run."""
    asked = [member for member in predictor.members if member is not None and reads(member, fed)]
    if any(model_row(member).cost.all_cores for member in asked):
        return _MOST_ROWS_OF_NETWORKS
    return min(_MOST_ROWS, _MOST_ASKED // max(1, len(asked)))


def write_explanation(store: Store, explanation: Explanation) -> None:
    """Write importance.csv and partial-dependence.csv, for people, and explanation.json, for programs."""
    for name, table in ((IMPORTANCE, explanation.importance), (DEPENDENCE, explanation.dependence)):
        store.write(store.root / name, table.to_csv(index=False).encode())
    store.write_json(store.root / EXPLANATION, explanation.to_dict())


def read_explanation(store: Store, leaderboard: Leaderboard, data_id: str) -> Explanation | None:
    """Return the explanation that the store has of the submitted entry on these data, None where there is
    none, or only that of another entry."""
    saved = store.read_json(store.root / EXPLANATION)
    submitted = {(entry.id, data_id) for entry in leaderboard.entries if entry.submitted}
    if not isinstance(saved, dict) or (saved.get("entry_id"), saved.get("data_id")) not in submitted:
        return None
    return Explanation.from_dict(saved)
