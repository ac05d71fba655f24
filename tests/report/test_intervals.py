"""Scores with their intervals, on a scale that all entries share."""

import pytest

from podium.pipeline.leaderboard import Entry, Leaderboard
from podium.report.intervals import interval, make_scale


def entry(name, score, error=0.01, **changes):
    return Entry(name, "model", score, error, tied=score == 0.9, **changes)


def board(*entries, metric="accuracy"):
    return Leaderboard("pets", metric, False, 600, entries)


def test_the_scale_holds_the_best_and_leaves_the_worst_out():
    scale = make_scale(board(entry("a", 0.9), entry("b", 0.85), entry("constant", 0.1)))
    assert scale.holds(0.9 + 0.0196)
    assert scale.holds(0.85)
    assert not scale.holds(0.1)
    assert scale.place(0.85) < scale.place(0.9)
    turned = make_scale(board(entry("a", 1.0), entry("b", 1.05), entry("constant", 4.0), metric="rmse"))
    assert turned.holds(1.05)
    assert not turned.holds(4.0)


@pytest.mark.parametrize("scores", [[0.5], [1.0, 1.0], [1.0, 0.5]])
def test_a_scale_needs_no_errors(scores):
    scale = make_scale(board(*(entry(str(n), score, error=0.0) for n, score in enumerate(scores))))
    assert scale.low < min(scores)
    assert scale.high > max(scores)


def test_an_interval_says_its_numbers():
    scale = make_scale(board(entry("a", 0.9), entry("b", 0.85), entry("constant", 0.1)))
    assert "0.90000, 95 % interval 0.88040 to 0.91960" in interval(entry("a", 0.9), scale)
    assert "circle" not in interval(entry("constant", 0.1), scale)
    assert interval(Entry("x", "failed"), scale) == ""
