"""pistolas-vs-smartphones: what its loader makes of the folders, what no model sees, and a whole run."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from podium.competition.registry import get_competition
from podium.data.images import decode, find_images
from podium.pipeline.submission import read_sample
from support.command_line import answered, podium
from support.makers import create
from support.tiny import copy_competitions

ROOT = Path(__file__).parents[2]
NAME, SLUG = "pistolas-vs-smartphones", "pistolas-vs-smartphones-con-deep-learning"


@pytest.fixture(scope="module")
def competition():
    return get_competition(ROOT, NAME)


@pytest.fixture(scope="module")
def folder(competition, tmp_path_factory):
    place = tmp_path_factory.mktemp("toy")
    competition.toy(place)
    return place


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    return copy_competitions(tmp_path_factory.mktemp("checkout"), folds=2)


def test_pistols_are_0_and_smartphones_1_and_files_are_ids(competition, folder):
    dataset = competition.load(folder)
    kinds = [path.parent.name for path in dataset.X.paths]
    assert [["pistol", "smartphone"][label] for label in dataset.task.classes[dataset.y]] == kinds
    assert dataset.test_ids.tolist() == [path.name for path in dataset.X_test.paths]
    assert set(read_sample(competition, dataset, folder)["ID"]) == set(dataset.test_ids)


def test_the_toy_photos_are_as_odd_as_the_real_ones(competition, folder):
    metadata = competition.load(folder).X.metadata()
    sizes = metadata.groupby(competition.load(folder).y)[["width", "height"]].value_counts()
    assert sizes[0].iloc[0] > 50
    assert metadata["suffix"].nunique() >= 3
    names = [path.name for path in find_images(folder / "Train" / "pistol")]
    assert any("&" in name and " " in name for name in names)
    modes = {Image.open(p).mode for p in find_images(folder / "Test")}
    assert {"RGB", "CMYK", "P", "RGBA", "L"} <= modes


def resaved(folder, place, change):
    """The same photos, each as PNG after `change`, in the same order under other names."""
    for part in ("Train/pistol", "Train/smartphone", "Test"):
        (place / part).mkdir(parents=True)
        for number, path in enumerate(find_images(folder / part)):
            change(decode(path).resize((64, 64)), number).save(place / part / f"{number:03}.png")
    return place


def enlarged(image, number):
    """Twice or three times as large, pixel for pixel."""
    return image.resize([(128, 128), (192, 64), (64, 192)][number % 3], Image.Resampling.NEAREST)


@pytest.mark.parametrize("name", ["ridge", "frozen-mobilenet"])
def test_other_sizes_and_names_do_not_change_what_a_model_predicts(name, competition, folder, tmp_path):
    params = {"weights": None, "side": 32, "cut": "conv_pw_8_relu"} if name.startswith("frozen") else {}
    predicted = []
    for place, change in (("same", lambda image, _: image), ("other", enlarged)):
        dataset = competition.load(resaved(folder, tmp_path / place, change))
        predicted.append(
            create(name, params, 0).fit(dataset.X, dataset.y).predict_proba(dataset.X_test)[:, 1]
        )
    assert dataset.X.metadata()["width"].nunique() == 3
    assert np.corrcoef(predicted)[0, 1] > 0.98
    assert ((predicted[0] > 0.5) == (predicted[1] > 0.5)).mean() > 0.95


def test_a_whole_run_predicts_0_for_a_known_pistol_and_1_for_a_known_phone(checkout, folder, tmp_path):
    data = tmp_path / SLUG
    shutil.copytree(folder, data)
    first, second = find_images(data / "Test")[:2]
    for path, kind in ((first, "pistol"), (second, "smartphone")):
        path.write_bytes(find_images(data / "Train" / kind)[3].read_bytes())
    ran = podium(
        checkout, "submit", NAME, "--data", tmp_path, "--models", "metadata,xgboost,frozen-mobilenet@sgd",
        PODIUM_WEIGHTS=str(tmp_path),
    )  # fmt: skip
    assert ran.returncode == 1, ran.stderr
    assert "frozen-mobilenet@sgd: ModelError: weights 'imagenet' of 'mobilenet' must be" in ran.stdout
    (csv,) = (checkout / "submissions" / NAME).glob("submission-*.csv")
    frame = pd.read_csv(csv)
    sample = pd.read_csv(data / "sample_submission.csv")
    assert list(frame.columns) == ["ID", "Ground_Truth"]
    assert frame["ID"].tolist() == sample["ID"].tolist()
    labels = frame.set_index("ID")["Ground_Truth"]
    assert (labels[first.name], labels[second.name]) == (0, 1)
    rows = pd.read_csv(checkout / "submissions" / NAME / "leaderboard.csv").set_index("name")
    assert rows.loc["metadata", "kind"] == "warning"
    assert rows.loc["metadata", "score"] > rows.loc["constant", "score"] + 0.2
    assert json.loads(csv.with_suffix(".json").read_text())["entry"] == "xgboost"


@pytest.mark.slow
def test_features_of_a_body_run_on_toy_photos_and_answer_for_a_file(checkout, folder):
    names = "xgboost,frozen-mobilenet"
    ran = podium(checkout, "submit", NAME, "--models", names)
    assert ran.returncode == 0, ran.stderr
    store = checkout / "submissions" / NAME / "toy"
    rows = pd.read_csv(store / "leaderboard.csv").set_index("name")
    assert {"xgboost", "weights"} <= set(rows.index)
    assert rows.loc["frozen-mobilenet", "score"] > 0.8
    ran = podium(checkout, "predict", NAME, find_images(folder / "Train" / "smartphone")[0])
    assert answered(ran)["prediction"].tolist() == ["smartphone"]


def test_a_broken_photo_gives_one_line_or_is_skipped(checkout, folder, tmp_path):
    data = tmp_path / SLUG
    shutil.copytree(folder, data)
    broken = find_images(data / "Train" / "pistol")[0]
    broken.write_text("no photo")
    refused = podium(checkout, "train", NAME, "--data", tmp_path, "--models", "ridge")
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert f"{broken.name} must be decoded as an image" in refused.stderr
    went_on = podium(checkout, "train", NAME, "--data", tmp_path, "--models", "ridge", "--skip-bad-images")
    assert went_on.returncode == 0, went_on.stderr
    assert "1 images skipped" in went_on.stdout
    assert "accuracy on 159 rows" in went_on.stdout
