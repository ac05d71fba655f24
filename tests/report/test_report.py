"""The page of a run against the store, and all competitions side by side."""

import json
import re
import shutil
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from podium.audit.finding import Finding
from podium.pipeline.leaderboard import Entry, Leaderboard
from podium.pipeline.session import Session
from podium.plots.catalogue import balance
from podium.report.run import summary, write_page
from podium.storage.store import Store
from support.command_line import podium, podium_imports
from support.makers import answers, make_competition, make_results
from support.tiny import make_root

MOST_BYTES = 3_000_000
MOST_SECONDS = 30


def entry(name, score, error=0.01, **changes):
    return Entry(name, "model", score, error, tied=score == 0.9, **changes)


def board(*entries, metric="accuracy"):
    return Leaderboard("pets", metric, False, 600, entries)


def test_the_summary_says_who_is_best_and_what_noise_hides():
    best = replace(entry("a", 0.9), submitted=True)
    lines = summary(board(best, entry("b", 0.9), entry("constant", 0.1)), 5)
    assert lines == [
        "Best: the a model, out-of-fold accuracy 0.90000 ± 0.01000 on 600 rows (5 folds). "
        "Statistically tied with b.",
        "Baseline that predicts the same for every row: 0.10000.",
    ]
    assert "up to 0.50% of other rows may be" in summary(board(entry("a", 1.0, error=0.0)), 5)[1]


def test_what_is_known_of_the_data_has_its_place(tmp_path, monkeypatch):
    y = np.arange(8) % 2
    results = make_results(y, {"m": answers(y, 2)})
    session = Session(
        make_competition(),
        tmp_path,
        Store(tmp_path),
        False,
        results.metric,
        results.dataset,
        None,
        results.folds,
    )
    leak = Finding("leak", True, "the <size> tells the label")
    monkeypatch.setattr("podium.report.run.saved_audit", lambda session: [leak])
    text = write_page(session, results).read_text()
    assert '<li class="alarm">the &lt;size&gt; tells the label</li>' in text
    assert str(balance()(results.dataset).markup) in text
    assert '<a href="#data">' in text


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A checkout in which the tiny competition has been trained, with its store."""
    root = make_root(tmp_path_factory.mktemp("checkout"), {"constant": {}, "gaussian-nb": {}, "ridge": {}})
    made = podium(root, "submit", "tiny")
    assert made.returncode == 0, made.stderr
    store = root / "submissions" / "tiny" / "toy"
    assert f"page: {store / 'leaderboard.html'}" in made.stdout
    return root, store


@pytest.fixture
def copied(run, tmp_path):
    shutil.copytree(run[0], tmp_path / "root")
    return tmp_path / "root", tmp_path / "root" / "submissions" / "tiny" / "toy"


def test_the_page_can_be_drawn_again_from_the_store_to_the_byte_without_tensorflow(copied):
    root, store = copied
    before = (store / "leaderboard.html").read_bytes()
    assert len(before) < MOST_BYTES
    assert not re.search(rb"\bnan\b", before)
    (store / "leaderboard.html").unlink()
    started = time.monotonic()
    ran, loaded = podium_imports(root, "report", "tiny")
    assert ran.returncode == 0, ran.stderr
    assert time.monotonic() - started < MOST_SECONDS
    assert (store / "leaderboard.html").read_bytes() == before
    assert not loaded & {"tensorflow", "keras", "xgboost", "kaggle"}


def test_a_run_with_nothing_to_fit_draws_its_page_only_if_what_it_shows_has_changed(copied):
    root, store = copied
    page = store / "leaderboard.html"
    before = page.stat().st_mtime_ns
    assert podium(root, "submit", "tiny").returncode == 0
    assert page.stat().st_mtime_ns == before
    declaration = root / "competitions" / "tiny" / "competition.py"
    declaration.write_text(declaration.read_text().replace('title="tiny"', 'title="Tiny digits"'))
    assert podium(root, "submit", "tiny").returncode == 0
    assert "Tiny digits" in page.read_text()


def test_the_csv_beside_the_page_holds_the_same_entries(run):
    _, store = run
    listed = pd.read_csv(store / "leaderboard.csv", dtype={"id": str})
    entries = json.loads((store / "leaderboard.json").read_text())["entries"]
    assert listed["name"].tolist() == [e["name"] for e in entries]
    assert listed["score"].tolist() == pytest.approx([e["score"] for e in entries])
    names = {e["name"] for e in entries if e["id"]}
    assert names == {
        "constant",
        "gaussian-nb",
        "ridge",
        "both",
        "mean",
        "rank-mean",
        "weights",
        "greedy",
        "stacking",
    }


def test_json_is_all_that_is_printed_when_it_is_asked_for(run):
    root, store = run
    said = json.loads(podium(root, "report", "tiny", "--json").stdout)
    assert said == json.loads((store / "leaderboard.json").read_text())
    (line,) = json.loads(podium(root, "report", "--json").stdout)
    assert line["competition"] == "tiny"
    assert line["is_toy"]


def test_an_entry_whose_predictions_are_gone_is_named_and_the_others_are_drawn(copied):
    root, store = copied
    (gone,) = store.glob("models/gaussian-nb-*")
    (gone / "fold-2.npz").unlink()
    ran = podium(root, "report", "tiny")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "figures are without gaussian-nb" in (store / "leaderboard.html").read_text()


@pytest.mark.parametrize("lost", ["predictions", "data", "ids"])
def test_without_what_it_is_drawn_from_the_table_still_stands_and_the_page_is_left(copied, lost):
    root, store = copied
    before = (store / "leaderboard.html").read_bytes()
    if lost == "predictions":
        shutil.rmtree(store / "models")
        shutil.rmtree(store / "blends")
    elif lost == "data":
        shutil.copytree(store / "data" / "toy", root / "competitions" / "tiny" / "data")
    else:
        board = json.loads((store / "leaderboard.json").read_text())
        for one in board["entries"]:
            del one["id"]
        (store / "leaderboard.json").write_text(json.dumps(board))
    ran = podium(root, "report", "tiny")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "ridge" in ran.stdout
    (line,) = [line for line in ran.stdout.splitlines() if line.startswith("page: ")]
    assert "not drawn" in line
    assert ("--data" if lost == "data" else "podium submit tiny") in line
    assert (store / "leaderboard.html").read_bytes() == before


def test_the_overview_has_a_line_for_each_competition(copied):
    root, _ = copied
    other = root / "competitions" / "other"
    other.mkdir()
    text = (root / "competitions" / "tiny" / "competition.py").read_text()
    (other / "competition.py").write_text(text.replace('name="tiny"', 'name="other"'))
    ran = podium(root, "report")
    assert (ran.returncode, ran.stderr) == (0, "")
    rows = {words[0]: words[1:] for line in ran.stdout.splitlines() if (words := line.split())}
    assert rows["other"] == ["accuracy", "not", "run", "yet"]
    assert rows["tiny"][:3] == ["(toy)", "60", "accuracy"]
    page = (root / "submissions" / "overview.html").read_text()
    assert 'href="tiny/toy/leaderboard.html"' in page
