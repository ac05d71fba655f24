"""The rows that the submitted entry gets wrong, to be looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from podium.data.dataset import Dataset
from podium.data.modality import Modality
from podium.errors import DataError
from podium.pages.render import picture
from podium.pipeline.error_analysis import MOST_ROWS, find_mislabelled, random_rows, worst_rows
from podium.report.results import Results

_LONGEST_TEXT = 280  # characters
_LEAST_PROBABILITY = 1e-4


@dataclass(frozen=True)
class Card:
    """A row: its picture, what can be read of it, and how it was predicted."""

    picture: Markup
    text: str
    verdict: str


@dataclass(frozen=True)
class Gallery:
    title: str
    caption: str
    cards: tuple[Card, ...]

    @property
    def has_pictures(self) -> bool:
        return any(card.picture for card in self.cards)


def galleries(results: Results) -> Iterator[Gallery]:
    """Yield the training rows of the highest loss, and, where predictions say how certain they are, the test
    rows of the least certain ones, the training rows that are likely mislabelled, and test rows at
    random."""
    dataset = results.dataset
    name = results.chosen.name
    task = dataset.task
    rows = worst_rows(dataset, results.chosen)
    train = rows[rows["part"] == "train"]
    caption = task.worst_caption.format(entry=name)
    yield Gallery(task.worst_title, caption, _cards(dataset, train, "training", task.describe_row))
    test = rows[rows["part"] == "test"]
    if len(test):
        caption = f"The test rows that {name!r} is least certain of."
        yield Gallery("Least certain predictions", caption, _cards(dataset, test, "test", _certainty))
    yield from _mislabelled(results)
    drawn = random_rows(dataset, results.chosen)
    if len(drawn):
        caption = f"Test rows at random, and what {name!r} predicts for them."
        yield Gallery("Random predictions", caption, _cards(dataset, drawn, "test", _certainty))


def _mislabelled(results: Results) -> Iterator[Gallery]:
    found = find_mislabelled(results.dataset, results.chosen)
    if results.dataset.task.certainty(results.chosen.oof) is None:
        return
    caption = (
        f"Confident learning (Northcutt, Jiang and Chuang 2021) finds {len(found):,} of "
        f"{len(results.dataset.y):,} training rows whose label {results.chosen.name!r} contradicts: either "
        "is wrong. The clearest first."
    )
    cards = _cards(results.dataset, found[:MOST_ROWS], "training", _label)
    yield Gallery("Possibly mislabelled", caption, cards)


def _certainty(row: Any) -> str:
    return f"predicted {row.predicted}; {_probability(row.probability)}"


def _label(row: Any) -> str:
    return f"labelled {row.label}, likely {row.likely}; P(label) {_probability(row.probability)[2:]}"


def _probability(value: float) -> str:
    return f"p < {_LEAST_PROBABILITY}" if value < _LEAST_PROBABILITY else f"p = {value:.4f}"


def _cards(
    dataset: Dataset, rows: pd.DataFrame, part: str, verdict: Callable[[Any], str]
) -> tuple[Card, ...]:
    X = dataset.X_test if part == "test" else dataset.X
    found: Iterator[Any] = rows.itertuples()
    return tuple(
        Card(
            picture_of(dataset.modality, X, row.row, f"{part} row {row.row}"),
            _short(row.what),
            f"row {row.row}: {verdict(row)}",
        )
        for row in found
    )


def picture_of(modality: Modality, X: Any, row: int, alt: str) -> Markup:
    """Return the picture of a row as markup; empty for a row that has none, or none that can be decoded."""
    try:
        image = modality.preview(X, row)
    except DataError:
        image = None
    return picture(image, alt) if image else Markup("")


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "\N{HORIZONTAL ELLIPSIS}"
