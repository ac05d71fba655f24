"""Write a submission with its manifest. Nothing is sent anywhere."""

from __future__ import annotations

from pathlib import Path

from podium.errors import SubmissionError
from podium.pipeline.manifest import make_manifest
from podium.pipeline.session import Session
from podium.pipeline.submission import build, to_csv
from podium.pipeline.train import Outcome


def require_test_rows(session: Session) -> None:
    """Raise SubmissionError where there is nothing to submit: better before the training than after it."""
    if len(session.sample):
        return
    name = session.competition.name
    raise SubmissionError(
        f"submission for {name!r} must be of test rows, found none in {session.files}; add the test file "
        f"and {session.competition.sample}, or run: podium train {name}"
    )


def submit(session: Session, outcome: Outcome) -> Path:
    """Write the chosen entry's submission and its manifest; return the path of the CSV.

    Raises SubmissionError for a file that Kaggle would refuse.
    """
    chosen = outcome.chosen
    frame = build(session.competition, session.dataset, chosen, session.sample)
    mark = "toy-" if session.is_toy else ""
    path = session.store.root / f"{mark}submission-{chosen.name}-{chosen.id}.csv"
    session.store.write(path, to_csv(frame))
    session.store.write_json(path.with_suffix(".json"), make_manifest(session, outcome, path))
    return path
