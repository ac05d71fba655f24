"""Data from Kaggle: whole or not at all."""

import json
import os
import random
import signal
import subprocess
import sys
import time
import zipfile

import pytest

from podium.competition.sources import Source, find_source, folder_sums, unpack, zip_sums
from podium.errors import PodiumError, StoreError
from podium.kaggle.download import _locked, fetch, fetched_sums
from podium.storage.hashing import file_sum
from podium.storage.store import Store
from support.kaggle_case import FILES, InProcess
from support.kaggle_stub import zipped


@pytest.fixture
def place(case):
    """The case with nothing fetched yet; the path of the zip that is to come."""
    path = case.data / "pets-2026.zip"
    path.unlink()
    return path


def bring(case, again=False):
    with case.client() as client:
        return fetch(case.pets, case.root, client, case.said.append, again)


def complaint(case):
    with pytest.raises(PodiumError) as caught:
        bring(case)
    line = str(caught.value)
    assert "\n" not in line
    assert "SECRET" not in line
    return line


def test_what_is_fetched_is_found_with_its_sums(case, place):
    assert bring(case) == place
    assert find_source(case.pets, case.root, None) == Source(place)
    with zipfile.ZipFile(place) as archive:
        assert {n: archive.read(n).decode() for n in archive.namelist()} == FILES
    facts = json.loads((case.data / ".pets-2026.json").read_text())
    assert facts["sha256"] == file_sum(place)
    assert fetched_sums(case.pets, case.root) == facts["files"]
    assert set(facts["files"]) == set(FILES)
    assert sorted(p.name for p in case.data.iterdir()) == [".pets-2026.json", "pets-2026.zip"]


def test_it_is_not_downloaded_again_unless_asked_or_changed(case, place):
    for times, again in ((1, False), (1, False), (2, True)):
        bring(case, again)
        assert case.stub.count("DownloadDataFiles") == times
    place.write_bytes(b"mine")
    bring(case)
    assert zipfile.is_zipfile(place)


@pytest.mark.parametrize(
    ("method", "fault", "said"),
    [
        ("GetCompetition", (401, b""), "new token"),
        ("GetCompetition", (404, b""), "look at the slug"),
        ("GetCompetition", (200, "<html>"), "login page"),
        (
            "DownloadDataFiles",
            (403, b""),
            "accept the rules at https://www.kaggle.com/competitions/pets-2026",
        ),
        ("DownloadDataFiles", (404, {"error": {"code": 404, "message": "No such"}}), "404 (No such)"),
        ("DownloadDataFiles", (429, b""), "wait a minute"),
        ("DownloadDataFiles", (500, b""), "the fault is Kaggle's"),
        ("DownloadDataFiles", "reset", "look at the network"),
        ("DownloadDataFiles", (200, b"not a redirect"), "must deliver pets-2026.zip"),
        ("GET", (403, b"<Error>expired</Error>"), "403"),
        ("GET", (200, "<html>log in first</html>"), "whole zip"),
        ("GET", "cut-silently", "truncated"),
        ("GET", "cut", "cut off"),
    ],
)
def test_what_goes_wrong_leaves_nothing_that_a_later_run_believes(
    case, place, monkeypatch, method, fault, said
):
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    case.shared = InProcess()  # the library sleeps for a minute between its own attempts
    case.stub.faults[method] = [fault] * 9
    assert said in complaint(case)
    assert list(case.data.iterdir()) == []
    assert find_source(case.pets, case.root, None).is_toy
    case.stub.faults.clear()
    assert zipfile.is_zipfile(bring(case))


def test_rules_that_are_not_accepted(case, place):
    case.stub.about = {}
    case.stub.faults["DownloadDataFiles"] = [(403, b"")]
    assert "join at https://www.kaggle.com/competitions/pets-2026/rules" in complaint(case)


@pytest.mark.parametrize("content", [zipped({"../evil.csv": "a"}), b"", b"<html>", zipped(FILES)[:-9]])
def test_a_bad_zip_leaves_the_good_one(case, place, content):
    bring(case)
    before = place.read_bytes()
    case.stub.data = content
    with pytest.raises(PodiumError, match=r"pets-2026\.zip from Kaggle must"):
        bring(case, again=True)
    assert place.read_bytes() == before


@pytest.mark.parametrize("method", ["DownloadDataFiles", "GET"])
def test_a_server_that_never_answers_ends_in_our_time_out(case, place, monkeypatch, method):
    monkeypatch.setenv("PODIUM_KAGGLE_TIMEOUT", "1.5")
    case.shared = None
    case.stub.faults[method] = ["hang"]
    assert "within 1.5 s" in complaint(case)
    assert list(case.data.iterdir()) == []


def test_a_slow_download_that_goes_on_is_waited_for(case, place, monkeypatch):
    monkeypatch.setenv("PODIUM_KAGGLE_TIMEOUT", "2")
    case.shared = None
    case.stub.data = zipped({"noise": random.Random(0).randbytes(5 << 20)})
    case.stub.faults["GET"] = ["drip"]
    started = time.monotonic()
    assert zipfile.is_zipfile(bring(case))
    assert time.monotonic() - started > 3


KILLED = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from support.makers import make_competition
from podium.kaggle.client import Client
from podium.kaggle.download import fetch
fetch(make_competition(), Path({root!r}), Client(), print)
"""


def test_a_killed_download_leaves_nothing_that_is_believed(case, place):
    case.stub.faults["GET"] = ["hang"]
    code = KILLED.format(tests=os.path.dirname(os.path.dirname(__file__)), root=str(case.root))
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL) as ran:
        deadline = time.monotonic() + 20
        while not case.stub.count("GET") and time.monotonic() < deadline:
            time.sleep(0.02)
        ran.send_signal(signal.SIGKILL)
    assert len(list(case.data.iterdir())) == 1
    assert find_source(case.pets, case.root, None).is_toy
    bring(case)
    assert sorted(p.name for p in case.data.iterdir()) == [".pets-2026.json", "pets-2026.zip"]


def test_one_fetch_at_a_time(case, place):
    with _locked(case.data), pytest.raises(StoreError, match="one fetch at a time"):
        bring(case)


def test_a_folder_has_the_sums_of_its_zip(tmp_path, case):
    files = {"train.csv": "a", "photos/1.png": "b", "photos/cats/2.png": "c", ".hidden": "d"}
    path = tmp_path / "some.zip"
    path.write_bytes(zipped(files))
    folder = unpack(Source(path), case.pets, tmp_path / "cache")
    (folder / "photos" / ".DS_Store").write_text("noise")
    assert folder_sums(folder) == zip_sums(path)
    assert set(folder_sums(folder)) == {"train.csv", "photos/"}
    before = folder_sums(folder)
    (folder / "photos" / "1.png").write_text("other")
    assert {n for n, s in folder_sums(folder).items() if before[n] != s} == {"photos/"}


def test_many_files_have_one_sum(tmp_path):
    for i in range(30):
        (tmp_path / f"{i}.png").write_text(str(i))
    (tmp_path / "train.csv").write_text("a")
    assert set(folder_sums(tmp_path)) == {"*.png", "*.csv"}


def test_a_ruined_note_of_the_sums_is_as_none(case, place):
    bring(case)
    (case.data / ".pets-2026.json").write_text("{oops")
    assert fetched_sums(case.pets, case.root) == {}
    assert Store(case.data).read_json(case.data / ".pets-2026.json") is None
    bring(case)
    assert fetched_sums(case.pets, case.root)
