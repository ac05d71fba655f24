"""Columns that say nothing, that only count the rows, or that the test files do not have."""

from __future__ import annotations

from collections.abc import Iterator

from podium.audit.finding import Finding
from podium.audit.views import View, Views

MOST = 5  # columns that a line names


def find_columns(views: Views, has_test: bool = True) -> Iterator[Finding]:
    columns = [*views.features, *views.about]
    for said, found in (
        ("with one value in all rows: nothing to learn", [v for v in columns if v.is_constant]),
        ("with another value in each row: ids, not features", [v for v in columns if v.is_key]),
        (
            "that the test files do not have: never a feature",
            [v for v in views.about if v.test is None and has_test],
        ),
    ):
        if found:
            yield Finding("columns", False, f"columns {said}: {_names(found)}")


def _names(views: list[View]) -> str:
    more = f" and {len(views) - MOST} more" if len(views) > MOST else ""
    return ", ".join(view.subject.removeprefix("column ") for view in views[:MOST]) + more
