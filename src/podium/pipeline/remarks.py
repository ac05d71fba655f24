"""What a person should know of the data before trusting a number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import numpy as np

from podium.audit import Finding, audit, audit_id
from podium.data.dataset import conflicting
from podium.formatting import sample
from podium.pipeline.folds import describe_never_scored
from podium.pipeline.session import Session

__all__ = ["Finding", "origin", "remarks", "saved_audit"]

FATES = {"keep": "kept in training", "drop": "dropped from training"}  # of rows with conflicting targets


def remarks(session: Session) -> list[str]:
    """Return a line for each thing worth knowing before training."""
    never_scored = describe_never_scored(session.folds)
    return [*origin(session), *_conflicts(session), *never_scored, _audit_line(session)]


def origin(session: Session) -> list[str]:
    """Return which data these are, where that is not plain."""
    lines = []
    if session.is_toy:
        lines.append("no data found: using toy data (--data PATH or PODIUM_DATA names the real data)")
    if session.skipped:
        lines.append(
            f"{len(session.skipped)} images skipped (training rows are left out, test rows are grey): "
            f"{'; '.join(session.skipped[:5])}"
        )
    return lines


def saved_audit(session: Session) -> list[Finding]:
    """Return the audit of the data, from the store where it is there."""
    store = session.store
    path = store.root / "audits" / f"{audit_id(session.dataset)}.json"
    saved = store.read_json(path)
    if saved is not None:
        return [Finding(**{**facts, "examples": tuple(facts["examples"])}) for facts in saved]
    findings = audit(session.dataset)
    store.write_json(path, [asdict(finding) for finding in findings])
    return findings


def _conflicts(session: Session) -> Iterator[str]:
    rows = np.flatnonzero(conflicting(session.dataset))
    if len(rows):
        fate = FATES[session.competition.folds.contradictions]
        yield (
            f"{len(rows)} duplicates have conflicting {session.dataset.task.noun}s ({fate}), "
            f"e.g. data rows {sample((rows + 1).tolist())}"
        )


def _audit_line(session: Session) -> str:
    findings = saved_audit(session)
    alarms = [finding.kind for finding in findings if finding.is_alarm]
    kinds = f" ({', '.join(list(dict.fromkeys(alarms))[:4])})" if alarms else ""
    notes = len(findings) - len(alarms)
    more = f"podium audit {session.competition.name} tells more"
    return f"audit: alarms: {len(alarms)}{kinds}, notes: {notes}; {more}"
