"""Engines by name."""

from __future__ import annotations

from functools import partial

from podium.errors import CompetitionError
from podium.formatting import did_you_mean
from podium.pipeline.crossval import EngineMaker
from podium.pipeline.engine import SerialEngine
from podium.pipeline.session import Session

NAMES = ("processes", "serial")


def engine_maker(name: str, session: Session) -> EngineMaker:
    """Return what makes an engine for a data set of the session. Raise CompetitionError for a name that is
    none."""
    if name not in NAMES:
        raise CompetitionError(f"no engine {name!r}; {did_you_mean(name, NAMES)}")
    if name == "serial":
        return SerialEngine

    from podium.pipeline.process_engine import ProcessEngine

    return partial(
        ProcessEngine,
        folder=session.store.root,
        root=session.root,
        name=session.competition.folder,
    )
