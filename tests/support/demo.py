"""A trained entry in memory, as the demo has it."""

from contextlib import contextmanager
from dataclasses import replace

import pytest

from podium.demo.answerer import Answerer
from podium.pipeline.leaderboard import write_leaderboard
from podium.pipeline.progress import SilentProgress
from podium.pipeline.session import open_session
from podium.pipeline.train import train


@contextmanager
def signing_key(folder):
    """With the key that signs the models, as processes find it that run in the folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        yield


def train_answerer(competition, models, folder, entry=None):
    """Answers by the entry of that name, else by the one that would be submitted."""
    questions = folder / "questions" / competition.name
    questions.mkdir(parents=True)
    with signing_key(folder), open_session(competition, folder, None) as session:
        board = train(session, models, SilentProgress()).leaderboard
        if entry:
            entries = tuple(replace(e, submitted=e.name == entry) for e in board.entries)
            write_leaderboard(session.store, replace(board, entries=entries))
        return Answerer(session, questions)
