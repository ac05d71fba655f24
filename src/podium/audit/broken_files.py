"""Files that cannot be decoded."""

from __future__ import annotations

from podium.audit.finding import Finding
from podium.data.dataset import Dataset, without_broken

SHOWN_FILES = 5


def leave_out_broken(dataset: Dataset) -> tuple[Dataset, list[Finding]]:
    """Return the data set without rows that cannot be read, and an alarm if there are any."""
    if not dataset.modality.has_files:
        return dataset, []
    readable, complaints = without_broken(dataset)
    if not complaints:
        return dataset, []
    summary = f"{len(complaints):,} images cannot be decoded; repair them, or pass --skip-bad-images"
    return readable, [Finding("files", True, summary, examples=tuple(complaints[:SHOWN_FILES]))]
