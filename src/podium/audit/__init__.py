"""What is wrong with a data set, looked for before anything is trained on it."""

from __future__ import annotations

from collections.abc import Iterator

from podium.audit.broken_files import leave_out_broken
from podium.audit.columns import find_columns
from podium.audit.determined import find_determined
from podium.audit.duplicates import find_copies
from podium.audit.extra_rows import find_extra
from podium.audit.finding import Finding
from podium.audit.gaps import find_gaps
from podium.audit.groups import find_groups
from podium.audit.labels import find_balance, find_labels
from podium.audit.leaks import find_leaks
from podium.audit.predictive_power import target_of
from podium.audit.probes import probes_of
from podium.audit.shift import find_shift
from podium.audit.shortcuts import find_shortcuts
from podium.data.dataset import Dataset
from podium.storage.code_version import code_id, library_versions
from podium.storage.hashing import content_id

__all__ = ["Finding", "audit", "audit_id"]

TARGET_CHECKS = (find_groups, find_leaks, find_shortcuts, find_determined, find_gaps)
# The code that counts in the id: the last two come with a data set, by no import.
CODE = (__name__, "podium.data.images", "podium.data.multimodal")


def audit(dataset: Dataset) -> list[Finding]:
    """Return all findings on a data set, alarms first."""
    return sorted(_findings(dataset), key=lambda finding: not finding.is_alarm)


def audit_id(dataset: Dataset) -> str:
    """Return an id that changes with all that the audit depends on: data, their names, code, libraries."""
    modality = dataset.modality
    names = [modality.file_names(X) for X in (dataset.X, dataset.X_test)]
    code = [[code_id(module), library_versions(module)] for module in CODE]
    return content_id(dataset.id, dataset.about, dataset.about_test, names, code)


def _findings(dataset: Dataset) -> Iterator[Finding]:
    dataset, broken = leave_out_broken(dataset)
    yield from broken
    probes = probes_of(dataset)
    copies = list(dataset.modality.near_copies(dataset.X, dataset.X_test))
    for one in copies:
        yield from find_copies(dataset, one)
    if not target_of(dataset).is_constant:
        for find in TARGET_CHECKS:
            yield from find(dataset, probes)
    yield from find_shift(dataset, probes, copies)
    yield from find_extra(dataset)
    yield from find_labels(dataset)
    yield find_balance(dataset)
    yield from find_columns(probes, has_test=len(dataset.test_ids) > 0)
