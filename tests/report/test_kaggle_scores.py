"""Kaggle's scores beside our own."""

from dataclasses import replace
from datetime import UTC, datetime

from podium.kaggle.ledger import SubmissionRecord, open_ledger, read_ledger
from podium.metrics import get_metric
from podium.pipeline.leaderboard import Entry, Leaderboard
from podium.report.comparisons import public_scores
from podium.report.kaggle_scores import paired_scores, with_kaggle_scores
from support.makers import make_competition


def upload(file, score=0.9, public=0.88, **facts):
    return {
        "file": file,
        "score": score,
        "public": public,
        "ref": 1,
        "entry": "a",
        "metric": "accuracy",
        **facts,
    }


def test_kaggle_s_scores_stand_beside_the_entry_that_was_sent(tmp_path):
    pets, folder = make_competition(), tmp_path / "submissions" / "pets"
    with open_ledger(folder) as ledger:
        ledger.add("kaggle", "one", **upload("submission-a-77.csv", private=0.87))
        ledger.add("kaggle", "two", **upload("submission-a-78.csv", public=0.5))
    (folder / "leaderboard").mkdir()
    (folder / "leaderboard" / "public.csv").write_text("Rank,Score\n1,0.95\n2,0.88\n3,0.6\n4,0.5\n")
    scored = {"77": ("a", 0.9), "79": ("b", 0.8), None: ("a", 0.7)}
    entries = tuple(Entry(name, "model", score, 0.01, id=id) for id, (name, score) in scored.items())
    table = Leaderboard("pets", "accuracy", False, 600, entries)
    sent, never, old = with_kaggle_scores(table, pets, tmp_path).entries
    assert (sent.public, sent.private, sent.percentile) == (0.88, 0.87, 50.0)
    assert (never.public, old.public) == (None, None)
    assert with_kaggle_scores(replace(table, is_toy=True), pets, tmp_path).entries[0].public is None
    figure = public_scores(read_ledger(folder), get_metric("accuracy"))
    assert figure.table["public"].tolist() == [0.88, 0.5]
    assert "-0.21000 off" in figure.alt


def test_a_submission_made_by_hand_has_no_cross_validated_score():
    when = datetime(2026, 11, 1, tzinfo=UTC)
    assert paired_scores([SubmissionRecord("", "sent", when, {"public": 0.9, "file": "mine.csv"})]).empty


def test_looking_at_a_ledger_neither_makes_nor_mends_one(tmp_path):
    assert read_ledger(tmp_path / "none") == []
    assert not (tmp_path / "none").exists()
    path = tmp_path / "ledger.jsonl"
    with open_ledger(tmp_path) as ledger:
        ledger.add("kaggle", "one", **upload("a.csv"))
    path.write_bytes(path.read_bytes() + b'{"event": "kag')
    assert len(read_ledger(tmp_path)) == 1
    assert path.read_bytes().endswith(b'"kag')
