"""Rows of small images that a file holds as numbers: an array (n, height, width, 1 or 3) of 0..255."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from PIL import Image

from podium.data.drawings import read_drawing
from podium.data.modality import FILE, Question
from podium.data.tables import Arrays
from podium.data.uploads import open_upload


class PixelArrays(Arrays):
    """Small images. A person draws one on a pad, or gives a file with a drawing."""

    name: ClassVar[str] = "pixel"
    feeds: ClassVar[frozenset[str]] = frozenset({"array"})
    asks: ClassVar[Mapping[str, str]] = {FILE: "an image"}
    is_drawn: ClassVar[bool] = True

    def preview(self, X: np.ndarray, row: int) -> Image.Image:
        pixels = X[row].astype(np.uint8)
        return Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)

    def can_read_questions(self, X: Any) -> bool:
        return bool(X.shape[1] == X.shape[2] and X.shape[3] == 1)

    def read_questions(self, questions: Sequence[Question], X: Any) -> np.ndarray:
        if not self.can_read_questions(X):
            return super().read_questions(questions, X)  # raises: only square grey drawings are known
        return np.stack([read_drawing(Path(question.file), X.shape[1]) for question in questions])

    def check_file(self, path: Path) -> tuple[Image.Image | None, str]:
        return open_upload(path)
