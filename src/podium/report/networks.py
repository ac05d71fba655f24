"""What the siamese networks of a run have learnt: maps of the rows, and test rows beside the training rows
nearest to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from podium.data.dataset import Dataset
from podium.formatting import plain
from podium.pipeline.predictions import Predictions
from podium.plots.figures import Figure
from podium.report.embedding_maps import EmbeddingMap, embedding_maps, embeds, nearest, read_map
from podium.report.error_galleries import Card, Gallery, picture_of
from podium.report.results import Results
from podium.storage.store import Store

SHOWN_TEST_ROWS = 6
NEIGHBOURS = 4  # training rows beside each


@dataclass(frozen=True)
class LearntEmbeddings:
    """What the page shows of networks; `notes` say what is left out, and why."""

    figures: list[Figure] = field(default_factory=list)
    galleries: list[Gallery] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def learnt_embeddings(results: Results, store: Store, unit: str) -> LearntEmbeddings | None:
    """Return maps of the best network of each kind, and the neighbours that the best one finds; None where no
    network can say where it puts a row. `unit` names what is predicted."""
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
    """Return the first of each kind: what stands before the body in a name, triplet-cosine, say."""
    kinds: dict[str, Predictions] = {}
    for network in predictions:
        if embeds(network, dataset):
            kinds.setdefault(network.name.partition("@")[0].rpartition("-")[0], network)
    return list(kinds.values())


def neighbours(network: Predictions, found: EmbeddingMap, dataset: Dataset, unit: str) -> Iterator[Gallery]:
    """Yield a gallery for each of some test rows, from the lowest to the highest prediction: the row, and the
    training rows nearest to it."""
    predicted = network.test[:, 0]
    n = len(dataset.y)
    if not len(predicted):
        return
    rows = _spread_over(predicted, SHOWN_TEST_ROWS)
    distances, nearest_rows = nearest(found.embeddings[:n], found.embeddings[n:][rows], min(NEIGHBOURS, n))
    caption = f"The training rows whose embeddings by {network.name} are nearest, with their {unit}."
    for number, row in enumerate(rows.tolist()):
        cards = [_card(dataset, "test", row, f"{plain(predicted[row])} {unit} predicted")]
        for near, distance in zip(nearest_rows[number].tolist(), distances[number].tolist(), strict=True):
            verdict = f"{plain(dataset.y[near])} {unit}, distance {distance:.3f}"
            cards.append(_card(dataset, "training", near, verdict))
        yield Gallery(f"Test row {row} and its neighbours", caption, tuple(cards))


def _spread_over(values: np.ndarray, most: int) -> np.ndarray:
    """Return at most so many rows, from the lowest value to the highest, at equal distances of rank."""
    order = np.argsort(values, kind="stable")
    return order[np.unique(np.linspace(0, len(values) - 1, most).astype(int))]


def _card(dataset: Dataset, part: str, row: int, verdict: str) -> Card:
    name = f"{part} row {row}"
    return Card(picture_of(dataset, part, row), "", f"{name}: {verdict}")
