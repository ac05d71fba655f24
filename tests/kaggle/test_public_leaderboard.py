"""Where submissions stand, and the ledger beside Kaggle's list."""

from datetime import UTC, datetime

import numpy as np
import pytest

from podium.errors import PodiumError
from podium.kaggle import public_leaderboard as standing
from podium.kaggle.ledger import SubmissionRecord
from support.kaggle_case import CSV
from support.kaggle_stub import board_zip, zipped


def sent(score, public, error=0.01, **facts):
    facts = {"score": score, "standard_error": error, "public": public, "ref": 1, **facts}
    return SubmissionRecord(
        "", "sent", datetime(2026, 11, 1, tzinfo=UTC), {k: v for k, v in facts.items() if v is not None}
    )


def place(case, *all_sent):
    with case.client() as client:
        return standing.find_standing(case.pets, case.root, client, list(all_sent), greater_is_better=True)


def test_the_place_on_the_board(case):
    found = place(case, sent(0.91, 0.9), sent(0.95, 0.7))
    assert (found.teams, found.score, found.rank, found.near_teams, found.percentile) == (5, 0.9, 3, 2, 60.0)
    lines = [(line.medal, line.rank, line.score) for line in found.medal_lines]
    assert lines == [("silver", 1, 0.95), ("bronze", 2, 0.93)]
    assert found.medal == "none"
    assert (case.folder / "leaderboard" / "public.csv").read_text("utf-8-sig").startswith("Rank,TeamId")
    assert [p.name for p in (case.folder / "leaderboard").iterdir()] == ["public.csv"]
    assert standing.describe(found) == [
        "best public score 0.90000: rank 3 of 5, top 60.0 %; 2 teams within one standard error of it",
        "medals, where the competition gives any: silver to rank 1 (0.95000), bronze to rank 2 (0.93000); "
        "this place: none",
    ]


def test_the_board_tells_which_way_is_better(case):
    case.stub.board = board_zip([0.1, 0.2, 0.3], "pets-2026")
    found = place(case, sent(0.15, 0.2, error=None), sent(0.2, 0.9, error=None))
    assert (found.score, found.rank, found.near_teams) == (0.2, 2, None)


def test_no_score_no_place(case):
    assert place(case, sent(0.9, None)) is None


@pytest.mark.parametrize(
    ("teams", "lines"),
    [
        (5, {"silver": 1, "bronze": 2}),
        (99, {"gold": 9, "silver": 19, "bronze": 39}),
        (100, {"gold": 10, "silver": 20, "bronze": 40}),
        (500, {"gold": 11, "silver": 50, "bronze": 100}),
        (2000, {"gold": 14, "silver": 100, "bronze": 200}),
    ],
)
def test_medal_lines(teams, lines):
    assert standing.medal_ranks(teams) == lines


def test_cross_validation_against_public_scores():
    pairs = [(0.8, 0.79), (0.9, 0.88), (0.85, 0.86)]
    all_sent = [sent(*pair) for pair in pairs] + [sent(None, 0.5), sent(0.7, None)]
    assert "no submission has both" in standing.agreement(all_sent[3:])
    assert standing.agreement(all_sent[:2]).endswith("-0.01500 in the mean of 2; a correlation takes 3")
    expected = np.corrcoef(*zip(*pairs, strict=True))[0, 1]
    assert standing.agreement(all_sent).endswith(f"-0.00667 in the mean of 3, correlation {expected:+.3f}")
    assert "always the same" in standing.agreement([sent(0.8, 0.9)] * 3)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ((403, b""), "accept the rules"),
        ((404, b""), "look at the slug"),
        ("reset", "look at the network"),
        ((200, "<html>"), "whole zip"),
        ("cut-silently", "whole zip"),
    ],
)
def test_a_board_that_cannot_be_had(case, fault, said):
    case.stub.faults["DownloadLeaderboard"] = [fault] * 9
    with pytest.raises(PodiumError, match=said):
        place(case, sent(0.9, 0.9))
    assert list((case.folder / "leaderboard").iterdir()) == []


def test_a_board_cut_short_ends_in_our_time_out(case, monkeypatch):
    monkeypatch.setenv("PODIUM_KAGGLE_TIMEOUT", "1.5")
    case.shared = None
    case.stub.faults["DownloadLeaderboard"] = ["cut", "hang", "hang"]
    with pytest.raises(PodiumError, match=r"got nothing|look at the network"):
        place(case, sent(0.9, 0.9))


@pytest.mark.parametrize("text", ["", "Rank,Team\n1,a\n", "no"])
def test_a_board_without_scores(case, text):
    case.stub.board = zipped({"board.csv": text})
    with pytest.raises(PodiumError, match="column Score"):
        place(case, sent(0.9, 0.9))


def scores(case):
    with case.client() as client:
        return standing.refresh(case.pets, case.root, client)


def test_scores_take_over_what_kaggle_has(case):
    case.upload()
    case.stub.subs[0].update(privateScore="0.85")
    case.stub.take("by hand on the web", "mine.csv")
    ours, other = scores(case)
    assert (ours.facts["public"], ours.facts["private"], ours.facts["score"]) == (0.9, 0.85, 0.91)
    assert (other.tag, other.ref, other.facts["file"]) == ("", 1001, "mine.csv")
    lines = (case.folder / "ledger.jsonl").read_bytes()
    assert len(scores(case)) == 2
    scores(case)
    settled = (case.folder / "ledger.jsonl").read_bytes()
    assert scores(case)
    assert (case.folder / "ledger.jsonl").read_bytes() == settled
    assert settled.startswith(lines)
    head, first, second = standing.history(scores(case))
    assert head.split() == ["number", "date", "file", "cross-validated", "public", "private", "status"]
    assert "0.91000 ± 0.01000  0.90000  0.85000  complete" in first
    assert "by hand" not in second


def test_a_lost_ledger_is_made_anew(case):
    before = case.upload()
    case.folder.joinpath("ledger.jsonl").unlink()
    (after,) = scores(case)
    assert (after.tag, after.ref, after.state) == (before.tag, before.ref, "sent")
    for fact in ("score", "standard_error", "metric", "entry", "sha256", "public"):
        assert after.facts[fact] == before.facts[fact]


def test_a_ledger_that_is_no_ledger_is_not_touched(case):
    path = case.folder / "ledger.jsonl"
    path.write_text('{"event": "intent", "tag": "a", "time": "2026-11-01T00:00:00+00:00"}\nhello\n')
    with pytest.raises(PodiumError, match="in line 2; move the file away"):
        scores(case)
    assert path.read_text().endswith("hello\n")


def test_more_submissions_than_a_page_holds(case):
    for number in range(230):
        case.stub.take(f"number {number}", f"{number}.csv")
    assert len(scores(case)) == 230
    assert case.upload(case.write_csv(CSV)).ref == 1230
    case.folder.joinpath("ledger.jsonl").unlink()
    assert len(scores(case)) == 231
