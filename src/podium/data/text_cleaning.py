"""Short texts: made comparable, made readable, told from names and keys."""

from __future__ import annotations

import html
import re

import pandas as pd

URL = r"https?://\S+"
PROSE_WORDS = 5  # words of a text in the mean: prose, not a name or a key
IN_CAMEL_CASE = r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+"


def normalised(text: str) -> str:
    """Return a text in lower case, without URLs, white space as single spaces: equal for texts that say the
    same."""
    return " ".join(re.sub(URL, " ", text.lower()).split())


def readable(text: str) -> str:
    """Return a text for a language model: entities resolved, hashtags as words, without characters that a
    wrong encoding left behind, every link and every account the same."""
    text = re.sub(URL, "http", html.unescape(text))
    text = re.sub(r"@\w+", "@user", text)
    text = re.sub(r"[\x80-\x9f]\S?", "", text)
    return re.sub(r"#(\w+)", lambda tag: " ".join(re.findall(IN_CAMEL_CASE, tag[1])) or tag[1], text)


def hashtags(text: str) -> str:
    """Return the words after hash signs, separated by spaces."""
    return " ".join(re.findall(r"#(\w+)", text))


def is_prose(column: pd.Series) -> bool:
    """Return whether a column holds sentences, not names, keys or numbers; empty texts do not count."""
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
        return False
    counts = [len(str(text).split()) for text in column.dropna()]
    texts = sum(count > 0 for count in counts)
    return sum(counts) >= PROSE_WORDS * max(1, texts)
