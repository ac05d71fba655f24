"""shitpost-likes: what its loader needs, networks that beat the constant, blends, a whole run."""

import io
import sys

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from makers import make_predictions
from podium import maps
from podium.blend import blend
from podium.competition import get_competition
from podium.crossval import Job, fit_fold
from podium.errors import DataError, ModelError
from podium.folds import Folds, make_folds
from podium.metrics import get_metric
from podium.models import create
from podium.models.siamese import embeddings
from podium.parts import Parts
from podium.stats import bootstrap
from podium.train import prepared
from tiny import copy_competitions, podium

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
    assert [path.name for path in part.named["images"].paths] == ["toy-7.jpg", "toy-3.jpg"]
    assert part.named["text"]["text"].tolist() == table["title"][[7, 3]].tolist()
    assert part.named["times"]["created"].tolist() == list(
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
        said = create(name, {"log": True}, 0, regression=True).fit(dataset.X, dataset.y).predict(dataset.X)
        assert said.std() < 1e-6 * said.mean()
    table.drop(columns="image").to_csv(tmp_path / "train.csv", index=False)
    with pytest.raises(DataError, match=r"must have the column \['image'\]"):
        competition.load(tmp_path)


def test_a_meme_alone_can_be_asked_about(competition, dataset):
    images = dataset.X_test.named["images"]
    asked = competition.rows(["", "this is hilarious"], images[:2].blanked([1]))
    for name, part in dataset.X.named.items():
        assert list(getattr(asked.named[name], "columns", [])) == list(getattr(part, "columns", []))
    for name in ("text-ridge", "table-ridge", "time"):
        model = create(name, {"log": True}, 0, regression=True).fit(dataset.X, dataset.y)
        assert (model.predict(asked) > 0).all()


def test_a_model_of_a_part_that_is_not_there_says_so(dataset):
    rows = Parts({"images": dataset.X.named["images"]})
    with pytest.raises(ModelError, match=r"must be given the part 'text', got rows with .'images'"):
        create("text-ridge", {}, 0, regression=True).fit(rows, dataset.y)


BODIES = ("mobilenet", "alexnet", "resnet18", "vgg16")
KINDS = ("triplet-euclidean", "triplet-cosine", "pair")
NETWORKS = [f"{kind}-{body}" for body in BODIES for kind in KINDS]  # a body's features are made once


@pytest.mark.parametrize("name", NETWORKS)
def test_each_network_beats_the_constant_clearly_and_its_loss_falls(name, competition, dataset):
    fold = next(iter(make_folds(dataset, competition.folds)))
    params = competition.models(is_toy=True)
    said = {n: fit_fold(Job(n, params[n], 0), dataset, fold) for n in ("constant", name)}
    entries = [make_predictions(result["valid"], n) for n, (_, result) in said.items()]
    resampled = bootstrap(rmsle, dataset.y[fold.valid], entries)
    assert resampled.best([0, 1]) == 1
    assert resampled.compare(0, 1).p_value < 1e-3
    assert resampled.scores[1] < 0.8 * resampled.scores[0]
    losses = said[name][1]["loss"]
    assert losses[-1] < 0.9 * losses[0]
    assert embeddings(said[name][0], dataset.X_test).shape[0] == len(dataset.test_ids)


def test_blends_of_likes_mix_logarithms():
    y = np.array([10.0, 100, 1000, 10_000, 100, 1000])
    members = [make_predictions((factor * y)[:, None], str(factor)) for factor in (0.5, 2.0)]
    fold_of = Folds(np.arange(6, dtype=np.int8) % 2)
    mixed = blend("mean", members, y, fold_of, rmsle)
    assert np.allclose(np.log1p(mixed.oof), np.mean([np.log1p(p.oof) for p in members], axis=0))
    assert mixed.score < 0.1 * min(rmsle.score(y, p.oof) for p in members)
    assert np.allclose(blend("mean", members, y, fold_of, get_metric("rmse")).oof[:, 0], 1.25 * y)
    for name in ("weights", "greedy"):
        assert blend(name, members, y, fold_of, rmsle).score < 0.1


def test_a_whole_run_writes_likes_errors_by_range_and_what_networks_learnt(tmp_path, folder, competition):
    checkout = copy_competitions(tmp_path)
    names = "constant@median,text-ridge,text-knn,frozen-mobilenet@knn,pair-mobilenet,triplet-cosine-alexnet"
    ran = podium(checkout, "submit", NAME, "--models", names)
    assert ran.returncode == 0, ran.stderr
    store = checkout / "submissions" / NAME / "toy"
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
    assert_figures_of(competition, checkout)


def assert_figures_of(competition, checkout):
    """Falling losses; a map on which neighbours are liked alike; a sheet of test memes and their nearest."""
    with prepared(competition, checkout, None) as setting:
        dataset = setting.dataset
        name = "triplet-cosine-alexnet"
        where = (Job(name, competition.models(True)[name], 0), dataset, setting.folds, setting.store)
        curves = maps.loss_figure(*where)
        known, new, is_new = maps.fold_embeddings(*where)
    assert (curves.table.iloc[-1] < curves.table.iloc[0]).all()
    places = maps.project(known)
    figure = maps.embedding_map(name, places, dataset.y, is_new, "likes")
    assert figure.table["new"].sum() == 36
    assert "36 of them not trained on" in figure.alt
    _, rows = maps.nearest(places[~is_new], places[is_new], 5)
    logs = np.log(dataset.y)
    assert np.corrcoef(logs[~is_new][rows].mean(axis=1), logs[is_new])[0, 1] > 0.7
    paths, new_paths = (X.named["images"].paths for X in (dataset.X, dataset.X_test))
    sheet = maps.neighbours_sheet(known, paths, dataset.y, new[:2], new_paths[:2])
    assert Image.open(io.BytesIO(sheet)).size == (800, 2 * 192)
    with pytest.raises(ModelError, match="did you mean 't-SNE'"):
        maps.project(known, "tSNE")


def test_umap_is_an_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(ModelError, match=r"found no umap-learn; pip install 'podium\[embed\]'"):
        maps.project(np.zeros((9, 2)), "UMAP")
