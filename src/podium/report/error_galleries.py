"""Single rows to look at: those that the submitted entry gets most wrong, and others worth a look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from podium.data.dataset import Dataset
from podium.errors import DataError
from podium.formatting import probability
from podium.pages.render import picture
from podium.pipeline.error_analysis import MOST_ROWS, find_mislabelled, random_rows, worst_rows
from podium.report.results import Results

_LONGEST_TEXT = 280  # characters


@dataclass(frozen=True)
class Card:
    """A row: its picture, what can be read of it, and how it was predicted."""

    picture: Markup
    text: str
    verdict: str


@dataclass(frozen=True)
class Gallery:
    """Rows side by side."""

    title: str
    caption: str
    cards: tuple[Card, ...]

    @property
    def has_pictures(self) -> bool:
        """Return whether any of the rows has a picture."""
        return any(card.picture for card in self.cards)


def galleries(results: Results) -> Iterator[Gallery]:
    """Yield the training rows with the largest loss, the test rows with the least certain predictions, the
    training rows that are likely mislabelled, and test rows at random; each where the task has such rows."""
    dataset = results.dataset
    task = dataset.task
    name = results.chosen.name
    worst = worst_rows(dataset, results.chosen)
    likely_wrong, count = find_mislabelled(dataset, results.chosen, MOST_ROWS)
    found = (
        (
            task.worst_title,
            task.worst_caption.format(entry=name),
            _cards(dataset, "training", worst[worst["part"] == "train"], task.describe_row),
        ),
        (
            "Least certain predictions",
            f"The test rows that {name!r} is least certain of.",
            _cards(dataset, "test", worst[worst["part"] == "test"], _certainty),
        ),
        (
            "Possibly mislabelled",
            f"Confident learning (Northcutt, Jiang and Chuang 2021) finds {count:,} of "
            f"{len(dataset.y):,} training rows whose label {name!r} contradicts: either is wrong. The "
            "clearest first.",
            _cards(dataset, "training", likely_wrong, _likely_label),
        ),
        (
            "Random predictions",
            f"Test rows at random, and what {name!r} predicts for them.",
            _cards(dataset, "test", random_rows(dataset, results.chosen), _certainty),
        ),
    )
    return (Gallery(title, caption, cards) for title, caption, cards in found if cards)


def _certainty(row: Any) -> str:
    return f"predicted {row.predicted}; p {probability(row.probability)}"


def _likely_label(row: Any) -> str:
    return f"labelled {row.label}, likely {row.likely}; P(label) {probability(row.probability)}"


def _cards(
    dataset: Dataset, part: str, rows: pd.DataFrame, verdict: Callable[[Any], str]
) -> tuple[Card, ...]:
    found: Iterator[Any] = rows.itertuples()
    return tuple(
        Card(picture_of(dataset, part, row.row), _cut(row.what), f"row {row.row}: {verdict(row)}")
        for row in found
    )


def picture_of(dataset: Dataset, part: str, row: int) -> Markup:
    """Return the picture of a row of the "training" or "test" part as markup; empty for a row that has none,
    or none that can be decoded."""
    X = dataset.X_test if part == "test" else dataset.X
    try:
        image = dataset.modality.preview(X, row)
    except DataError:
        image = None
    return picture(image, f"{part} row {row}") if image else Markup("")


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "\N{HORIZONTAL ELLIPSIS}"
