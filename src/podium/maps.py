"""What a siamese network has learnt, in figures: its losses, its embeddings as a map, and rows beside the
training rows that are nearest to them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from PIL import Image, ImageDraw

from podium.crossval import Job, fitted_fold, losses
from podium.dataset import Dataset
from podium.errors import DataError, ModelError, did_you_mean
from podium.figures import INK, Figure, draw, lines
from podium.folds import Folds
from podium.images import GREY, Look, decode
from podium.store import Store

METHODS = ("t-SNE", "UMAP")
_SIDE, _ACROSS = 160, 5  # pixels and images of a sheet


def project(embeddings: np.ndarray, method: str = "t-SNE", seed: int = 0) -> np.ndarray:
    """Two columns (n, 2): by van der Maaten and Hinton 2008, "Visualizing data using t-SNE", or McInnes et
    al. 2018, "UMAP". Raises ModelError for another method, or where umap-learn is not installed."""
    if method not in METHODS:
        raise ModelError(f"no method {method!r}; {did_you_mean(method, METHODS)}")
    if method == "t-SNE":
        from sklearn.manifold import TSNE

        perplexity = min(30, (len(embeddings) - 1) / 3)
        return np.asarray(TSNE(perplexity=perplexity, random_state=seed).fit_transform(embeddings))
    try:
        from umap import UMAP
    except ImportError as error:
        raise ModelError(
            "UMAP must be installed, found no umap-learn; pip install 'podium[embed]'"
        ) from error
    return np.asarray(UMAP(random_state=seed, n_jobs=1).fit_transform(embeddings))


def embedding_map(title: str, places: np.ndarray, y: np.ndarray, is_new: np.ndarray, unit: str) -> Figure:
    """Rows at their `places` (n, 2), coloured by their numbers' ranks; those that the network was not trained
    on (`is_new`) ringed."""
    table = pd.DataFrame({"x": places[:, 0], "y": places[:, 1], unit: y, "new": is_new})
    ranks = pd.Series(y).rank(pct=True)

    def paint(axes: Axes) -> None:
        for new, edge, size in ((False, "none", 8), (True, INK, 16)):
            rows = is_new == new
            x, y = places[rows].T
            axes.scatter(x, y, c=ranks[rows], s=size, cmap="cividis", vmin=0, vmax=1, edgecolors=edge)
        axes.set_xlabel(f"dark: few {unit}, bright: many; ringed: not trained on")
        axes.set_xticks([])
        axes.set_yticks([])

    alt = f"{len(y)} rows as points, {is_new.sum()} of them not trained on, coloured by rank of their {unit}"
    return draw(title, alt, table, paint, height=4.2)


def loss_figure(job: Job, dataset: Dataset, folds: Folds, store: Store) -> Figure:
    """The training loss by epoch, a line for each fold."""
    curves = losses(job, dataset, folds, store)
    named = {f"fold {n + 1}": pd.Series(c, range(1, len(c) + 1)) for n, c in curves.items()}
    table = pd.DataFrame(named)
    alt = f"training loss of {job.model}, from {table.iloc[0].mean():.3f} to {table.iloc[-1].mean():.3f}"
    return lines(f"{job.model}: loss", alt, table, "epoch", "training loss")


def fold_embeddings(
    job: Job, dataset: Dataset, folds: Folds, store: Store, fold: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Embeddings of all training rows (n, w) and of the test rows (m, w) by the network of one fold, and
    which of the first (n,) it was not trained on."""
    model = fitted_fold(job, dataset, folds, store, fold)
    both = [model[-1].embed(model[:-1].transform(X)) for X in (dataset.X, dataset.X_test)]
    return both[0], both[1], folds.valid_fold == fold


def nearest(known: np.ndarray, new: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The Euclidean distances (m, k) from rows to the nearest known ones, ascending, and their numbers."""
    from sklearn.neighbors import NearestNeighbors

    distances, rows = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(known).kneighbors(new)
    return np.asarray(distances), np.asarray(rows)


def neighbours_sheet(
    known: np.ndarray,
    paths: Sequence[Path],
    y: np.ndarray,
    new: np.ndarray,
    new_paths: Sequence[Path],
    k: int = 4,
) -> bytes:
    """A PNG with a line for each new row: its picture, and those of the `k` nearest known ones with their
    numbers and distances."""
    pictures, captions = list[Path](), list[str]()
    for path, distances, rows in zip(new_paths, *nearest(known, new, k), strict=True):
        pictures += [path, *(paths[row] for row in rows)]
        near = (f"{y[row]:,.0f}\nat {distance:.3f}" for row, distance in zip(rows, distances, strict=True))
        captions += [f"test: {path.stem[-20:]}\nnearest:", *near]
    return _contact_sheet(pictures, captions)


def _contact_sheet(paths: Sequence[Path], captions: Sequence[str]) -> bytes:
    """A PNG of the images in rows, each over its caption; grey where one cannot be decoded."""
    look, height = Look(_SIDE, _SIDE, keep_aspect=True), _SIDE + 32
    sheet = Image.new("RGB", (_ACROSS * _SIDE, -(-len(paths) // _ACROSS) * height), "white")
    pen = ImageDraw.Draw(sheet)
    for number, (path, caption) in enumerate(zip(paths, captions, strict=True)):
        x, y = number % _ACROSS * _SIDE, number // _ACROSS * height
        try:
            sheet.paste(Image.fromarray(look.of(decode(path))), (x, y))
        except DataError:
            sheet.paste(GREY, (x, y, x + _SIDE, y + _SIDE))
        pen.text((x + 2, y + _SIDE + 2), caption, "black")
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG")
    return buffer.getvalue()
