"""Maps of embeddings, on places that one can check by hand."""

import sys

import numpy as np
import pytest

from podium.errors import ModelError, StoreError
from podium.pipeline.folds import Folds
from podium.report.embedding_maps import (
    METHODS,
    EmbeddingMap,
    embedding_maps,
    embeds,
    nearest,
    neighbour_correlation,
    project,
    read_map,
)
from podium.report.networks import neighbours
from podium.storage.store import Store
from support.makers import make_dataset, make_predictions

Y = np.exp(np.arange(40.0))
IS_NEW = np.arange(40) % 4 == 0
FOLDS = Folds(np.arange(40) % 4)


def on_a_line(n=43):
    return np.column_stack([np.arange(float(n)), np.zeros(n)])


def test_the_nearest_rows_come_with_their_distances():
    distances, rows = nearest(np.array([[0.0, 0], [3, 4], [9, 9]]), np.array([[0.0, 0]]), 2)
    assert rows.tolist() == [[0, 1]]
    assert distances.tolist() == [[0, 5]]


def test_the_correlation_is_one_where_neighbours_are_liked_alike_and_none_by_chance():
    assert neighbour_correlation(on_a_line(40), Y, IS_NEW) > 0.99
    rng = np.random.default_rng(0)
    by_chance = [neighbour_correlation(rng.normal(size=(40, 2)), Y, IS_NEW) for _ in range(50)]
    assert abs(np.mean(by_chance)) < 0.15


def test_a_map_draws_every_row_and_says_what_it_shows():
    dataset = make_dataset(Y, classes=None)
    found = EmbeddingMap(on_a_line(), {"t-SNE": on_a_line()})
    (figure,) = embedding_maps("net", found, dataset, FOLDS, "likes")
    assert figure.title == "net: t-SNE"
    assert "40 training rows and 3 test rows" in figure.alt
    assert "1.00 in the embeddings, 1.00 on this map" in figure.alt
    assert figure.markup.count("<use") >= 43


def test_test_rows_stand_beside_their_nearest_training_rows():
    dataset = make_dataset(Y, classes=None)
    said = make_predictions(Y[:, None], "pair-x", test=np.array([[3.0], [1.0], [2.0]]))
    embeddings = np.concatenate([on_a_line(40), [[0.1, 0], [20.2, 0], [39.3, 0]]])
    galleries = list(neighbours(said, EmbeddingMap(embeddings, {}), dataset, "likes"))
    assert [g.title for g in galleries] == [f"Test row {row} and its neighbours" for row in (1, 2, 0)]
    verdicts = [card.verdict for card in galleries[0].cards]
    assert verdicts[:2] == [
        "test row 1: 1 likes predicted",
        "training row 20: 485,165,195 likes, distance 0.200",
    ]
    assert len(verdicts) == 5


def test_only_siamese_networks_have_maps():
    dataset = make_dataset(Y, classes=None)
    names = ["pair-mobilenet", "triplet-cosine-vgg16@k100", "triplet-euclidean-alexnet"]
    assert all(embeds(make_predictions(Y[:, None], name), dataset) for name in names)
    others = ["constant", "frozen-mobilenet@knn", "cnn", "picture", "mean"]
    assert not any(embeds(make_predictions(Y[:, None], name), dataset) for name in others)
    assert not embeds(make_predictions(Y[:, None], "pair-mobilenet", is_blend=True), dataset)


def test_what_is_kept_needs_no_network_and_what_is_damaged_does(tmp_path):
    store, dataset = Store(tmp_path), make_dataset(Y, classes=None)
    network = make_predictions(Y[:, None], "pair-x")
    path = tmp_path / "models" / f"pair-x-{network.id}" / "map.npz"
    kept = {"embeddings": on_a_line(), **dict.fromkeys(METHODS, on_a_line())}
    store.write_arrays(path, kept)
    found = read_map(network, dataset, store)
    assert (found.embeddings == on_a_line()).all()
    assert list(found.places) == list(METHODS)
    for harm in (on_a_line(42), np.full((43, 2), np.nan), np.full((43, 2), "a")):
        store.write_arrays(path, {**kept, "embeddings": harm})
        with pytest.raises(StoreError, match="must exist"):
            read_map(network, dataset, store)


def test_umap_is_an_extra_and_the_rest_is_drawn_without_it(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(ModelError, match=r"found no umap-learn; run: pip install umap-learn"):
        project(on_a_line(), "UMAP")
    store, dataset = Store(tmp_path), make_dataset(Y, classes=None)
    network = make_predictions(Y[:, None], "pair-x")
    path = tmp_path / "models" / f"pair-x-{network.id}" / "map.npz"
    store.write_arrays(path, {"embeddings": on_a_line(), "t-SNE": on_a_line()})
    found = read_map(network, dataset, store)
    assert list(found.places) == ["t-SNE"]
    assert "umap-learn" in found.missing[0]


@pytest.mark.parametrize(
    ("embeddings", "method", "message"),
    [(on_a_line(), "tSNE", "did you mean 't-SNE'"), (np.ones((9, 2)), "t-SNE", "got all 9 at one")],
)
def test_what_cannot_be_placed_is_refused(embeddings, method, message):
    with pytest.raises(ModelError, match=message):
        project(embeddings, method)
