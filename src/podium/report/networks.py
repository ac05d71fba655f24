"""What the siamese networks of a run have learnt: maps of the rows, and test rows beside their nearest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from podium.data.dataset import Dataset
from podium.formatting import plain
from podium.pipeline.predictions import Predictions
from podium.plots.figures import Figure
from podium.report.embedding_maps import EmbeddingMap, embedding_maps, embeds, nearest, read_map
from podium.report.error_galleries import Card, Gallery, picture_of
from podium.report.results import Results
from podium.storage.store import Store

SHOWN_ROWS = 6  # test rows
NEIGHBOURS = 4  # training rows beside each


@dataclass(frozen=True)
class LearntEmbeddings:
    """`notes` say what is left out, and why."""

    figures: list[Figure] = field(default_factory=list)
    galleries: list[Gallery] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def learnt_embeddings(results: Results, store: Store, unit: str) -> LearntEmbeddings | None:
    """Maps of the best network of each kind, the best one's neighbours; None without any."""
    learnt = LearntEmbeddings()
    for network in _best_of_each_kind(results.predictions, results.dataset):
        try:
            found = read_map(network, results.dataset, store)
        except Exception as error:  # a run of hours must not lose its page for a figure
            learnt.notes.append(f"{network.name}: no map: {' '.join(str(error).split())}")
            continue
        learnt.notes.extend(line for line in found.missing if line not in learnt.notes)
        learnt.figures.extend(embedding_maps(network.name, found, results.dataset, results.folds, unit))
        if not learnt.galleries:
            learnt.galleries.extend(neighbours(network, found, results.dataset, unit))
    return learnt if learnt.figures or learnt.notes else None


def _best_of_each_kind(predictions: Sequence[Predictions], dataset: Dataset) -> list[Predictions]:
    """By what stands in front of the body in their names: triplet-cosine, say."""
    kinds: dict[str, Predictions] = {}
    for one in (p for p in predictions if embeds(p, dataset)):
        kinds.setdefault(one.name.partition("@")[0].rpartition("-")[0], one)
    return list(kinds.values())


def neighbours(network: Predictions, found: EmbeddingMap, dataset: Dataset, unit: str) -> Iterator[Gallery]:
    """Test rows from the one of which least is predicted to the one of most, each with the training rows that
    are nearest to it."""
    predicted = network.test[:, 0]
    n = len(dataset.y)
    if not len(predicted):
        return
    rows = np.argsort(predicted, kind="stable")[
        np.unique(np.linspace(0, len(predicted) - 1, SHOWN_ROWS).astype(int))
    ]
    distances, near = nearest(found.embeddings[:n], found.embeddings[n:][rows], min(NEIGHBOURS, n))
    for row, away, beside in zip(rows.tolist(), distances.tolist(), near.tolist(), strict=True):
        cards = [_card(dataset, dataset.X_test, "test", row, f"{plain(predicted[row])} {unit} predicted")]
        for one, far in zip(beside, away, strict=True):
            cards.append(
                _card(
                    dataset, dataset.X, "training", one, f"{plain(dataset.y[one])} {unit}, distance {far:.3f}"
                )
            )
        caption = f"The training rows whose embeddings by {network.name} are nearest, with their {unit}."
        yield Gallery(f"Test row {row} and its neighbours", caption, tuple(cards))


def _card(dataset: Dataset, X: Any, part: str, row: int, verdict: str) -> Card:
    name = f"{part} row {row}"
    return Card(picture_of(dataset.modality, X, row, name), "", f"{name}: {verdict}")
