"""Bad input gets one clear line on standard error, exit status 2, and loses nothing."""

import os
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import version

import pandas as pd
import pytest

from podium.storage.store import Store
from support.command_line import complaint, podium
from support.tiny import make_data, make_root

QUICK = {"gaussian-nb": {}}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return make_root(tmp_path_factory.mktemp("checkout"), QUICK)


@pytest.fixture
def data(root, tmp_path):
    return make_data(root, tmp_path)


def edit(path, change):
    frame = pd.read_csv(path, dtype=object)
    change(frame).to_csv(path, index=False)


def set_cell(row, column, value):
    def change(frame):
        frame.loc[row, column] = value
        return frame

    return change


FAULTS = [
    ("train.csv", lambda f: f.drop(columns="p3"), "'p3'"),
    ("train.csv", set_cell(4, "p3", "grey"), "'grey' in column 'p3' of data row 5"),
    ("train.csv", set_cell(4, "p3", None), "an empty cell in column 'p3' of data row 5"),
    ("train.csv", set_cell(4, "p3", "256"), "'256'"),
    ("train.csv", set_cell(4, "kind", "seven"), "'seven'"),
    ("train.csv", lambda f: f[:0], "at least one row"),
    ("test.csv", lambda f: f[:0], "at least one row"),
    ("test.csv", set_cell(4, "name", "row-05"), "'row-05'"),
    ("sample_submission.csv", lambda f: f[1:], "'row-29'"),
    ("sample_submission.csv", set_cell(4, "name", "row-05"), "'row-05'"),
    ("sample_submission.csv", lambda f: f.rename(columns={"kind": "sort"}), "'kind'"),
]


@pytest.fixture(scope="module")
def faulty_runs(root, tmp_path_factory):
    """Each faulty file, and the run that read it."""
    good = make_data(root, tmp_path_factory.mktemp("good"))
    paths = []
    for file, change, _ in FAULTS:
        folder = tmp_path_factory.mktemp("faulty")
        shutil.copytree(good, folder, dirs_exist_ok=True)
        paths.append(folder / "tiny-slug" / file)
        edit(paths[-1], change)
    runs = [podium(root, "submit", "tiny", "--data", path.parents[1]) for path in paths]
    return list(zip(paths, runs, strict=True))


@pytest.mark.parametrize("number", range(len(FAULTS)), ids=[f"{file}: {m}" for file, _, m in FAULTS])
def test_a_bad_file_is_named_with_its_fault(faulty_runs, number):
    path, ran = faulty_runs[number]
    message = FAULTS[number][2]
    line = complaint(ran)
    assert message in line
    assert str(path) in line or message == "'row-05'"


def test_a_truncated_zip_is_refused_and_leaves_nothing(root, data):
    zipped = shutil.make_archive(str(data / "tiny-slug"), "zip", data / "tiny-slug")
    shutil.rmtree(data / "tiny-slug")
    with open(zipped, "r+b") as file:
        file.truncate(os.path.getsize(zipped) // 2)
    assert "truncated" in complaint(podium(root, "submit", "tiny", "--data", data))
    assert not list((root / "submissions").rglob(".unfinished-*"))


def test_a_zip_and_its_folder_give_the_same_submission(data, tmp_path):
    made = []
    for name in ("from-folder", "from-zip"):
        root = make_root(tmp_path / name, QUICK)
        assert podium(root, "submit", "tiny", PODIUM_DATA=str(data)).returncode == 0
        (csv,) = (root / "submissions" / "tiny").glob("submission-*.csv")
        made.append((csv.name, csv.read_bytes()))
        if name == "from-folder":
            with zipfile.ZipFile(data / "tiny-slug.zip", "w") as archive:
                for file in (data / "tiny-slug").iterdir():
                    archive.write(file, file.name)
            shutil.rmtree(data / "tiny-slug")
    assert made[0] == made[1]


def test_data_that_is_not_there_is_asked_for(root, tmp_path):
    line = complaint(podium(root, "submit", "tiny", "--data", tmp_path))
    assert "tiny-slug.zip" in line


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["submit", "tinny"], "did you mean 'tiny'?"),
        (["submit", "tiny", "--models", "rigde"], "did you mean 'ridge'?"),
        (["report", "tiny", "--root", "/"], "competitions/"),
    ],
)
def test_an_unknown_name_gets_a_suggestion(root, words, message):
    assert message in complaint(podium(root, *words))


def test_a_report_before_any_run_says_what_to_do(tmp_path):
    assert "podium submit tiny" in complaint(podium(make_root(tmp_path), "report", "tiny"))


def test_a_report_repeats_the_last_leaderboard(root):
    made = podium(root, "train", "tiny")
    assert made.returncode == 0
    reported = podium(root, "report", "tiny").stdout
    table = [line for line in made.stdout.splitlines() if "gaussian-nb" in line and " cv " in line]
    assert table
    assert table[0] in reported


def test_a_second_run_at_the_same_time_is_refused(tmp_path):
    root = make_root(tmp_path)
    with Store(root / "submissions" / "tiny" / "toy").lock():
        line = complaint(podium(root, "train", "tiny"))
    assert f"process {os.getpid()}" in line
    assert podium(root, "train", "tiny", "--models", "gaussian-nb").returncode == 0


def test_a_disk_that_fills_while_writing_loses_nothing(tmp_path):
    root = make_root(tmp_path, QUICK)
    data = make_data(root, tmp_path / "data")
    words = ["submit", "tiny", "--data", str(data)]
    assert podium(root, *words).returncode == 0
    store = root / "submissions" / "tiny"
    before = {p: p.read_bytes() for p in store.rglob("*") if p.is_file() and p.name != "lock"}
    make_root(tmp_path, {**QUICK, "ridge": {}})
    limited = (
        "import resource, runpy, sys\n"
        f"sys.argv = ['podium', *{words!r}]\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))\n"
        "runpy.run_module('podium', run_name='__main__')"
    )
    ran = subprocess.run([sys.executable, "-B", "-c", limited], cwd=root, capture_output=True, text=True)
    assert "fold-0.model must be writable" in complaint(ran)
    assert {p: p.read_bytes() for p in before} == before
    assert not list(store.rglob(".unfinished-*"))
    assert podium(root, *words).returncode == 0


def test_the_version_is_that_of_the_package(tmp_path):
    ran = podium(tmp_path, "--version")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split() == ["podium", version("podium")]
