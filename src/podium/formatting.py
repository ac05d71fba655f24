"""Numbers and names as they stand in a sentence or beside an axis."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

MOST_NAMES = 12  # that a message lists
LEAST_PROBABILITY = 1e-4  # a smaller one is said to be below it
Z_95 = 1.96  # standard errors to each side of a 95 % interval


def plain(number: float) -> str:
    """Return a number as it stands in a sentence: "14,131" or "0.0213"."""
    return f"{number:,.0f}" if abs(number) >= 100 or float(number).is_integer() else f"{number:.3g}"


def percent(share: float) -> str:
    """Return a share as "10.8 %"."""
    return f"{100 * share:.1f} %"


def short(name: object, most: int = 32) -> str:
    """Return one line of a text from the data, in which nothing turns the direction of writing."""
    kept = "".join(c if c.isprintable() or c == "\N{ZERO WIDTH JOINER}" else " " for c in str(name))
    text = " ".join(kept.split())
    return text if len(text) <= most else text[: most - 1] + "\N{HORIZONTAL ELLIPSIS}"


def quoted(name: object) -> str:
    """Return one line of a text in quotation marks."""
    return f"\N{LEFT DOUBLE QUOTATION MARK}{short(name)}\N{RIGHT DOUBLE QUOTATION MARK}"


def places_of(score: float) -> int:
    """Return the digits to show after the point: five of a score below 10, fewer of a larger one."""
    return max(0, 6 - len(str(int(abs(score)))))


def with_error(score: float, error: float, places: int) -> str:
    """Return a score with its standard error: "0.839 ± 0.004"."""
    return f"{score:.{places}f} \N{PLUS-MINUS SIGN} {error:.{places}f}"


def probability(value: float) -> str:
    """Return a probability as it follows its name: "= 0.8390", or "< 0.0001"."""
    return f"< {LEAST_PROBABILITY}" if value < LEAST_PROBABILITY else f"= {value:.4f}"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a tail for "no such name" messages: the nearest known name, or the known ones."""
    known = list(known)
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return f"did you mean {near[0]!r}?"
    more = ", ..." if len(known) > MOST_NAMES else ""
    return f"known: {', '.join(known[:MOST_NAMES]) or 'none'}{more}"


def sample(values: Iterable[object], most: int = 5) -> str:
    """Return the first few values of a list as text, so that no message grows with the data."""
    values = list(values)
    tail = ", ..." if len(values) > most else ""
    return f"[{', '.join(repr(v) for v in values[:most])}{tail}]"
