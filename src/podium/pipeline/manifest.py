"""What made a submission, in full: enough to make it again and to doubt it."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from podium.competition.sources import folder_sums
from podium.data.dataset import conflicting
from podium.models import registry
from podium.pipeline.predictions import Predictions
from podium.pipeline.session import Session
from podium.pipeline.train import Outcome
from podium.storage.code_version import code_id
from podium.storage.hashing import file_sum


def make_manifest(session: Session, outcome: Outcome, path: Path) -> dict[str, Any]:
    """Return the manifest of the submission at `path`."""
    chosen = outcome.chosen
    entry = next(e for e in outcome.leaderboard.entries if e.submitted)
    members = [p for p in outcome.predictions if p.name in chosen.details.get("members", [chosen.name])]
    return {
        "competition": session.competition.name,
        "slug": session.competition.slug,
        "file": path.name,
        "sha256": file_sum(path),
        "rows": len(session.sample),
        "toy": session.is_toy,
        "entry": chosen.name,
        "metric": session.metric.name,
        "score": entry.score,
        "standard_error": entry.standard_error,
        "fold_scores": chosen.fold_scores,
        "estimate": entry.estimate,
        "plain_score": entry.plain_score,
        "data_id": session.dataset.id,
        "data": folder_sums(session.files) if session.files else {},
        "folds_id": session.folds.id,
        "contradictory_rows": int(conflicting(session.dataset).sum()),
        "seed": session.competition.seed,
        "models": [_model(member, chosen.details.get("weights")) for member in members],
        "seconds": round(sum(p.fit_seconds + p.predict_seconds for p in outcome.predictions), 1),
        "versions": {"python": platform.python_version(), **_versions(members, session.dataset.task.kind)},
        "code": code_id("podium.pipeline.train"),
        "git_commit": _git_commit(session.root),
    }


def _model(member: Predictions, weights: Mapping[str, float] | None) -> dict[str, Any]:
    return {
        "name": member.name,
        "id": member.id,
        "weight": weights.get(member.name, 0.0) if weights else None,
        "score": member.score,
        "params": member.details["params"],
        "devices": member.details["devices"],
        "fit_seconds": round(member.fit_seconds, 1),
        "predict_seconds": round(member.predict_seconds, 1),
    }


def _versions(members: Sequence[Predictions], kind: str) -> dict[str, str | None]:
    found = [registry.versions(member.name, member.details["params"], kind) for member in members]
    return {name: installed for versions in found for name, installed in versions.items()}


def _git_commit(root: Path) -> str | None:
    """Return the commit that ran, marked where files differ from it; None outside git."""
    command = ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
