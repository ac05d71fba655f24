"""As a person types it: fetch, submit, upload, and the place on the leaderboard, with Kaggle played by the
stub; and what the exit status says."""

import shutil

import pandas as pd
import pytest

from podium.competition.registry import get_competition
from podium.kaggle.credentials import warnings
from support.command_line import podium
from support.kaggle_case import QUOTA
from support.kaggle_stub import board_zip, zipped
from support.tiny import copy_competitions, make_root

MODELS = ("--models", "multinomial-nb,gaussian-nb")


def test_from_nothing_to_a_place_on_the_leaderboard(root, stub, tmp_path):
    checkout, files = copy_competitions(tmp_path / "checkout"), tmp_path / "files"
    files.mkdir()
    get_competition(root, "digit-recognizer").toy(files)
    stub.data, stub.board = (
        zipped(contents(files)),
        board_zip([0.99, 0.97, 0.9, 0.5, 0.1], "digit-recognizer"),
    )
    stub.after = 2
    ran = podium(checkout, "submit", "digit-recognizer", *MODELS)
    assert ran.returncode == 0, ran.stderr
    assert "downloading the files of digit-recognizer" in ran.stdout
    assert "toy" not in ran.stdout
    assert stub.count("DownloadDataFiles") == 1
    (csv,) = (checkout / "submissions" / "digit-recognizer").glob("submission-*.csv")
    assert str(csv) in ran.stdout

    tried = podium(checkout, "upload", "digit-recognizer", "--dry-run")
    assert tried.returncode == 0, tried.stderr
    assert "nothing was sent" in tried.stdout
    assert stub.subs == []

    sent = podium(checkout, "upload", "digit-recognizer", "-m", "the first one")
    assert sent.returncode == 0, sent.stderr
    assert sent.stdout.splitlines()[-1] == "public score 0.9, rank 3"
    assert "waiting for the score" in sent.stdout
    assert csv.read_bytes() in stub.blobs.values()
    assert stub.subs[0]["description"].endswith(" the first one")
    assert sent.stderr == ""

    again = podium(checkout, "upload", "digit-recognizer")
    assert again.returncode == 2
    assert again.stderr.startswith("podium: ")
    assert "submission 1000" in again.stderr

    shown = podium(checkout, "leaderboard", "digit-recognizer")
    assert shown.returncode == 0, shown.stderr
    assert "rank 3 of 5, top 60.0 %" in shown.stdout
    assert "public minus cross-validated score" in shown.stdout
    assert (checkout / "competitions" / "digit-recognizer" / "data" / "digit-recognizer.zip").exists()


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A checkout with a toy run, made where there are no credentials."""
    root = make_root(tmp_path_factory.mktemp("tiny"), {"gaussian-nb": {}})
    made = podium(root, "submit", "tiny")
    assert made.returncode == 0, made.stderr
    return root


def contents(folder):
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def toy_files(root):
    return root / "submissions" / "tiny" / "toy" / "data" / "toy"


def test_what_a_practice_run_on_other_data_made_stays_here(tiny, stub, tmp_path):
    """The same rows in another order, as files of a user's own."""
    root = shutil.copytree(tiny, tmp_path / "checkout")
    stub.data = zipped(contents(toy_files(root)))
    assert podium(root, "fetch", "tiny").returncode == 0
    own = shutil.copytree(toy_files(root), tmp_path / "own" / "tiny-slug")
    pd.read_csv(own / "train.csv").sample(frac=1, random_state=0).to_csv(own / "train.csv", index=False)
    assert podium(root, "submit", "tiny", "--data", own.parent).returncode == 0
    ran = podium(root, "upload", "tiny")
    assert ran.returncode == 2
    assert "got other files: ['train.csv']" in ran.stderr
    assert stub.subs == []


def test_a_toy_run_is_not_uploaded(tiny, stub):
    ran = podium(tiny, "upload", "tiny")
    assert ran.returncode == 2
    assert "only toy ones" in ran.stderr


def test_no_and_silence_have_an_exit_status(tiny, stub, tmp_path):
    """A file of one's own, tried three times: refused, lost on the way, found again."""
    stub.data = zipped(contents(toy_files(tiny)))
    mine = tmp_path / "mine.csv"
    shutil.copy(toy_files(tiny) / "sample_submission.csv", mine)
    assert podium(tiny, "fetch", "tiny").returncode == 0
    stub.faults["CreateSubmission"] = [(400, {"error": {"code": 400, "message": QUOTA}}), "reset", "lost"]
    no = podium(tiny, "upload", "tiny", mine)
    assert (no.returncode, len(no.stderr.splitlines())) == (2, 1)
    assert "try again tomorrow UTC" in no.stderr
    silence = podium(tiny, "upload", "tiny", mine)
    assert (silence.returncode, len(silence.stderr.splitlines())) == (2, 1)
    assert "no proof" in silence.stderr
    assert stub.subs == []
    found = podium(tiny, "upload", "tiny", mine, PODIUM_KAGGLE_DOUBT="0")
    assert found.returncode == 0, found.stderr
    assert len(stub.subs) == 1
    assert "public score 0.9" in found.stdout


def test_credentials_that_others_can_read_get_a_warning(tiny, stub, tmp_path):
    folder = tmp_path / "home" / ".kaggle"
    folder.mkdir()
    key = folder / "kaggle.json"
    key.write_text('{"username": "tester", "key": "SECRET-KEY"}')
    key.chmod(0o644)
    ran = podium(tiny, "scores", "tiny", KAGGLE_KEY="", KAGGLE_USERNAME="")
    assert ran.returncode == 0
    assert f"chmod 600 {key}" in ran.stderr
    assert "chmod" not in ran.stdout
    assert "SECRET" not in ran.stdout + ran.stderr
    key.chmod(0o600)
    assert list(warnings()) == []
