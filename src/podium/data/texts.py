"""Short texts made comparable, and readable."""

from __future__ import annotations

import html
import re

URL = r"https?://\S+"
IN_CAMEL_CASE = r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+"


def normalised(text: str) -> str:
    """Equal for texts that say the same: lower case, without URLs, white space as single spaces."""
    return " ".join(re.sub(URL, " ", text.lower()).split())


def readable(text: str) -> str:
    """A tweet for a model of language: entities resolved, hashtags as words, without characters that a
    wrong encoding left behind, every link and every account the same."""
    text = re.sub(URL, "http", html.unescape(text))
    text = re.sub(r"@\w+", "@user", text)
    text = re.sub(r"[\x80-\x9f]\S?", "", text)
    return re.sub(r"#(\w+)", lambda tag: " ".join(re.findall(IN_CAMEL_CASE, tag[1])) or tag[1], text)


def hashtags(text: str) -> str:
    return " ".join(re.findall(r"#(\w+)", text))
