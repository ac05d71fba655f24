"""Columns that say nothing, that only count the rows, or that the test files do not have."""

from __future__ import annotations

from collections.abc import Iterator

from podium.audit.finding import Finding
from podium.audit.probes import Probe, Probes

NAMED_COLUMNS = 5  # that a line names


def find_columns(probes: Probes, has_test: bool = True) -> Iterator[Finding]:
    """Yield a note for each kind of column that is no use to a model."""
    columns = [*probes.features, *probes.about]
    useless = {
        "with one value in all rows: nothing to learn": [c for c in columns if c.is_constant],
        "with another value in each row: ids, not features": [c for c in columns if c.is_key],
    }
    if has_test:
        absent = [column for column in probes.about if column.test is None]
        useless["that the test files do not have: never a feature"] = absent
    for what, found in useless.items():
        if found:
            yield Finding("columns", False, f"columns {what}: {_names(found)}")


def _names(columns: list[Probe]) -> str:
    more = f" and {len(columns) - NAMED_COLUMNS} more" if len(columns) > NAMED_COLUMNS else ""
    names = [column.subject.removeprefix("column ") for column in columns[:NAMED_COLUMNS]]
    return ", ".join(names) + more
