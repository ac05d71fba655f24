"""One kind of rows, and everything that podium needs to know of it besides how models learn from it.

A modality knows how to name a row, show it, find copies and broken rows, make rows of a person's question,
and what the audit may look at. A new kind of data (sound, say) is one subclass, given to `Dataset` as
`modality`.

X stands for n rows of that kind: anything that has a length and can be indexed by integer arrays.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from PIL import Image

from podium.data.near_duplicates import Copies
from podium.errors import CompetitionError

TEXT = "text"
FILE = "file"


@dataclass(frozen=True)
class Question:
    """What a person asks about: a text, the path of a file, or both; "" where there is none."""

    text: str = ""
    file: str = ""

    @property
    def given(self) -> list[str]:
        """Return which of `TEXT` and `FILE` there are."""
        parts = {TEXT: self.text, FILE: self.file}
        return [kind for kind, value in parts.items() if value.strip()]

    def __str__(self) -> str:
        return " ".join(filter(None, [self.file, self.text]))


class Modality(ABC):
    """One kind of rows. A subclass overrides what its kind of rows has; the rest is empty."""

    name: ClassVar[str]
    feeds: ClassVar[frozenset[str]]
    """What models can be given: names as a model's row in the registry lists them, such as "table" or
    "image"."""
    asks: ClassVar[Mapping[str, str]] = {}
    """What a person can give for a row, `TEXT` or `FILE`, each with its name in a sentence: {FILE: "an
    image"}."""
    is_drawn: ClassVar[bool] = False
    """Whether a file is drawn on a pad of the demo, not chosen."""
    has_files: ClassVar[bool] = False
    """Whether rows are files, which may be broken."""
    drops_broken: ClassVar[bool] = True
    """Whether a broken training row is left out; where more is known of a row, its file alone is blanked."""

    # ---- what a fit costs

    def width(self, X: Any) -> int:
        """Return about how many numbers a model makes of a row."""
        return int(np.prod(np.shape(X)[1:]))

    # ---- one row for a person's eyes

    @abstractmethod
    def describe(self, X: Any, row: int) -> str:
        """Return the name of a row, or its first cells, in one line."""

    def excerpt(self, X: Any, row: int) -> str:
        """Return what can be read of a row, in full; "" where there is nothing to read."""
        return ""

    def preview(self, X: Any, row: int) -> Image.Image | None:
        """Return the picture of a row, or None. Raise DataError if it cannot be made."""
        return None

    # ---- what the audit and the figures may look at

    def columns(self, X: Any) -> pd.DataFrame | None:
        """Return the columns (n, c) that models are given, or None where rows have none."""
        return None

    def with_column(self, X: Any, column: Any, values: Any) -> Any:
        """Return rows as in X, but with these values (n,) in one of the `columns`. X stays as it is.

        Raises CompetitionError for rows that do not say how.
        """
        raise CompetitionError(
            f"{self.name} rows must say how a column of theirs is replaced, found no `with_column` of "
            f"{type(self).__name__}; add that method"
        )

    def feeds_from(self, X: Any, column: Any) -> frozenset[str]:
        """Return those of `feeds` whose models are given one of the `columns`."""
        return self.feeds

    def file_facts(self, X: Any) -> pd.DataFrame | None:
        """Return what can be known of files (n, c) without opening their content, or None: the columns
        `size`, `width`, `height`, `aspect`, `bytes`, `suffix` and `name`, as far as they are known; NaN
        where a row has no file."""
        return None

    def file_names(self, X: Any) -> list[str]:
        """Return the names of the rows' files, with their folders; empty where rows are no files."""
        return []

    def has_order(self, X: Any) -> bool:
        """Return whether the order of the rows is that of a file, not made up by a loader."""
        return True

    def content_vectors(self, X: Any, rows: np.ndarray) -> np.ndarray | None:
        """Return the content of some rows as numbers (r, p), so that training and test rows can be
        compared."""
        return None

    def near_copies(self, X: Any, X_test: Any) -> Iterator[Copies]:
        """Yield which rows are there more than once, training rows first."""
        return iter(())

    # ---- broken rows

    def broken(self, X: Any) -> dict[int, str]:
        """Return what is wrong with each row that cannot be read."""
        return {}

    def blank(self, X: Any, rows: Sequence[int]) -> Any:
        """Return X with the content of some rows left out."""
        return X

    # ---- rows of questions

    def can_read_questions(self, X: Any) -> bool:
        """Return whether `read_questions` makes rows of the shape that the training rows X have."""
        return False

    def read_questions(self, questions: Sequence[Question], X: Any) -> Any:
        """Return a row for each question, of the shape that the training rows X have."""
        raise CompetitionError(
            f"a competition of {self.name} rows must declare how to read a question, found no `rows` in its "
            "competition.py; add a function of texts and images that gives rows of X"
        )

    def check_file(self, path: Path) -> tuple[Image.Image | None, str]:
        """Return a small picture of a person's file, or None, and a remark, or "".

        Raises DataError for a file that cannot be a row.
        """
        return None, ""

    def isolate(self, X: Any, folder: Path) -> Any:
        """Return X so that what is computed of its rows stays in the folder, apart from all other rows."""
        return X
