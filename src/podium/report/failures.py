"""The rows that the submitted entry gets wrong, to be looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from podium.data.images import ImageFiles, decode
from podium.data.multimodal import Parts
from podium.errors import DataError
from podium.pages.render import picture
from podium.pipeline.error_analysis import MOST, find_doubts, find_mislabelled, some_answers
from podium.report.results import Results

_LONGEST = 280  # characters of a text
_LEAST = 1e-4  # of a probability


@dataclass(frozen=True)
class Card:
    """A row: its picture, what can be read of it, and what is said of it."""

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
    """The training rows of the highest loss, the test rows of the least certain answers, the training rows
    that are likely mislabelled, and test rows at random; of numbers only the first."""
    dataset, name = results.dataset, results.chosen.name
    doubts = find_doubts(dataset, results.chosen)
    train, test = doubts[doubts["part"] == "train"], doubts[doubts["part"] == "test"]
    if dataset.is_regression:
        caption = f"The training rows of which {name!r}, fitted without them, is furthest off."
        yield Gallery("The largest errors", caption, _cards(dataset.X, train, "training", _error))
        return
    caption = f"The training rows to whose label {name!r}, fitted without them, gives the least probability."
    yield Gallery("The highest loss", caption, _cards(dataset.X, train, "training", _loss))
    caption = f"The test rows of whose answer {name!r} is least sure."
    yield Gallery("The least certain answers", caption, _cards(dataset.X_test, test, "test", _doubt))
    yield _mislabelled(results)
    if len(dataset.test_ids):
        caption = f"Test rows at random, and what {name!r} says of them."
        found = some_answers(dataset, results.chosen)
        yield Gallery("Some answers", caption, _cards(dataset.X_test, found, "test", _doubt))


def _mislabelled(results: Results) -> Gallery:
    found = find_mislabelled(results.dataset, results.chosen)
    caption = (
        f"Confident learning (Northcutt, Jiang and Chuang 2021) finds {len(found):,} of "
        f"{len(results.dataset.y):,} training rows whose label {results.chosen.name!r} contradicts: either "
        "is wrong. The clearest first."
    )
    return Gallery(
        "Perhaps mislabelled", caption, _cards(results.dataset.X, found[:MOST], "training", _label)
    )


def _loss(row: Any) -> str:
    return f"labelled {row.label}, said {row.said}; {_probability(row.probability)} for the label"


def _doubt(row: Any) -> str:
    return f"said {row.said}; {_probability(row.probability)}"


def _label(row: Any) -> str:
    return f"labelled {row.label}, likely {row.likely}; {_probability(row.probability)} for the label"


def _probability(value: float) -> str:
    return f"p under {_LEAST}" if value < _LEAST else f"p {value:.4f}"


def _error(row: Any) -> str:
    return f"true {row.label:.6g}, said {row.said:.6g}; off by {row.error:+.6g}"


def _cards(X: Any, rows: pd.DataFrame, part: str, verdict: Callable[[Any], str]) -> tuple[Card, ...]:
    found: Iterator[Any] = rows.itertuples()
    return tuple(
        Card(
            picture_of(X, row.row, f"{part} row {row.row}"),
            _short(row.what),
            f"row {row.row}: {verdict(row)}",
        )
        for row in found
    )


def picture_of(X: Any, row: int, alt: str) -> Markup:
    """Empty of a row that has no image, or none that can be decoded."""
    if isinstance(X, Parts):
        return picture_of(X.named.get("images"), row, alt)
    if isinstance(X, ImageFiles):
        try:
            return picture(decode(X[row].paths[0]), alt)
        except DataError:
            return Markup("")
    if isinstance(X, np.ndarray) and X.ndim == 4 and X.shape[3] in (1, 3):
        return picture(X[row], alt)
    return Markup("")


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "\N{HORIZONTAL ELLIPSIS}"
