"""Whole data sets: each finding where it belongs, and no alarm where there is nothing."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from podium.audit import audit, audit_id
from podium.competition.registry import get_competition
from podium.data.dataset import Dataset
from podium.data.task import Multilabel
from support.audit_data import TELLING, M, N, coin, dataset_of, flipped, kinds, noise, rng
from support.makers import make_dataset

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("seed", range(5))
def test_there_is_no_alarm_where_there_is_nothing(seed):
    def table(n, at):
        few = rng(at).integers(0, 9, n)
        many = rng(at + 1).integers(0, 60, n).astype(str)
        gaps = np.where(rng(at + 2).random(n) < 0.2, np.nan, rng(at + 3).normal(size=n))
        return noise(n, at + 4).assign(few=few, many=many, gaps=gaps)

    n = 150 * (seed + 1)
    k = [2, 3, 10, None, 2][seed]
    y = rng(seed).normal(size=n) if k is None else rng(seed).permutation(np.arange(n) % k)
    if seed == 4:
        y = (np.arange(n) % 25 == 0).astype(int)[rng(seed).permutation(n)]  # one class is rare
    parts = [
        table(n, 100 * seed),
        table(M, 100 * seed + 10),
        table(n, 100 * seed + 20),
        table(M, 100 * seed + 30),
    ]
    dataset = make_dataset(
        y,
        classes=None if k is None else np.arange(k),
        X=parts[0],
        X_test=parts[1],
        test_ids=np.arange(M),
        groups=rng(seed).integers(0, n // 3, n) if seed % 2 else None,
        about=parts[2],
        about_test=parts[3],
    )
    findings = audit(dataset)
    assert {f.kind for f in findings} == {"shift", "balance"}
    assert not any(f.is_alarm for f in findings)


def toy(name, folder):
    competition = get_competition(ROOT, name)
    competition.toy(folder)
    return competition.load(folder)


def test_digits_raise_no_alarm(tmp_path):
    assert [f.summary for f in audit(toy("digit-recognizer", tmp_path)) if f.is_alarm] == []


def test_the_size_of_pistols_is_found(tmp_path):
    alarms = [f for f in audit(toy("pistolas-vs-smartphones", tmp_path)) if f.is_alarm]
    assert [f.kind for f in alarms] == ["leak"]
    assert "pixel dimensions" in alarms[0].summary
    assert alarms[0].examples[0].startswith("160x120: ")
    assert alarms[0].score - 10 * alarms[0].error > 0.5


def test_contradicting_tweets_are_found(tmp_path):
    conflict, in_test, *rest = audit(toy("nlp-disaster-tweets", tmp_path))
    assert kinds([conflict, in_test]) == [("conflicts", True), ("duplicates", True)]
    assert not any(f.is_alarm for f in rest)


def test_the_subreddit_and_the_gaps_of_posts_are_found(tmp_path):
    alarms = {f.kind: f for f in audit(toy("fakeddit", tmp_path)) if f.is_alarm}
    assert set(alarms) == {"duplicates", "leak", "missing"}  # there are only six toy images
    assert "column 'subreddit' alone predicts" in alarms["leak"].summary
    assert "the test files do not have it" in alarms["leak"].summary
    assert "column 'domain', column 'num_comments', column 'upvote_ratio'" in alarms["missing"].summary
    assert "images" in alarms["duplicates"].summary


def test_copies_and_the_picture_in_two_folders_are_found(tmp_path):
    conflict, *rest = audit(toy("quintuplets", tmp_path))
    assert conflict.is_alarm
    assert conflict.summary.startswith("2 training images in 1 set have other labels than their copies")
    assert "Nino Nakano/3 again.jpeg = " in conflict.examples[0]
    (within,) = (f for f in rest if f.kind == "duplicates")
    assert "11 training images in 4 sets" in within.summary
    assert "8 in 4 sets byte for byte" in within.summary
    assert "the groups of the dataset keep them together" in within.summary
    assert not any(f.is_alarm for f in rest)


@pytest.mark.parametrize("y", [np.zeros(N, dtype=int), np.zeros(3, dtype=int), np.array([0, 1])])
def test_data_that_say_nothing_are_audited_all_the_same(y):
    findings = audit(make_dataset(y))
    assert "balance" in {f.kind for f in findings}


def test_rows_with_several_labels_are_audited():
    y = np.stack([coin(), coin(seed=1)], axis=1)
    y[0] = 0
    y[1] = 1
    X = noise(N).assign(c=rng(3).normal(size=N))
    X.iloc[1] = X.iloc[0]
    about = pd.DataFrame({"votes": y.sum(axis=1).astype(float)})
    task = Multilabel(["rude", "spam"])
    X_test = noise(M, 1).assign(c=rng(4).normal(size=M))
    findings = audit(Dataset(X, y, X_test, np.arange(M), task, about=about, about_test=about[:M]))
    alarms = {finding.kind: finding for finding in findings if finding.is_alarm}
    assert set(alarms) == {"conflicts", "duplicates", "leak"}
    assert "2 training rows in 1 set have other labels than their copies" in alarms["conflicts"].summary
    assert "data rows [1, 2], targets [[0, 0], [1, 1]]: " in alarms["conflicts"].examples[0]
    assert "column 'votes' alone predicts the target: R2" in alarms["leak"].summary
    assert any(finding.summary.startswith("2 labels in 400 rows") for finding in findings)


def test_the_id_is_that_of_all_that_is_looked_at():
    about = pd.DataFrame({"where": TELLING["category"](coin())})
    datasets = [dataset_of(), dataset_of(flipped(coin(), 0.1)), dataset_of(about=about)]
    assert len({audit_id(dataset) for dataset in datasets}) == 3
    assert audit_id(dataset_of()) == audit_id(dataset_of())
