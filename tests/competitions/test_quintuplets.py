"""quintuplets: classes are folders, whatever they are called, and copies stay together."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from podium.competition.registry import get_competition
from podium.data.dataset import conflicting
from podium.data.images import find_images
from podium.pipeline.folds import make_folds
from podium.pipeline.submission import read_sample
from support.command_line import answered, podium
from support.tiny import copy_competitions

ROOT = Path(__file__).parents[2]
NAME = "quintuplets"


@pytest.fixture(scope="module")
def competition():
    return get_competition(ROOT, NAME)


@pytest.fixture(scope="module")
def toy(competition, tmp_path_factory):
    place = tmp_path_factory.mktemp("toy")
    competition.toy(place)
    return place


def test_classes_are_the_folders_and_ids_the_files(competition, toy):
    dataset = competition.load(toy)
    assert dataset.task.classes.tolist() == ["Nino Nakano", "itsuki", "Йоцуба", "みく", "一花"]
    assert dataset.labels.tolist() == [path.parent.name for path in dataset.X.paths]
    assert dataset.test_ids.tolist() == [path.name for path in dataset.X_test.paths]
    assert set(read_sample(competition, dataset, toy)["ID"]) == set(dataset.test_ids)


@pytest.mark.parametrize("more", [10, 145])
def test_more_folders_are_more_classes(more, competition, toy, tmp_path):
    folder = shutil.copytree(toy, tmp_path / "copy")
    images = find_images(folder / "train" / "itsuki")
    for number in range(more):
        place = folder / "train" / f"character № {number}"
        place.mkdir()
        shutil.copy(images[number % len(images)], place)
    dataset = competition.load(folder)
    assert dataset.task.n_columns == 5 + more
    assert dataset.labels.tolist() == [path.parent.name for path in dataset.X.paths]


def test_copies_of_a_picture_are_never_parted(competition, toy):
    dataset = competition.load(toy)
    fold_of = dict(
        zip([p.name for p in dataset.X.paths], make_folds(dataset, competition.folds).valid_fold, strict=True)
    )
    for number in (20, 21, 22):
        names = (f"{number:04}.jpeg", f"copy of {number}.jpeg", f"{number}, smaller.jpeg")
        assert len({fold_of[name] for name in names}) == 1


def test_the_picture_with_two_labels_is_found_and_reported(competition, toy, tmp_path):
    dataset = competition.load(toy)
    rows = np.flatnonzero(conflicting(dataset))
    found = {f"{p.parent.name}/{p.name}" for p in dataset.X[rows].paths}
    assert found == {"Nino Nakano/3 again.jpeg", "みく/0003.jpeg"}
    ran = podium(copy_competitions(tmp_path, folds=2), "submit", NAME, "--models", "ridge,gaussian-nb")
    assert ran.returncode == 0, ran.stderr
    assert "2 duplicates have conflicting labels (kept in training)" in ran.stdout
    store = tmp_path / "submissions" / NAME / "toy"
    rows = pd.read_csv(store / "leaderboard.csv").set_index("name")
    assert rows.loc["ridge", "score"] > 0.5
    (csv,) = store.glob("toy-submission-*.csv")
    frame = pd.read_csv(csv)
    assert list(frame.columns) == ["ID", "Character"]
    assert set(frame["Character"]) <= set(dataset.task.classes)
    ran = podium(tmp_path, "predict", NAME, dataset.X.paths[-1])
    table = answered(ran)
    assert list(table.columns) == ["input", "prediction", *(f"p({name})" for name in dataset.task.classes)]
    path, name, *p = table.iloc[0]
    assert (path, name) == (str(dataset.X.paths[-1]), dataset.task.classes[np.argmax(p)])
