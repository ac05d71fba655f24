"""The report: each number checked by hand, and the page against the store."""

import json
import re
import shutil
import time
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from podium.audit.finding import Finding
from podium.kaggle.ledger import SubmissionRecord, open_ledger, read_ledger
from podium.metrics import get_metric
from podium.pipeline.blend import blend
from podium.pipeline.leaderboard import Entry, Leaderboard
from podium.pipeline.session import Session
from podium.plots.catalogue import balance
from podium.plots.prediction_figures import (
    Predicted,
    calibration_error,
    confusion,
    predicted_and_true,
    prediction_figures,
    reliability,
    wilson,
)
from podium.report.comparisons import (
    comparisons,
    differences,
    error_correlation,
    fold_by_fold,
    learning_curves,
    mean_curve,
    public_scores,
)
from podium.report.contributions import without_each
from podium.report.error_galleries import galleries
from podium.report.intervals import interval, make_scale
from podium.report.kaggle_scores import paired_scores, with_kaggle_scores
from podium.report.run import summary, write_page
from podium.storage.store import Store
from support.makers import answers as sure_answers
from support.makers import make_competition, make_dataset, make_predictions, make_results
from support.tiny import make_root, podium, podium_imports

Y = np.array([0, 0, 0, 1, 1, 1, 0, 1])
ACCURACY, RMSE = get_metric("accuracy"), get_metric("rmse")
MOST_BYTES, MOST_SECONDS = 3_000_000, 30


def with_hits(*hits, sure=0.9):
    """Probabilities of two classes, right where `hits` says so."""
    return sure_answers(np.where(np.array(hits, bool), Y, 1 - Y), 2, sure)


ALL, HALF = with_hits(*[1] * 8), with_hits(1, 0, 1, 0, 1, 0, 1, 0)
RESULTS = make_results(Y, {"half": HALF, "all": ALL, "seven": with_hits(1, 1, 1, 1, 1, 1, 1, 0)})


def test_fold_by_fold_shows_what_each_scored():
    # Rows 0, 2, 4, 6 are scored in the first fold, the others in the second.
    table = fold_by_fold(RESULTS).table
    assert table.loc["half"].tolist() == [1, 0]
    assert table.loc["seven"].tolist() == [1, 0.75]
    assert table.index.tolist() == ["all", "seven", "half"]


def test_differences_are_gains_over_the_other_with_p_values_for_all_at_once():
    table = differences(RESULTS).table
    assert table.index.tolist() == ["all over seven", "all over half", "seven over half"]
    assert table["better by"].tolist() == [0.125, 0.5, 0.375]
    # Of all over half the folds differ by 0 and 1: variance 1/2, error sqrt((1/2 + 1) / 2), and t = .57735
    # with one degree of freedom, which is the tangent of 30 of 90 degrees.
    assert table["standard error"].iloc[1] == pytest.approx(0.8660254)
    assert table["p"].iloc[1] == pytest.approx(2 / 3)
    assert (table["p by Holm"] == 1).all()


def test_of_a_metric_whose_small_values_are_better_the_gain_is_turned():
    results = make_results(
        [1, 2, 3, 4], {"off": [[2], [3], [4], [6]], "near": [[1], [2], [3], [5]]}, "rmse", classes=None
    )
    assert differences(results).table.index.tolist() == ["near over off"]
    assert (differences(results).table["better by"] > 0).all()


def test_calibration_counts_rows_and_shares_by_hand():
    oof = [[0.9, 0.1], [0.9, 0.1], [0.1, 0.9], [0.45, 0.55]]
    bins = reliability(np.array(oof), np.array([0, 1, 1, 0]))
    assert bins.index.tolist() == ["0.53 to 0.60", "0.87 to 0.93"]
    assert bins["rows"].tolist() == [1, 3]
    assert bins["right"].tolist() == pytest.approx([0, 2 / 3])
    assert bins["confidence"].tolist() == pytest.approx([0.55, 0.9])
    assert calibration_error(bins) == pytest.approx((0.55 + 3 * (0.9 - 2 / 3)) / 4)


def test_wilson_s_interval_of_eight_in_ten():
    low, high = wilson(np.array([0.8]), np.array([10]))
    assert (low[0], high[0]) == pytest.approx((0.4902, 0.9433), abs=1e-4)


def shown(results):
    return Predicted(results.chosen.name, results.dataset, results.chosen.oof)


def test_the_confusion_matrix_counts_labels_by_answers():
    results = make_results(Y, {"seven": with_hits(1, 0, 0, 1, 1, 0, 1, 1)}, classes=np.array(["cat", "dog"]))
    figure = confusion(shown(results))
    assert figure.table.to_numpy().tolist() == [[2, 2], [1, 3]]
    assert "3 of 8 are wrong" in figure.alt
    assert "true cat predicted as dog (2\N{MULTIPLICATION SIGN})" in figure.alt


def test_of_many_classes_the_commonest_mistakes_are_listed():
    y = np.arange(40) % 20
    oof = sure_answers(np.where(y == 3, 7, y), 20)
    table = confusion(shown(make_results(y, {"m": oof}, classes=np.arange(20)))).table
    assert table.iloc[0].tolist() == [2]
    assert table.index[0] == "3 as 7"


def test_models_that_miss_the_same_rows_err_alike():
    results = make_results(Y, {"a": ALL + 0.01 * HALF, "b": ALL + 0.02 * HALF, "c": 1 - HALF})
    table = error_correlation(results).table
    assert table.shape == (3, 3)
    named = {name.split()[0]: row.tolist() for name, row in table.iterrows()}
    order = list(named)
    assert named["a"][order.index("b")] == pytest.approx(1)
    assert named["a"][order.index("c")] == pytest.approx(-1)


@pytest.mark.parametrize("metric", [ACCURACY, get_metric("log_loss")])
def test_a_blend_without_a_member_is_the_blend_of_the_others(metric):
    rng = np.random.default_rng(0)
    y, folds = rng.integers(3, size=90), RESULTS.folds
    folds = replace(folds, valid_fold=np.arange(90) % 5)
    members = [
        make_predictions(0.6 * sure_answers(y, 3) + 0.4 * rng.dirichlet([1, 1, 1], 90), f"m{i}")
        for i in range(4)
    ]
    dataset = make_dataset(y)
    results = replace(RESULTS, dataset=dataset, folds=folds, metric=metric)
    found = without_each(members, results)
    whole = np.array(blend("weights", members, y, dataset.task, folds, metric).fold_scores)
    rest = np.array(blend("weights", members[1:], y, dataset.task, folds, metric).fold_scores)
    sign = 1 if metric.greater_is_better else -1
    assert found["m0"].difference == pytest.approx(float((sign * (whole - rest)).mean()))
    assert list(found) == ["m0", "m1", "m2", "m3"]


def test_learning_curves_are_means_over_the_folds_that_are_still_running():
    assert mean_curve([[4, 2, 1], [2, 1]]).tolist() == [3, 1.5, 1]
    assert mean_curve([[], []]).tolist() == []
    assert learning_curves(RESULTS) is None
    network = replace(RESULTS.predictions[0], details={"losses": [[4, 2], [2, 1]]})
    figure = learning_curves(replace(RESULTS, predictions=(network, *RESULTS.predictions[1:])))
    assert figure.table["all"].tolist() == [3, 1.5]


def test_numbers_get_predictions_over_truth_and_errors():
    y = np.arange(100.0)
    results = make_results(y, {"m": (y + np.where(y < 10, 5, 0))[:, None]}, "rmse", classes=None)
    table = predicted_and_true(shown(results)).table
    assert table["root mean square error"].tolist() == [5] + [0] * 9
    assert table["true mean"].iloc[0] == 4.5
    figures = prediction_figures("m", results.dataset, results.chosen.oof)
    assert [f.title for f in figures] == ["Predicted and true", "Errors"]
    assert [f.title for f in comparisons(results, [])] == ["Scores per fold"]
    (gallery,) = galleries(results)
    assert gallery.cards[0].verdict == "row 0: true 0, predicted 5; off by +5"


def entry(name, score, error=0.01, **changes):
    return Entry(name, "model", score, error, tied=score == 0.9, **changes)


def board(*entries, metric="accuracy"):
    return Leaderboard("pets", metric, False, 600, entries)


def test_the_scale_holds_the_best_and_leaves_the_worst_out():
    scale = make_scale(board(entry("a", 0.9), entry("b", 0.85), entry("constant", 0.1)))
    assert scale.holds(0.9 + 0.0196)
    assert scale.holds(0.85)
    assert not scale.holds(0.1)
    assert scale.at(0.85) < scale.at(0.9)
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


def test_the_summary_says_who_is_best_and_what_noise_hides():
    best = replace(entry("a", 0.9), submitted=True)
    lines = summary(board(best, entry("b", 0.9), entry("constant", 0.1)), 5)
    assert lines == [
        "Best: the a model, out-of-fold accuracy 0.90000 ± 0.01000 on 600 rows (5 folds). "
        "Statistically tied with b.",
        "Baseline that predicts the same for every row: 0.10000.",
    ]
    assert "up to 0.50% of other rows may be" in summary(board(entry("a", 1.0, error=0.0)), 5)[1]


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
    table = board(entry("a", 0.9, id="77"), entry("b", 0.8, id="79"), entry("a", 0.7))
    sent, never, old = with_kaggle_scores(table, pets, tmp_path).entries
    assert (sent.public, sent.private, sent.percentile) == (0.88, 0.87, 50.0)
    assert (never.public, old.public) == (None, None)
    assert with_kaggle_scores(replace(table, is_toy=True), pets, tmp_path).entries[0].public is None
    figure = public_scores(read_ledger(folder), ACCURACY)
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


def test_what_is_known_of_the_data_has_its_place(tmp_path, monkeypatch):
    session = Session(
        make_competition(), tmp_path, Store(tmp_path), False, ACCURACY, RESULTS.dataset, None, RESULTS.folds
    )
    leak = Finding("leak", True, "the <size> tells the label")
    monkeypatch.setattr("podium.report.run.saved_audit", lambda session: [leak])
    text = write_page(session, RESULTS).read_text()
    assert '<li class="alarm">the &lt;size&gt; tells the label</li>' in text
    assert str(balance()(RESULTS.dataset).markup) in text
    assert '<a href="#the-data">' in text


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
