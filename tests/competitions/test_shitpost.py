"""shitpost-likes: what its loader needs, networks that beat the constant, a whole run."""

import os
import re
import shutil

import numpy as np
import pandas as pd
import pytest

from podium.competition.registry import get_competition
from podium.errors import DataError
from podium.metrics import Scorer, get_metric
from podium.models.registry import embeddings
from podium.pipeline.fit import Job, fit_fold
from podium.pipeline.folds import make_folds
from podium.pipeline.significance import bootstrap
from support.command_line import podium, podium_imports
from support.makers import create, make_predictions
from support.tiny import copy_competitions

NAME = "shitpost-likes"
rmsle = get_metric("rmsle")


@pytest.fixture(scope="module")
def competition(root):
    return get_competition(root, NAME)


@pytest.fixture(scope="module")
def folder(competition, tmp_path_factory):
    place = tmp_path_factory.mktemp("toy")
    competition.toy(place)
    return place


@pytest.fixture(scope="module")
def dataset(competition, folder):
    return competition.load(folder)


def test_a_meme_has_a_picture_a_title_and_a_time(folder, dataset):
    table = pd.read_csv(folder / "train.csv")
    assert list(table.columns[:4]) == ["id", "image", "created_utc", "title"]
    part = dataset.X[np.array([7, 3])]
    assert [path.name for path in part.parts["images"].paths] == ["toy-7.jpg", "toy-3.jpg"]
    assert part.parts["text"]["text"].tolist() == table["title"][[7, 3]].tolist()
    assert part.parts["times"]["created"].tolist() == list(
        pd.to_datetime(table["created_utc"], unit="s")[[7, 3]]
    )
    assert dataset.y[7] == table["likes"][7]


def test_id_image_and_likes_are_all_that_is_needed(competition, folder, tmp_path):
    (tmp_path / "images").symlink_to(folder / "images")
    for name in ("train", "test"):
        table = pd.read_csv(folder / f"{name}.csv").drop(columns=["title", "created_utc"])
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    dataset = competition.load(tmp_path)
    for name in ("text-ridge", "time"):
        model = create(name, {"log": True}, 0, regression=True).fit(dataset.X, dataset.y)
        predicted = model.predict(dataset.X)
        assert predicted.std() < 1e-6 * predicted.mean()
    table.drop(columns="image").to_csv(tmp_path / "train.csv", index=False)
    with pytest.raises(DataError, match=r"must have the column \['image'\]"):
        competition.load(tmp_path)


def test_a_meme_alone_can_be_asked_about(competition, dataset):
    images = dataset.X_test.parts["images"]
    questions = competition.rows(["", "this is hilarious"], images[:2].blanked([1]))
    for name, part in dataset.X.parts.items():
        assert list(getattr(questions.parts[name], "columns", [])) == list(getattr(part, "columns", []))
    for name in ("text-ridge", "table-ridge", "time"):
        model = create(name, {"log": True}, 0, regression=True).fit(dataset.X, dataset.y)
        assert (model.predict(questions) > 0).all()


BODIES = ("mobilenet", "alexnet", "resnet18", "vgg16")
KINDS = ("triplet-euclidean", "triplet-cosine", "pair")
NETWORKS = [f"{kind}-{body}" for body in BODIES for kind in KINDS]  # a body's features are made once


@pytest.mark.parametrize("name", NETWORKS)
def test_each_network_beats_the_constant_clearly_and_its_loss_falls(name, competition, dataset):
    fold = next(iter(make_folds(dataset, competition.folds)))
    params = competition.models(is_toy=True)
    fits = {n: fit_fold(Job(n, params[n], 0), dataset, fold) for n in ("constant", name)}
    entries = [make_predictions(result["valid"], n) for n, (_, result) in fits.items()]
    resampled = bootstrap(Scorer(rmsle, dataset.y[fold.valid]), entries)
    assert resampled.best([0, 1]) == 1
    assert resampled.compare(0, 1).p_value < 1e-3
    assert resampled.scores[1] < 0.8 * resampled.scores[0]
    network, result = fits[name]
    losses = result["loss"]
    assert losses[-1] < 0.9 * losses[0]
    assert embeddings(network, dataset.X_test).shape[0] == len(dataset.test_ids)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A checkout in which the toy memes have been trained on, with its store."""
    checkout = copy_competitions(tmp_path_factory.mktemp("checkout"))
    names = "metadata,text-ridge,text-knn,frozen-mobilenet@knn,pair-mobilenet,triplet-cosine-alexnet"
    ran = podium(checkout, "submit", NAME, "--models", names, **own(checkout))
    assert ran.returncode == 0, ran.stderr
    return checkout, checkout / "submissions" / NAME / "toy"


def test_a_whole_run_writes_likes_and_errors_by_range(run, folder):
    _, store = run
    (csv,) = store.glob("toy-submission-*.csv")
    frame, sample = pd.read_csv(csv), pd.read_csv(folder / "sample_submission.csv")
    assert list(frame.columns) == ["id", "likes"]
    assert frame["id"].tolist() == sample["id"].tolist()
    assert np.isfinite(frame["likes"]).all()
    assert (frame["likes"] >= 0).all()
    ranges = pd.read_csv(store / "by-range.csv")
    assert (ranges.groupby("name")["rows"].sum() == 180).all()
    assert {"constant", "title", "pair-mobilenet", "weights"} <= set(ranges["name"])
    rows = pd.read_csv(store / "leaderboard.csv").set_index("name")
    assert rows.loc["pair-mobilenet", "score"] < 0.8 * rows.loc["constant", "score"]
    assert rows.loc["weights", "score"] < 0.8 * rows.loc["constant", "score"]
    assert {"r2_log", "spearman", "mae"} <= set(rows.columns)


def test_the_page_shows_gains_over_the_baseline_and_what_the_networks_have_learnt(run):
    page = (run[1] / "leaderboard.html").read_text()
    for title in ("Gain over baseline", "Errors by range", "Precision by range", "Learning curves"):
        assert page.count(f"<h3>{title}</h3>") == 1
    for over in ("constant", "metadata", "title"):
        assert f'<th scope="col">p over {over}</th>' in page
    for name in ("pair-mobilenet", "triplet-cosine-alexnet"):
        assert f"<h3>{name}: t-SNE</h3>" in page
    found = re.findall(r"was: ([-0-9.]+) in the embeddings, ([-0-9.]+) on this map", page)
    assert len(found) >= 2
    assert all(float(one) > 0.7 for pair in found for one in pair)
    assert page.count("and its neighbours</h3>") == 6
    assert len(re.findall(r'<img alt="test row \d+"', page)) == 6
    assert len(re.findall(r'<img alt="training row \d+"', page)) >= 24
    assert len(re.findall(r"training row \d+: [0-9,]+ likes, distance [0-9.]+", page)) == 24
    assert "pip install umap-learn" in page


@pytest.mark.slow
def test_the_maps_are_kept_and_harm_to_them_does_none_to_the_page(run, tmp_path):
    root = shutil.copytree(run[0], tmp_path / "root")
    store = root / "submissions" / NAME / "toy"
    page, before = store / "leaderboard.html", (run[1] / "leaderboard.html").read_bytes()
    (pair,) = store.glob("models/pair-mobilenet-*/map.npz")
    (triplet,) = store.glob("models/triplet-cosine-alexnet-*/map.npz")
    assert not reported(root)
    assert page.read_bytes() == before
    pair.write_bytes(pair.read_bytes()[:1000])
    np.savez(triplet, embeddings=np.zeros((3, 2)), **{"t-SNE": np.array(["another's"])})
    assert reported(root)
    assert page.read_bytes() == before
    pair.unlink()
    pair.with_name("fold-0.model").unlink()
    assert not reported(root)
    assert b"pair-mobilenet: no map: " in page.read_bytes()
    assert b"triplet-cosine-alexnet: t-SNE" in page.read_bytes()


def reported(root):
    """Draw the page again, and return whether that took TensorFlow."""
    ran, loaded = podium_imports(root, "report", NAME, **own(root))
    assert ran.returncode == 0, ran.stderr
    return "tensorflow" in loaded


def own(root):
    """What a checkout's processes share: the key that signs models. None of them finds umap-learn, which
    would compile itself for half a minute."""
    (root / "without").mkdir(exist_ok=True)
    (root / "without" / "umap.py").write_text("raise ImportError")
    path = os.pathsep.join([str(root / "without"), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {"XDG_CONFIG_HOME": str(root / "config"), "PYTHONPATH": path}


@pytest.mark.slow
def test_without_test_rows_there_is_a_leaderboard_and_nothing_to_submit(folder, tmp_path):
    data = tmp_path / "data" / NAME
    data.mkdir(parents=True)
    (data / "images").symlink_to(folder / "images")
    pd.read_csv(folder / "train.csv")[["id", "image", "likes"]].to_csv(data / "train.csv", index=False)
    checkout = copy_competitions(tmp_path)
    names = "metadata,text-ridge,triplet-cosine-alexnet"
    refused = podium(checkout, "submit", NAME, "--data", data.parent)
    assert refused.returncode == 2
    (line,) = refused.stderr.splitlines()
    assert "must be of test rows, found none in" in line
    ran = podium(checkout, "train", NAME, "--data", data.parent, "--models", names, **own(checkout))
    assert ran.returncode == 0, ran.stderr
    store = checkout / "submissions" / NAME
    rows = pd.read_csv(store / "leaderboard.csv").set_index("name")
    assert rows.loc["triplet-cosine-alexnet", "score"] < 0.9 * rows.loc["constant", "score"]
    assert "triplet-cosine-alexnet: t-SNE" in (store / "leaderboard.html").read_text()
    for verb in ("explore", "audit", "report"):
        ran = podium(checkout, verb, NAME, "--data", data.parent, **own(checkout))
        assert ran.returncode == 0, ran.stderr
        assert "not drawn" not in ran.stdout
