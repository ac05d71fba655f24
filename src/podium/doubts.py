"""The rows that an entry gets most wrong, or is least sure of."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw

from podium.dataset import Dataset
from podium.errors import DataError
from podium.images import GREY, ImageFiles, Look, decode
from podium.parts import Parts
from podium.predictions import Predictions
from podium.store import Store

MOST = 20  # of each part
_SIDE, _ACROSS = 160, 5  # pixels and images of a sheet


def find_doubts(dataset: Dataset, predictions: Predictions) -> pd.DataFrame:
    """At most `MOST` training rows of which the out-of-fold prediction was least right, then as many
    test rows with the least certain prediction: `part`, `row` from 0, `what` it is, `label` where it
    is known, what was `said`, and the `probability` of the label, or of what was said of a test row.
    Of numbers only training rows, with the `error` in place of a probability."""
    said = dataset.answers(predictions.oof)
    if dataset.is_regression:
        error = said - dataset.y
        train = _worst("train", dataset.X, said, -np.abs(error))
        train["label"] = dataset.y[train["row"]]
        return train.drop(columns="probability").assign(error=error[train["row"]])
    train = _worst("train", dataset.X, said, predictions.oof[np.arange(len(dataset.y)), dataset.y])
    train["label"] = dataset.targets[train["row"]]
    answers, sure = dataset.answers(predictions.test), predictions.test.max(axis=1)
    return pd.concat([train, _worst("test", dataset.X_test, answers, sure)], ignore_index=True)


def _worst(part: str, X: Any, said: np.ndarray, sure: np.ndarray) -> pd.DataFrame:
    rows = np.argsort(sure, kind="stable")[:MOST]
    return pd.DataFrame(
        {
            "part": part,
            "row": rows,
            "what": [_what(X, row) for row in rows],
            "label": None,
            "said": said[rows],
            "probability": sure[rows].round(5),
        }
    )


def _what(X: Any, row: int) -> str:
    if isinstance(X, Parts):
        X = next(iter(X.named.values()))
    if isinstance(X, ImageFiles):
        return "/".join(X[row].paths[0].parts[-2:])
    return str(X.iloc[row, 0]) if isinstance(X, pd.DataFrame) else ""


def write_doubts(store: Store, dataset: Dataset, predictions: Predictions) -> None:
    """As doubtful.csv, and of photos as a sheet, doubtful.png."""
    doubts = find_doubts(dataset, predictions)
    store.write(store.root / "doubtful.csv", doubts.to_csv(index=False).encode())
    if isinstance(dataset.X, ImageFiles):
        files = {"train": dataset.X, "test": dataset.X_test}
        paths = [files[part][row].paths[0] for part, row in zip(doubts["part"], doubts["row"], strict=True)]
        columns = zip(doubts["what"].astype(str), doubts["said"], doubts.iloc[:, -1], strict=True)
        captions = [f"{what[-26:]}\n{said} ({number:.3f})" for what, said, number in columns]
        store.write(store.root / "doubtful.png", contact_sheet(paths, captions))


def contact_sheet(paths: Sequence[Path], captions: Sequence[str]) -> bytes:
    """A PNG of the images in rows, each over its caption; grey where one cannot be decoded."""
    look, height = Look(_SIDE, _SIDE, keep_aspect=True), _SIDE + 32
    sheet = Image.new("RGB", (_ACROSS * _SIDE, -(-len(paths) // _ACROSS) * height), "white")
    pen = ImageDraw.Draw(sheet)
    for number, (path, caption) in enumerate(zip(paths, captions, strict=True)):
        x, y = number % _ACROSS * _SIDE, number // _ACROSS * height
        try:
            sheet.paste(Image.fromarray(look.of(decode(path))), (x, y))
        except DataError:
            sheet.paste(GREY, (x, y, x + _SIDE, y + _SIDE))
        pen.text((x + 2, y + _SIDE + 2), caption, "black")
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG")
    return buffer.getvalue()
