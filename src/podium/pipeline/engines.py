"""Engines by name."""

from __future__ import annotations

import os
from functools import partial
from importlib.util import find_spec

from podium.errors import CompetitionError
from podium.formatting import did_you_mean
from podium.pipeline.crossval import EngineMaker
from podium.pipeline.engine import SerialEngine
from podium.pipeline.session import Session

NAMES = ("processes", "serial", "ray")
QUIET_RAY = {  # read when Ray is imported: nobody is told that it is used, and its own messages are not shown
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_DEDUP_LOGS_SKIP_REGEX": ".",
}


def require_engine(name: str, address: str = "") -> None:
    """Raise CompetitionError for a name that is none, an address without Ray, or where Ray is not
    installed."""
    if name not in NAMES:
        raise CompetitionError(f"no engine {name!r}; {did_you_mean(name, NAMES)}")
    if address and name != "ray":
        raise CompetitionError(
            f"--address must come with --engine ray, got the engine {name!r}; add that, or leave it out"
        )
    if name == "ray" and find_spec("ray") is None:
        raise CompetitionError("--engine ray must have Ray, found none; run: pip install 'podium[cluster]'")


def engine_maker(name: str, session: Session, address: str = "") -> EngineMaker:
    """Return what makes an engine for a data set of the session. `address` is that of a Ray cluster."""
    require_engine(name, address)
    if name == "serial":
        return SerialEngine
    code = session.root / "competitions" / session.competition.folder
    if name == "ray":
        os.environ.update(QUIET_RAY)
        from podium.pipeline.ray_engine import RayEngine

        return partial(RayEngine, code=code, address=address or None)

    from podium.pipeline.process_engine import ProcessEngine

    return partial(ProcessEngine, code=code, folder=session.store.root)
