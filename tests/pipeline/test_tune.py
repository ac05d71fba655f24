"""A search is deterministic, goes on where it was stopped, wastes no fits on hopeless parameters, and does
not flatter what it found."""

import json
import os
import re
import signal
import time

import numpy as np
import pandas as pd
import pytest

from podium.competition.registry import get_competition
from podium.errors import CompetitionError, ModelError, StoreError
from podium.pipeline import tune as module
from podium.pipeline.trials import COMPLETE, FAILED, RUNNING, STOPPED
from support.command_line import complaint, podium, started
from support.tuned import Recorded, own_data, tuned, tuned_root


@pytest.fixture
def root(tmp_path):
    return tuned_root(tmp_path)


@pytest.fixture
def data(tmp_path):
    return own_data(tmp_path / "data")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """A checkout, its data, and what six trials found there."""
    root = tuned_root(tmp_path_factory.mktemp("undisturbed"))
    data = own_data(root / "data")
    return root, data, tuned(root, data)


def store(root):
    return root / "submissions" / "pets"


def fits(root):
    """When each fold of a trial was written."""
    return {path: path.stat().st_mtime_ns for path in store(root).glob("tuning/models/*/fold-*.npz")}


def the_file(root):
    return root / "competitions" / "pets" / "tuned.json"


def test_the_first_trial_has_the_roster_s_parameters_and_better_ones_are_found(undisturbed):
    _, _, found = undisturbed
    assert found.trials[0].params == {"at": 15.0}
    assert found.scores["roster"][0] == found.trials[0].score == pytest.approx(0.59)
    assert found.best.score == found.scores["best"][0]
    assert found.scores["roster"][0] < found.scores["nested"][0] <= found.scores["best"][0]
    gain = found.scores["nested"][0] - found.scores["roster"][0]
    assert found.gain.difference == pytest.approx(gain)
    assert 0 < found.gain.standard_error < gain
    assert not found.gain.is_tie


def test_hopeless_trials_are_stopped_before_their_last_fold(undisturbed):
    root, _, found = undisturbed
    states = {trial.number: trial.state for trial in found.trials}
    stopped = [trial for trial in found.trials if trial.state == STOPPED]
    assert set(states.values()) == {COMPLETE, STOPPED}
    assert all(0 < trial.folds < 5 and trial.score < found.best.score for trial in stopped)
    assert len(fits(root)) == sum(trial.folds for trial in found.trials[1:])


def test_the_fitted_models_of_the_best_trial_alone_are_kept(undisturbed):
    root, _, found = undisturbed
    kept = list(store(root).glob("tuning/models/*/*.model"))
    assert {path.parent.name for path in kept} == {f"cut@trial-{found.best.number}-{found.best.job_id}"}
    assert len(kept) == 5


def test_the_same_seed_gives_the_same_trials_also_in_two_calls(undisturbed, root, data):
    assert len(tuned(root, data, most=3).trials) == 3
    first = fits(root)
    progress = Recorded()
    again = tuned(root, data, progress=progress)
    assert progress.ended == [3, 4, 5]
    assert again == undisturbed[2]
    assert {path: fits(root)[path] for path in first} == first


@pytest.mark.parametrize("after", [7, 10])
def test_a_search_that_was_stopped_goes_on_with_the_same_trials(undisturbed, root, data, after):
    with pytest.raises(KeyboardInterrupt):
        tuned(root, data, progress=Recorded(fits=after))
    first = fits(root)
    assert tuned(root, data) == undisturbed[2]
    assert {path: fits(root)[path] for path in first} == first


def test_a_call_with_nothing_left_to_do_says_the_same(undisturbed):
    root, data, found = undisturbed
    before = fits(root)
    assert tuned(root, data, most=2) == found
    assert fits(root) == before


def test_on_random_labels_the_nested_estimate_is_not_flattered(tmp_path):
    found = []
    for seed in range(5):
        root = tuned_root(tmp_path / str(seed))
        data = own_data(root / "data", seed, signal=0.0)
        found.append(tuned(root, data, "guess", most=10))
    scores = {kind: np.mean([one.scores[kind][0] for one in found]) for kind in ("best", "nested", "roster")}
    assert scores["best"] > 0.56
    assert abs(scores["nested"] - 0.5) < 0.03
    assert all(one.gain.is_tie or one.gain.difference < 0.2 for one in found)


def test_parameters_that_break_a_model_are_a_trial_that_failed(root, data):
    found = tuned(root, data, "fragile")
    failed = [trial for trial in found.trials if trial.state == FAILED]
    assert {trial.reason for trial in failed} == {"ValueError: broken"}
    assert all(trial.params["breaks"] for trial in failed)
    assert found.best.params["breaks"] is False


def test_no_trial_begins_for_which_the_time_does_not_suffice(root, data):
    tuned(root, data, most=2)
    before = fits(root)
    found = tuned(root, data, until=time.monotonic())
    assert len(found.trials) == 2
    assert fits(root) == before


def test_without_the_time_for_the_roster_s_parameters_there_is_nothing_to_compare_with(root, data):
    with pytest.raises(ModelError, match="got 0 of 5 folds in the time; give a larger --budget"):
        tuned(root, data, until=time.monotonic())


def test_a_trial_whose_predictions_are_lost_is_told(root, data):
    found = tuned(root, data, most=3)
    for path in fits(root):
        path.unlink()
    assert found.best.number > 0
    with pytest.raises(StoreError, match=r"cut-.*\.json and tune again"):
        tuned(root, data, most=3)


def test_the_tuned_variant_is_on_the_roster_and_is_not_fitted_again(root, data):
    found = tuned(root, data)
    roster = get_competition(root, "pets").roster
    assert roster["cut@tuned"] == {**roster["cut"], **found.best.params}
    ran = podium(root, "train", "pets", "--data", data, "--models", "cut,cut@tuned")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("kept from an earlier run") == 10
    board = pd.read_csv(store(root) / "leaderboard.csv").set_index("name")
    assert board.loc["cut@tuned", "score"] == pytest.approx(found.best.score)
    score, error = found.scores["nested"]
    told = f"the best of 6 trials on these folds, so flattered; nested {score:.5f} ± {error:.5f}"
    assert board.loc["cut@tuned", "note"] == told


def test_clean_removes_the_trials_and_keeps_what_the_board_needs(root, data):
    tuned(root, data)
    assert podium(root, "train", "pets", "--data", data, "--models", "cut@tuned").returncode == 0
    assert re.search(r"pets: 0\.\d MB freed", podium(root, "clean", "pets").stdout)
    assert not (store(root) / "tuning").exists()
    assert list(store(root).glob("models/cut@tuned-*/fold-0.model"))


def test_what_gains_nothing_is_not_written_and_what_was_written_before_is_taken_out(root, data, tmp_path):
    tuned(root, data, most=6)
    assert "cut" in json.loads(the_file(root).read_text())
    noise = own_data(tmp_path / "noise", seed=6, signal=0.0)
    found = tuned(root, noise, "guess", most=10)
    assert found.gain.difference <= 0
    assert list(json.loads(the_file(root).read_text())) == ["cut"]
    path = the_file(root)
    path.write_text(path.read_text().replace('"cut"', '"guess"'))
    tuned(root, noise, "guess", most=10)
    assert not path.exists()


def test_of_toy_data_nothing_is_written(root):
    ran = podium(root, "tune", "pets", "cut", "--trials", "4")
    assert ran.returncode == 0, ran.stderr
    assert "toy data: nothing is written" in ran.stdout
    assert not the_file(root).exists()
    assert list((store(root) / "toy").glob("tuning/cut-*.json"))


def test_the_command_says_what_was_found(undisturbed):
    root, data, found = undisturbed
    ran = podium(root, "tune", "pets", "cut", "--trials", "6", "--data", data)
    assert ran.returncode == 0, ran.stderr
    lines = dict(line.split(maxsplit=1) for line in ran.stdout.splitlines())
    complete = sum(trial.state == COMPLETE for trial in found.trials)
    assert lines["trials"] == f"6: {complete} complete, {6 - complete} stopped"
    assert lines["best"].endswith("the best trial: flattered, its rows chose it")
    assert lines["nested"].startswith(f"{found.scores['nested'][0]:.5f} ± ")
    assert lines["gain"].startswith(f"{found.gain.difference:.5f} ± ")
    assert lines["cut@tuned"].endswith("next: podium submit pets")


def test_processes_find_better_parameters_too_and_the_next_call_goes_on(root, data):
    words = ["tune", "pets", "cut", "--data", data, "--engine", "processes", "--trials"]
    ran = podium(root, *words, "4")
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    assert "cut@tuned is on the roster" in ran.stdout
    ran = podium(root, *words, "6")
    assert [line for line in ran.stdout.splitlines() if line.startswith("trial ")][-1][:7] in (
        "trial 4",
        "trial 5",
    )
    (path,) = store(root).glob("tuning/cut-*.json")
    trials = json.loads(path.read_text())
    assert [trial["number"] for trial in trials] == list(range(6))
    assert RUNNING not in {trial["state"] for trial in trials}
    assert trials[0]["score"] == pytest.approx(0.59)


def test_ctrl_c_says_how_to_go_on(root, data, tmp_path):
    words = ["tune", "pets", "slow", "--data", str(data), "--engine", "processes"]
    process = started(root, words, [tmp_path / "stdout", tmp_path / "stderr"], os.environ)
    begun = root / "competitions" / "pets" / "begun"
    deadline = time.monotonic() + 60
    while not begun.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGINT)
    process.join()
    assert process.exitcode == 130
    assert (tmp_path / "stderr").read_text().startswith("podium: stopped; every finished fold is kept")


def test_a_budget_ends_a_search_in_time_with_the_best_so_far(root, data):
    tuned(root, data, most=3)
    began = time.monotonic()
    ran = podium(root, "tune", "pets", "cut", "--data", data, "--trials", "100000", "--budget", "8s")
    assert ran.returncode == 0, ran.stderr
    assert time.monotonic() - began < 8 + 30
    assert "cut@tuned is on the roster" in ran.stdout
    assert ran.stdout.endswith("the time did not suffice for all trials; run again to go on\n")


def test_what_cannot_be_tuned_is_refused_in_one_line(root, data):
    line = complaint(podium(root, "tune", "pets", "constant"))
    assert "model 'constant' must have a search space to be tuned, found none" in line
    assert "models that have one: ['cut', 'fragile', 'guess', 'slow', 'table-ridge', " in line
    assert len(line) <= 300
    line = complaint(podium(root, "tune", "pets", "table-rigde"))
    assert "did you mean 'table-ridge'?" in line
    tuned(root, data)
    line = complaint(podium(root, "tune", "pets", "cut@tuned", "--data", data))
    assert "got a tuned one; tune 'cut'" in line
    line = complaint(podium(root, "tune", "pets", "cut", "--address", "10.0.0.1:6379"))
    assert "--address must come with --engine ray" in line


def test_without_the_extra_the_line_says_how_to_install_it(root, monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(CompetitionError, match=r"run: pip install 'podium\[tune\]'"):
        module.require_tunable(root, get_competition(root, "pets"), "cut")
