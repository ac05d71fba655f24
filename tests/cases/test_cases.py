"""What real competitions ask for, from loading to the page: it is trained, blended, ranked and written."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from podium.cli.terminal import make_console, print_leaderboard
from podium.pipeline.progress import SilentProgress
from podium.pipeline.remarks import remarks
from podium.pipeline.session import open_session
from podium.pipeline.submit import submit
from podium.pipeline.train import train
from podium.report.results import read_results, results_of
from podium.report.run import write_page
from support.cases import CASES, M, N


@pytest.fixture(scope="module", params=CASES)
def run(request, tmp_path_factory):
    """A whole run of a case: its session, what it gave, the file and the page."""
    root = tmp_path_factory.mktemp("case")
    with open_session(CASES[request.param](), root, None) as session:
        lines = remarks(session)
        outcome = train(session, [], SilentProgress())
        path = submit(session, outcome)
        page = write_page(session, results_of(session, outcome, outcome.leaderboard))
        yield request.param, session, outcome, path, page, lines


def test_a_model_beats_the_constant_and_every_score_has_its_error_bar(run):
    name, session, outcome, *_ = run
    assert not outcome.failures
    scores = {entry.name: entry for entry in outcome.leaderboard.entries}
    assert {"constant", "table-ridge", "mean", "weights", "greedy"} <= set(scores), name
    for entry in scores.values():
        assert np.isfinite(entry.score)
        assert entry.standard_error >= 0
        assert np.isfinite(entry.behind_error)
        assert 0 <= entry.p_value <= 1
    best = outcome.leaderboard.best
    assert session.metric.gain(best.score, over=scores["constant"].score) > 2 * best.standard_error


def test_blends_are_no_worse_than_noise_explains(run):
    _, session, outcome, *_ = run
    scores = {entry.name: entry.score for entry in outcome.leaderboard.entries}
    worst = min(
        scores["table-ridge"], scores["table-hist-gradient-boosting"], key=lambda s: session.metric.gain(s, 0)
    )
    assert session.metric.gain(scores["weights"], over=worst) > -0.1 * abs(worst)


def test_the_file_is_the_sample_with_answers(run):
    name, session, _, path, *_ = run
    written = pd.read_csv(path)
    sample = session.sample
    assert list(written) == list(sample)
    assert written["id"].astype(str).tolist() == sample["id"].tolist()
    assert len(written) == (2 * M if name == "several rows for one" else M)
    manifest = json.loads(path.with_suffix(".json").read_text())
    assert manifest["rows"] == len(written)
    if name == "a column for each class":
        assert np.allclose(written.iloc[:, 1:].sum(axis=1), 1)
    if name == "top labels and rare classes":
        assert (written["target"].str.split().str.len() == 3).all()
    if name == "sets of labels":
        assert set(np.unique(written[["toxic", "threat"]])) <= {0, 1}


def test_the_run_is_shown_on_the_terminal_and_a_page(run):
    _, session, outcome, _, page, _ = run
    print_leaderboard(make_console(), outcome.leaderboard)
    text = page.read_text()
    assert outcome.leaderboard.best.name in text
    assert not re.search(r">\s*nan\b", text, re.IGNORECASE)
    again = read_results(session, outcome.leaderboard)
    assert len(again.predictions) == len(outcome.predictions)
    assert not again.missing


def test_rows_that_are_never_scored_are_told(run):
    name, session, outcome, _, _, lines = run
    never = {"top labels and rare classes": 1, "accuracy with rare classes": 1}.get(name, 0)
    if name == "time":
        never = int((session.folds.valid_fold == -1).sum())
        assert never > 0
    assert outcome.leaderboard.rows == N - never
    assert any("never scored" in line for line in lines) == bool(never)
    assert all(len(p.oof) == N - never for p in outcome.predictions)


def test_thresholds_are_searched_for_labels_alone(run):
    name, _, outcome, *_ = run
    names = {entry.name for entry in outcome.leaderboard.entries}
    assert ("threshold" in names) == (name in ("sets of labels", "ordered classes"))
