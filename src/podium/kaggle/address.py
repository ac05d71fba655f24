"""A competition's name in Kaggle's address."""

from __future__ import annotations

import re

from podium.errors import CompetitionError
from podium.formatting import short

SLUG = r"[a-z0-9][a-z0-9-]*"
ADDRESS = re.compile(rf"(?:https?://)?(?:www\.)?kaggle\.com/(?:competitions|c)/({SLUG})(?:[/?#].*)?")


def slug_of(text: str) -> str:
    """Return the slug of a competition, given as such or as the address of one of its pages.

    Raises CompetitionError for a text that is neither.
    """
    text = text.strip()
    found = ADDRESS.fullmatch(text)
    if found:
        return found[1]
    if re.fullmatch(SLUG, text):
        return text
    raise CompetitionError(
        f"{short(text, 80)!r} must be a competition's name at Kaggle or its address, such as titanic or "
        "https://www.kaggle.com/competitions/titanic; copy it from the browser"
    )
