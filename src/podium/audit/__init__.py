"""What is wrong with a data set, looked for before anything is trained on it."""

from __future__ import annotations

from collections.abc import Iterator

from podium.audit.columns import find_columns
from podium.audit.copies import copies_of
from podium.audit.duplicates import find_copies
from podium.audit.evidence import target_of
from podium.audit.finding import Finding
from podium.audit.leaks import find_determined, find_gaps, find_groups, find_leaks, find_shortcuts
from podium.audit.shift import find_shift
from podium.audit.target import find_balance, find_labels
from podium.audit.views import images_of, views_of
from podium.data.dataset import Dataset
from podium.data.images import without_broken
from podium.data.near_duplicates import MINIATURE
from podium.errors import DataError
from podium.storage.code_version import code_id, library_versions
from podium.storage.hashing import content_id

__all__ = ["Finding", "audit", "audit_id"]


def audit(dataset: Dataset) -> list[Finding]:
    """Alarms first."""
    return sorted(_findings(dataset), key=lambda finding: not finding.is_alarm)


def audit_id(dataset: Dataset) -> str:
    """Changes with whatever the audit depends on: the data, its names and what is said about it, code,
    libraries."""
    files = [images_of(X) for X in (dataset.X, dataset.X_test)]
    names = [[] if X is None else ["/".join(path.parts[-2:]) for path in X.paths] for X in files]
    versions = library_versions(__name__)
    return content_id(dataset.id, dataset.about, dataset.about_test, names, code_id(__name__), versions)


def _findings(dataset: Dataset) -> Iterator[Finding]:
    dataset, broken = _decodable(dataset)
    if broken:
        summary = f"{len(broken):,} images cannot be decoded; mend them, or pass --skip-bad-images"
        yield Finding("files", True, summary, examples=tuple(broken[:5]))
    views = views_of(dataset)
    copies = list(copies_of(dataset, views))
    for found in copies:
        yield from find_copies(dataset, found)
    if not target_of(dataset).is_constant:
        for find in (find_groups, find_leaks, find_shortcuts, find_determined, find_gaps):
            yield from find(dataset, views)
    if shift := find_shift(dataset, views, copies):
        yield shift
    yield from find_labels(dataset)
    yield find_balance(dataset)
    yield from find_columns(views, has_test=len(dataset.test_ids) > 0)


def _decodable(dataset: Dataset) -> tuple[Dataset, list[str]]:
    """Without the images that are broken, and what is wrong with each."""
    try:
        for files in (images_of(dataset.X), images_of(dataset.X_test)):
            if files is not None:
                files.pixels(MINIATURE)
    except DataError:
        return without_broken(dataset)
    return dataset, []
