"""Rows from elsewhere: are they like the training rows, and do they give answers away?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from podium.audit.duplicates import also_among_first, excerpts
from podium.audit.finding import Finding
from podium.audit.probes import probes_of
from podium.audit.shift import find_shift
from podium.data.dataset import Dataset, LabelledRows
from podium.data.near_duplicates import Copies

TRAINING_ADVICE = "each is scored by models that know it: drop them"
TEST_ADVICE = "their answers are known, and the public score says little"
SHIFT_ADVICE = "see what they buy, or give them less weight"


def find_extra(dataset: Dataset) -> Iterator[Finding]:
    """Yield how the extra rows differ from the training rows, and which of them are copies of rows that are
    scored or submitted; nothing of a data set without extra rows."""
    extra = dataset.extra
    if extra is None:
        return
    compared = _as_test_rows(dataset, extra)
    copies = list(dataset.modality.near_copies(dataset.X, extra.X))
    for one in copies:
        yield from _copies_of(one, len(dataset.y), "training", TRAINING_ADVICE)
    of_test = dataset.modality.near_copies(dataset.X_test, extra.X) if len(dataset.test_ids) else ()
    for one in of_test:
        yield from _copies_of(one, len(dataset.test_ids), "test", TEST_ADVICE)
    for finding in find_shift(compared, probes_of(compared), copies, SHIFT_ADVICE):
        summary = f"extra rows against training rows: {finding.summary}"
        yield replace(finding, kind="extra", is_alarm=False, summary=summary)


def _as_test_rows(dataset: Dataset, extra: LabelledRows) -> Dataset:
    """Return the data set with the extra rows in the place of its test rows."""
    ids = np.arange(len(extra))
    return replace(dataset, X_test=extra.X, test_ids=ids, about_test=None, extra=None)


def _copies_of(copies: Copies, rows: int, which: str, advice: str) -> Iterator[Finding]:
    """Yield the extra rows that are copies of the first `rows` rows."""
    found = also_among_first(copies.near, rows)
    if not len(found):
        return
    summary = f"{len(found):,} extra {copies.noun} are copies of {which} {copies.noun}; {advice}"
    examples = excerpts("extra row", copies, rows, found)
    yield Finding("extra", which == "training", summary, examples=examples)
