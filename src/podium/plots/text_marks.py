"""Count what stands out in texts: exclamation marks, capitals, digits, emojis, punctuation."""

from __future__ import annotations

import pandas as pd

# An approximation of Unicode Technical Standard #51: a pictograph with its modifiers, several that are
# joined, and the two letters of a flag are one emoji each.
_PICTOGRAPH = "[\U0001f300-\U0001f3fa\U0001f400-\U0001faff\u2600-\u27bf][\U0001f3fb-\U0001f3ff\ufe0f]*"
TEXT_MARKS = {
    "exclamation marks": "!",
    "capitals": "[A-Z\u00c0-\u00d6\u00d8-\u00de\u0391-\u03a9\u0410-\u042f]",  # Latin, Greek, Cyrillic
    "digits": r"\d",
    "emojis": f"[\U0001f1e6-\U0001f1ff]{{2}}|{_PICTOGRAPH}(?:\u200d{_PICTOGRAPH})*",
    "punctuation": r"[!-/:-@\[-`{-~\u00a1\u00ab\u00bb\u00bf\u2010-\u2027\u2030-\u205e]",
}


def count_text_marks(texts: pd.Series) -> pd.DataFrame:
    """Return how many of each of `TEXT_MARKS` each text has (n, 5); missing for a missing text."""
    return pd.DataFrame({mark: texts.str.count(pattern) for mark, pattern in TEXT_MARKS.items()})
