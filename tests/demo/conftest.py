"""Trained entries for the tests of the demo: each is trained once, in one checkout, with two folds."""

from dataclasses import replace

import pytest

from podium.competition.declaration import FoldPlan
from podium.competition.registry import get_competition
from support.demo import train_answerer
from support.tiny import copy_competitions

FOLDS = 2


@pytest.fixture(scope="session")
def checkout(tmp_path_factory):
    """The project's competitions with two folds; `podium` may run in it."""
    return copy_competitions(tmp_path_factory.mktemp("checkout"), FOLDS)


@pytest.fixture(scope="session")
def answerer_of(root, checkout):
    def make(name, *models, entry=None):
        competition = replace(get_competition(root, name), folds=FoldPlan(FOLDS))
        return train_answerer(competition, models, checkout, entry)

    return make


@pytest.fixture(scope="session")
def digits(answerer_of):
    return answerer_of("digit-recognizer", "gaussian-nb")


@pytest.fixture(scope="session")
def tweets(answerer_of):
    return answerer_of("nlp-disaster-tweets", "text-complement-nb")


@pytest.fixture(scope="session")
def photos(answerer_of):
    return answerer_of("pistolas-vs-smartphones", "ridge")


@pytest.fixture(scope="session")
def characters(answerer_of):
    return answerer_of("quintuplets", "frozen-mobilenet")


@pytest.fixture(scope="session")
def memes(answerer_of):
    return answerer_of("shitpost-likes", "frozen-mobilenet@ridge", "text-ridge", entry="mean")


@pytest.fixture(scope="session")
def posts(answerer_of):
    return answerer_of("fakeddit", "joint")
