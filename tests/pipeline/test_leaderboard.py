import io
import json
from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

from podium.competition.declaration import Reference
from podium.metrics import get_metric
from podium.pipeline.leaderboard import Entry, Leaderboard, choose, make_leaderboard
from support.makers import answers, make_dataset, make_predictions

ROWS = 400
DATASET = make_dataset(np.zeros(ROWS, dtype=int), classes=np.arange(2))


def with_wrong_rows(count, name, **changes):
    score = 1 - count / ROWS
    return make_predictions(answers(np.arange(ROWS) < count, k=2), name, score=score, **changes)


PERFECT = with_wrong_rows(0, "perfect", fold_scores=(1.0, 1.0))
ONE_OFF = with_wrong_rows(1, "mean", is_blend=True, fold_scores=(0.995, 1.0), details={"plain_score": 1.0})
HALF = with_wrong_rows(200, "half")


def board(*predictions, metric="accuracy", references=(), failures=None):
    return make_leaderboard(
        "pets", False, get_metric(metric), DATASET, predictions, references, failures or {}
    )


def test_three_entries_by_hand():
    table, chosen = board(HALF, ONE_OFF, PERFECT)
    assert [(e.name, e.score, e.tied) for e in table.entries] == [
        ("perfect", 1.0, True),
        ("mean", 0.9975, True),
        ("half", 0.5, False),
    ]
    assert [e.behind for e in table.entries] == pytest.approx([0, 1 / 400, 1 / 2])
    assert [e.standard_error for e in table.entries] == pytest.approx([0, 1 / 400, 1 / 40], rel=0.1)
    assert [e.p_value >= 0.05 for e in table.entries] == [True, True, False]
    assert table.entries[0].p_value == 1
    assert [e.submitted for e in table.entries] == [False, True, False]
    assert chosen is ONE_OFF


def test_a_blend_shows_both_of_its_estimates_and_the_spread_over_folds():
    best, blended, _ = board(PERFECT, ONE_OFF, HALF)[0].entries
    assert (best.kind, best.estimate, best.plain_score) == ("model", "cv", 1.0)
    assert (blended.kind, blended.estimate, blended.plain_score) == ("blend", "nested", 1.0)
    assert blended.fold_spread == pytest.approx(0.005 / np.sqrt(2))


def test_a_warning_is_neither_the_best_nor_submitted():
    leak = with_wrong_rows(0, "metadata")
    table, chosen = board(HALF, with_wrong_rows(1, "model"), leak)
    first, second, _ = table.entries
    assert (first.name, first.kind, first.submitted) == ("metadata", "warning", False)
    assert "leak" in first.note
    assert (second.behind, second.submitted) == (0, True)
    assert chosen.name == "model"


def test_of_equal_scores_the_earlier_stays_first():
    first, second = with_wrong_rows(3, "first"), with_wrong_rows(3, "second")
    assert [e.name for e in board(first, second)[0].entries] == ["first", "second"]


def test_references_are_sorted_in_and_failures_come_last():
    table, _ = board(
        HALF,
        PERFECT,
        references=[Reference("paper", 0.7, "a table"), Reference("guess", 0.1, "a coin")],
        failures={"cnn": "out of memory"},
    )
    assert [(e.name, e.kind) for e in table.entries] == [
        ("perfect", "model"),
        ("paper", "reference"),
        ("half", "model"),
        ("guess", "reference"),
        ("cnn", "failed"),
    ]
    paper, failed = table.entries[1], table.entries[-1]
    assert (paper.score, paper.note, paper.tied, paper.submitted) == (0.7, "a table", False, False)
    assert (failed.score, failed.note) == (None, "out of memory")


def test_a_published_score_stands_beside_the_entry_it_speaks_of():
    table, _ = board(HALF, PERFECT, references=[Reference("report", 0.6, "one split", beside="half")])
    assert [(e.name, e.published) for e in table.entries] == [("perfect", None), ("half", 0.6)]


def test_the_smallest_log_loss_stands_first():
    better, worse = (make_predictions(answers(DATASET.y, 2, p), f"{p}", score=-np.log(p)) for p in (0.9, 0.6))
    reference = Reference("between", 0.3, "")
    table, chosen = board(worse, better, metric="log_loss", references=[reference])
    assert [e.name for e in table.entries] == ["0.9", "between", "0.6"]
    assert table.entries[-1].behind == pytest.approx(np.log(0.9 / 0.6))
    assert chosen is better


@pytest.mark.parametrize(
    ("scores", "tied", "best", "chosen"),
    [
        ({"cnn": 0.9, "greedy": 0.8, "mean": 0.7}, [True, True, True], 0, "greedy"),
        ({"cnn": 0.9, "greedy": 0.8, "mean": 0.8}, [True, True, True], 0, "mean"),
        ({"cnn": 0.9, "greedy": 0.95, "mean": 0.8}, [False, True, False], 1, "greedy"),
        ({"cnn": 0.9, "mean": 0.5, "stacking": 0.6}, [True, False, False], 0, "cnn"),
        ({"ridge": 0.8, "cnn": 0.9}, [True, True], 1, "cnn"),
    ],
)
def test_the_best_blend_that_ties_with_the_best_entry_is_submitted(scores, tied, best, chosen):
    blends = {"mean", "greedy", "stacking"}
    entries = [
        make_predictions(np.eye(3), name, is_blend=name in blends, score=score)
        for name, score in scores.items()
    ]
    assert choose(entries, tied, best, get_metric("accuracy")).name == chosen


def test_of_losses_the_smallest_is_the_best():
    entries = [
        make_predictions(np.eye(3), n, is_blend=True, score=s) for n, s in (("mean", 0.3), ("greedy", 0.2))
    ]
    assert choose(entries, [True, True], 1, get_metric("log_loss")).name == "greedy"


def test_a_leaderboard_comes_back_from_json():
    table, _ = board(PERFECT, HALF, references=[Reference("paper", 0.7, "a table")], failures={"cnn": "no"})
    assert Leaderboard.from_dict(json.loads(json.dumps(table.to_dict()))) == table


def test_the_csv_has_a_line_an_entry():
    table, _ = board(HALF, PERFECT, failures={"cnn": "out, of memory"})
    read = pd.read_csv(io.BytesIO(table.to_csv()))
    assert list(read) == [f.name for f in fields(Entry) if f.name != "extra_metrics"]
    assert read["name"].tolist() == ["perfect", "half", "cnn"]
    assert read["note"].tolist()[2] == "out, of memory"
