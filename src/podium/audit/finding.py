"""One thing that the audit has to say.

files        images that cannot be decoded
conflicts    copies with different labels
duplicates   copies within the training rows, or between them and the test rows
groups       rows that belong together and that the folds may part
leak         metadata that predict the target, or a feature that is the target
missing      gaps that predict the target
shift        whether training and test rows can be told apart
labels       labels that no row has, or that differ in case or white space only
columns      columns that say nothing, count the rows, or are not in the test files
balance      how the target is distributed
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """`kind` is one of those above. An alarm is to be looked into before a score is believed; the rest is
    worth knowing. `summary` is one line, `score` with its standard `error` the number that it quotes, where
    it quotes one, and `examples` are five lines at the most."""

    kind: str
    is_alarm: bool
    summary: str
    score: float | None = None
    error: float | None = None
    examples: tuple[str, ...] = ()
