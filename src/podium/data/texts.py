"""Rows of short texts: a frame with the column `text`, and maybe further columns such as a keyword."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import pandas as pd

from podium.data.modality import TEXT, Question
from podium.data.tables import Tables
from podium.errors import CompetitionError


class Texts(Tables):
    """A table whose column `text` is read closely."""

    name: ClassVar[str] = "text"
    feeds: ClassVar[frozenset[str]] = frozenset({"text", "table"})
    asks: ClassVar[Mapping[str, str]] = {TEXT: "a text"}

    def width(self, X: pd.DataFrame) -> int:
        """A word or so of four letters is a number."""
        return X.shape[1] + int(X["text"].str.len().mean() / 4)

    def excerpt(self, X: pd.DataFrame, row: int) -> str:
        return str(X["text"].iloc[row])

    def can_read_questions(self, X: Any) -> bool:
        return list(X.columns) == ["text"]

    def read_questions(self, questions: Sequence[Question], X: Any) -> pd.DataFrame:
        if not self.can_read_questions(X):
            others = [column for column in X.columns if column != "text"]
            raise CompetitionError(
                f"a competition whose texts have the further columns {others} must declare how to read a "
                "question, found no `rows` in its competition.py; add a function of texts and images"
            )
        return pd.DataFrame({"text": [question.text for question in questions]}, dtype=X["text"].dtype)
