"""What a siamese network has learnt: where it puts the rows, as a map, and which rows are near each other.

A map takes seconds to minutes, so it is made once and kept beside the network's predictions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from podium.data.dataset import Dataset
from podium.errors import ModelError
from podium.formatting import did_you_mean
from podium.models import registry
from podium.pipeline.folds import Folds
from podium.pipeline.predictions import Predictions
from podium.pipeline.stored import load_fold_model, predictions_folder
from podium.plots.figures import INK, Figure, draw
from podium.storage.store import Store

METHODS = ("t-SNE", "UMAP")
NEAREST_ROWS = 10  # whose targets are compared with a row's own
_MOST_DOTS = 1500  # that a page has room for
_EMBEDDINGS = "embeddings"  # their name in a saved map, beside those of the methods


@dataclass(frozen=True)
class EmbeddingMap:
    """Where a network puts n training rows and, after them, m test rows.

    `embeddings` (n + m, w) are those of the first fold's network; `places` (n + m, 2) are, for each method,
    where it puts them on a plane. `missing` says of each other method why it could not.
    """

    embeddings: np.ndarray
    places: Mapping[str, np.ndarray]
    missing: tuple[str, ...] = ()


def embeds(predictions: Predictions, dataset: Dataset) -> bool:
    """Return whether the model behind the predictions can say where it puts a row."""
    if predictions.is_blend:
        return False
    params = predictions.details.get("params", {})
    return registry.embeds(predictions.name, params, dataset.task)


def read_map(predictions: Predictions, dataset: Dataset, store: Store) -> EmbeddingMap:
    """Return the map of a siamese network. What is not in the store yet, or damaged there, is made and saved.

    Raises StoreError if the network is not in the store.
    """
    path = predictions_folder(store, predictions) / "map.npz"
    rows = len(dataset.y) + len(dataset.test_ids)
    saved = {name: a for name, a in (store.read_arrays(path) or {}).items() if _is_whole(a, rows)}
    found = dict(saved)
    if _EMBEDDINGS not in saved:  # then no place is theirs
        found = {_EMBEDDINGS: _embed(predictions, dataset, store)}
    missing = []
    for method in METHODS:
        try:
            found[method] = found[method] if method in found else project(found[_EMBEDDINGS], method)
        except ModelError as error:
            missing.append(str(error))
    if set(found) != set(saved):
        store.write_arrays(path, found)
    return EmbeddingMap(found[_EMBEDDINGS], {m: found[m] for m in METHODS if m in found}, tuple(missing))


def _is_whole(array: np.ndarray, rows: int) -> bool:
    has_shape = array.ndim == 2 and len(array) == rows
    return has_shape and array.dtype.kind == "f" and bool(np.isfinite(array).all())


def _embed(predictions: Predictions, dataset: Dataset, store: Store) -> np.ndarray:
    model = load_fold_model(store, predictions, fold=0)
    parts = [X for X in (dataset.X, dataset.X_test) if len(X)]
    return np.concatenate([registry.embeddings(model, X) for X in parts])


def project(embeddings: np.ndarray, method: str = "t-SNE", seed: int = 0) -> np.ndarray:
    """Return places (n, 2) on a plane for embeddings (n, w): by van der Maaten and Hinton 2008, "Visualizing
    data using t-SNE", or McInnes et al. 2018, "UMAP".

    Raises ModelError for another method, where umap-learn is not installed, or where all rows are at one
    place.
    """
    if method not in METHODS:
        raise ModelError(f"no method {method!r}; {did_you_mean(method, METHODS)}")
    if np.ptp(embeddings, axis=0).max() == 0:
        raise ModelError(f"{method} must be given rows at several places, got all {len(embeddings)} at one")
    if method == "t-SNE":
        from sklearn.manifold import TSNE

        perplexity = min(30, (len(embeddings) - 1) / 3)
        return np.asarray(TSNE(perplexity=perplexity, random_state=seed).fit_transform(embeddings))
    try:
        from umap import UMAP
    except ImportError as error:
        raise ModelError(
            "UMAP must be installed, found no umap-learn; run: pip install umap-learn"
        ) from error
    return np.asarray(UMAP(random_state=seed, n_jobs=1).fit_transform(embeddings))


def nearest(known: np.ndarray, new: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the Euclidean distances (m, k) from `new` rows (m, w) to the k nearest `known` rows (n, w),
    ascending, and the numbers (m, k) of these rows."""
    from sklearn.neighbors import NearestNeighbors

    distances, rows = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(known).kneighbors(new)
    return np.asarray(distances), np.asarray(rows)


def neighbour_correlation(places: np.ndarray, y: np.ndarray, is_new: np.ndarray) -> float:
    """Return the rank correlation between the target of each row that a network was not trained on and the
    mean target of the `NEAREST_ROWS` rows nearest to it that the network was trained on; 0 is chance.

    `places` (n, w) are where the rows are put, `y` (n,) their targets, and `is_new` (n,) marks the rows that
    the network was not trained on.
    """
    ranks = pd.Series(y).rank(pct=True).to_numpy()
    _, rows = nearest(places[~is_new], places[is_new], min(NEAREST_ROWS, int((~is_new).sum())))
    return float(pd.Series(ranks[~is_new][rows].mean(axis=1)).corr(pd.Series(ranks[is_new]), "spearman"))


def embedding_maps(
    name: str, found: EmbeddingMap, dataset: Dataset, folds: Folds, unit: str
) -> Iterator[Figure]:
    """Yield a figure for each method, with the rows where it puts them.

    Colours are ranks of the rows' targets. The first fold's rows, which its network was not trained on, are
    ringed; test rows, whose targets are unknown, are crosses.
    """
    n = len(dataset.y)
    m = len(dataset.test_ids)
    is_new = folds.valid_fold == 0
    inside = neighbour_correlation(found.embeddings[:n], dataset.y, is_new)
    for method, places in found.places.items():
        alt = (
            f"Where the network of the first fold puts {n:,} training rows and {m:,} test rows; colours are "
            f"ranks of {unit}. Rank correlation between the {unit} of a row that it was not trained on and "
            f"the mean of the {NEAREST_ROWS} nearest that it was: {inside:.2f} in the embeddings, "
            f"{neighbour_correlation(places[:n], dataset.y, is_new):.2f} on this map, 0 being chance."
        )
        paint = partial(_paint, places=places, y=dataset.y, is_new=is_new, unit=unit)
        yield draw(f"{name}: {method}", alt, pd.DataFrame(), paint, height=4.2)


def _paint(axes: Axes, places: np.ndarray, y: np.ndarray, is_new: np.ndarray, unit: str) -> None:
    n = len(y)
    ranks = pd.Series(y).rank(pct=True).to_numpy()
    shown = np.arange(len(places)) % -(-len(places) // _MOST_DOTS) == 0
    if len(places) > n:
        across, up = places[n:][shown[n:]].T
        axes.scatter(across, up, s=9, marker="x", c=INK, alpha=0.4, linewidths=0.6, label="test")
    parts = {"trained on": (~is_new & shown[:n], 9, 0.3), "not trained on": (is_new & shown[:n], 18, 1.4)}
    for name, (rows, size, rim) in parts.items():
        across, up = places[:n][rows].T
        dots = axes.scatter(across, up, c=ranks[rows], s=size, cmap="cividis", vmin=0, vmax=1, label=name)
        dots.set(edgecolors=INK, linewidths=rim)
    axes.set_xlabel(f"dark: few {unit}, bright: many")
    axes.set_xticks([])
    axes.set_yticks([])
