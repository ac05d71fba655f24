"""One thing that the audit reports.

files        images that cannot be decoded
conflicts    copies with different labels
duplicates   copies within the training rows, or between them and the test rows
groups       rows that belong together and that the folds may split
leak         metadata that predict the target, or a feature that is the target
missing      gaps that predict the target
shift        whether training and test rows can be told apart
extra        rows from elsewhere that differ from the training rows, or are copies of scored or submitted ones
labels       labels that no row has, or that differ in case or white space only
columns      columns that say nothing, count the rows, or are not in the test files
balance      how the target is distributed
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """A finding of one of the kinds above.

    Investigate alarms before trusting a score; notes are informational. `summary` is one line, `score` with
    its standard `error` is the number that it quotes, where it quotes one, and `examples` are at most five
    lines.
    """

    kind: str
    is_alarm: bool
    summary: str
    score: float | None = None
    error: float | None = None
    examples: tuple[str, ...] = ()
