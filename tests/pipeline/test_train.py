"""Runs that are killed, repeated, changed or disturbed."""

import json
import os
import shutil
import signal
import time

import numpy as np
import pandas as pd
import pytest

from support.command_line import answered, podium, podium_imports, started
from support.tiny import ROSTER, make_root


def store(root):
    return root / "submissions" / "tiny" / "toy"


def the_csv(root):
    (path,) = store(root).glob("toy-submission-*.csv")
    return path


def fold_times(root):
    return {p: p.stat().st_mtime_ns for p in store(root).glob("models/*/fold-*.npz")}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    root = make_root(tmp_path_factory.mktemp("undisturbed"))
    ran = podium(root, "submit", "tiny")
    assert ran.returncode == 0, ran.stderr
    return root


def test_the_submission_follows_the_sample_and_says_toy(undisturbed):
    frame = pd.read_csv(the_csv(undisturbed))
    sample = pd.read_csv(store(undisturbed) / "data" / "toy" / "sample_submission.csv")
    assert list(frame.columns) == ["name", "kind"]
    assert frame["name"].tolist() == sample["name"].tolist()
    assert set(frame["kind"]) == {"even", "odd", "zero"}


def test_the_manifest_says_what_ran(undisturbed):
    path = the_csv(undisturbed)
    manifest = json.loads(path.with_suffix(".json").read_text())
    assert manifest["toy"] is True
    assert manifest["rows"] == len(pd.read_csv(path))
    assert 0 < manifest["standard_error"] < manifest["score"] <= 1
    assert {"python", "numpy", "scikit-learn"} <= set(manifest["versions"])
    assert all(m["params"] == ROSTER[m["name"]] for m in manifest["models"])
    assert {"sha256", "data_id", "folds_id", "seed", "git_commit"} <= set(manifest)


def test_the_leaderboard_ranks_models_blends_and_the_constant(undisturbed):
    rows = pd.read_csv(store(undisturbed) / "leaderboard.csv")
    assert rows["score"].is_monotonic_decreasing
    assert set(rows["name"]) == {*ROSTER, "both", "mean", "rank-mean", "weights", "greedy", "stacking"}
    scores = rows.set_index("name")["score"]
    assert scores["constant"] < scores["gaussian-nb"]
    assert rows["submitted"].sum() == 1


def test_an_average_is_the_mean_of_the_models_that_it_names(undisturbed):
    rows = pd.read_csv(store(undisturbed) / "leaderboard.csv").set_index("name")
    assert rows.loc["both", "kind"] == "blend"
    folds = [
        [np.load(path)["valid"] for path in sorted(store(undisturbed).glob(f"models/{name}-*/fold-*.npz"))]
        for name in ("gaussian-nb", "ridge")
    ]
    expected = np.mean([np.concatenate(parts) for parts in folds], axis=0)
    found = [np.load(p)["oof"] for p in store(undisturbed).glob("blends/mean-*.npz")]
    assert any(np.allclose(np.sort(o, axis=0), np.sort(expected, axis=0)) for o in found)


def test_a_second_run_fits_nothing_and_loads_no_tensorflow(undisturbed):
    before, csv = fold_times(undisturbed), the_csv(undisturbed).read_bytes()
    ran, loaded = podium_imports(undisturbed, "submit", "tiny")
    assert ran.returncode == 0
    assert ran.stderr == ""
    assert "tensorflow" not in loaded
    assert ran.stdout.count("kept from an earlier run") == 5 * len(ROSTER)
    assert fold_times(undisturbed) == before
    assert the_csv(undisturbed).read_bytes() == csv


@pytest.mark.parametrize("finished", [3, pytest.param(16, marks=pytest.mark.slow)])
def test_a_killed_run_goes_on_to_the_same_bytes(undisturbed, tmp_path, finished):
    root = make_root(tmp_path)
    process = started(root, ["submit", "tiny"], [tmp_path / "stdout", tmp_path / "stderr"])
    deadline = time.monotonic() + 60
    while len(fold_times(root)) < finished and time.monotonic() < deadline:
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    kept = fold_times(root)
    assert len(kept) >= finished
    assert podium(root, "submit", "tiny").returncode == 0
    assert {path: fold_times(root)[path] for path in kept} == kept
    assert the_csv(root).read_bytes() == the_csv(undisturbed).read_bytes()
    assert the_csv(root).name == the_csv(undisturbed).name


def test_a_changed_parameter_fits_that_model_only(tmp_path):
    quick = {"gaussian-nb": {}, "ridge": {}}
    root = make_root(tmp_path, quick)
    assert podium(root, "submit", "tiny").returncode == 0
    before = fold_times(root)
    make_root(tmp_path, {**quick, "ridge": {"alpha": 3.0}})
    assert podium(root, "submit", "tiny").returncode == 0
    added = set(fold_times(root)) - set(before)
    assert {path.parent.name.rpartition("-")[0] for path in added} == {"ridge"}
    assert len(added) == 5
    assert {path: fold_times(root)[path] for path in before} == before


@pytest.mark.slow
def test_a_warm_start_goes_on_from_the_weights_of_the_same_fold(tmp_path):
    root = make_root(tmp_path, {"gaussian-nb": {}, "mlp": {"epochs": 8}}, folds=2)
    assert podium(root, "submit", "tiny", "--warm-start").returncode == 0  # from nothing
    cold = set(fold_times(root))
    make_root(tmp_path, {"gaussian-nb": {}, "mlp": {"epochs": 4}}, folds=2)
    ran = podium(root, "submit", "tiny", "--warm-start")
    assert ran.returncode == 0, ran.stderr
    warm = set(fold_times(root)) - cold
    assert {path.parent.name.rpartition("-")[0] for path in warm} == {"mlp"}
    for after in warm:
        (before,) = (path for path in cold if "mlp" in str(path) and path.name == after.name)
        losses = [np.load(path)["loss"] for path in (before, after)]
        assert losses[1][0] < losses[0][0]
        assert abs(losses[1][0] - losses[0][-1]) < abs(losses[1][0] - losses[0][0])
    rows = pd.read_csv(store(root) / "leaderboard.csv").set_index("name")
    origin = rows.loc["mlp", "origin"]
    assert (store(root) / "models" / f"mlp-{origin}" / "fold-0.npz") in cold
    (root / "nines").write_text(",".join("9" * 16))
    asked = podium(root, "predict", "tiny", "nines")
    assert len(answered(asked)) == 1


def test_a_run_adds_to_what_was_trained_before(tmp_path):
    root = make_root(tmp_path, {"gaussian-nb": {}, "ridge": {}, "multinomial-nb": {}})
    assert podium(root, "submit", "tiny").returncode == 0
    together = (store(root) / "leaderboard.json").read_bytes(), the_csv(root).read_bytes()
    shutil.rmtree(store(root))
    for models in ("multinomial-nb", "ridge", "gaussian-nb"):
        ran = podium(root, "submit", "tiny", "--models", models)
        assert ran.returncode == 0, ran.stderr
    boards = together[0], (store(root) / "leaderboard.json").read_bytes()
    rows = [json.loads(board)["entries"] for board in boards]
    for entry in [*rows[0], *rows[1]]:
        del entry["fit_seconds"], entry["predict_seconds"]
    assert rows[1] == rows[0]
    assert together[1] in [path.read_bytes() for path in store(root).glob("toy-submission-*.csv")]


def test_a_run_in_which_the_model_fails_keeps_the_others_on_the_board(tmp_path):
    failing = "multinomial-nb"  # whose traceback lies among the folders of models
    root = make_root(tmp_path, {"gaussian-nb": {}, failing: {"alpha": -1.0}})
    assert podium(root, "submit", "tiny", "--models", "gaussian-nb").returncode == 0
    before = pd.read_csv(store(root) / "leaderboard.csv").set_index("name")
    for _ in range(2):
        assert podium(root, "submit", "tiny", "--models", failing).returncode == 1
    after = pd.read_csv(store(root) / "leaderboard.csv").set_index("name")
    assert after.loc[failing, "kind"] == "failed"
    assert after.loc["gaussian-nb", "score"] == before.loc["gaussian-nb", "score"]
    assert after["submitted"].idxmax() == "gaussian-nb"


def test_a_model_that_fails_gets_a_row_and_the_others_go_on(tmp_path):
    root = make_root(tmp_path, {"ridge": {"alpha": -1.0}, "gaussian-nb": {}, "sgd": {"no_such": 1}})
    ran = podium(root, "submit", "tiny")
    assert ran.returncode == 1
    assert "failed: ridge, sgd" in ran.stderr
    rows = pd.read_csv(store(root) / "leaderboard.csv").set_index("name")
    assert "alpha" in rows.loc["ridge", "note"]
    assert "no_such" in rows.loc["sgd", "note"]
    assert rows.loc["gaussian-nb", "score"] > rows.loc["constant", "score"]
    assert the_csv(root).exists()
    assert "Traceback" in (store(root) / "models" / "ridge.failed.txt").read_text()


def test_a_damaged_fold_file_is_made_again(tmp_path):
    root = make_root(tmp_path, {"gaussian-nb": {}})
    podium(root, "submit", "tiny")
    csv = the_csv(root).read_bytes()
    damaged = min(fold_times(root))
    damaged.write_bytes(damaged.read_bytes()[:100])
    ran = podium(root, "submit", "tiny")
    assert ran.returncode == 0
    assert ran.stdout.count("kept from an earlier run") == 9
    assert the_csv(root).read_bytes() == csv
