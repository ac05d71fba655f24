"""Figures that set the predictions of an entry beside the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from podium.data.dataset import Dataset
from podium.plots import figures
from podium.plots.figures import INK, Figure

BINS = 15  # of the probabilities from 0 to 1
_MOST_CLASSES = 16  # of a confusion matrix, and pairs of a list
_MOST_DOTS = 1500


@dataclass(frozen=True)
class Predicted:
    """The out-of-fold predictions (n, c) of the entry called `name`."""

    name: str
    dataset: Dataset
    oof: np.ndarray


def prediction_figures(name: str, dataset: Dataset, oof: np.ndarray) -> list[Figure]:
    """Return the figures that set out-of-fold predictions beside the truth; they differ by the task."""
    entry = Predicted(name, dataset, oof)
    if dataset.task.kind == "regression":
        return [predicted_and_true(entry), residuals(entry)]
    if dataset.task.kind == "classification":
        return [calibration(entry), confusion(entry)]
    return []


def calibration(entry: Predicted) -> Figure:
    bins = reliability(entry.oof, entry.dataset.y)
    gap = float((bins["rows"] * (bins["confidence"] - bins["right"])).sum() / bins["rows"].sum())
    alt = (
        f"Accuracy of the rows that {entry.name!r} predicts with each probability, with 95 % intervals "
        f"(Wilson 1927). Expected calibration error {calibration_error(bins):.4f} (Guo et al. 2017); in the "
        f"mean it is {abs(gap):.4f} {'overconfident' if gap > 0 else 'underconfident'}."
    )

    def paint(axes: Axes) -> None:
        low, high = wilson(bins["right"].to_numpy(), bins["rows"].to_numpy())
        spread = np.clip([bins["right"] - low, high - bins["right"]], 0, 1)
        axes.axline((1, 1), slope=1, color=INK, linewidth=0.8, linestyle=":")
        axes.errorbar(bins["confidence"], bins["right"], yerr=spread, fmt="o", markersize=4, capsize=2)
        axes.set_xlabel("predicted probability")
        axes.set_ylabel("accuracy")

    return figures.draw("Calibration", alt, bins, paint)


def reliability(oof: np.ndarray, y: np.ndarray) -> pd.DataFrame:
    """Of the rows whose answer has a probability in each bin: their mean `confidence`, the share that is
    `right`, and how many `rows`; bins without rows are left out."""
    sure, right = oof.max(axis=1).astype(float), oof.argmax(axis=1) == y
    part = np.minimum((sure * BINS).astype(int), BINS - 1)
    rows = pd.DataFrame({"part": part, "confidence": sure, "right": right.astype(float), "rows": 1})
    table = rows.groupby("part").agg({"confidence": "mean", "right": "mean", "rows": "sum"})
    names = [f"{part / BINS:.2f} to {(part + 1) / BINS:.2f}" for part in table.index.to_numpy()]
    return table.set_axis(pd.Index(names, name="probability"))


def calibration_error(bins: pd.DataFrame) -> float:
    """The mean distance between confidence and share (Guo et al. 2017, "On Calibration of Modern Neural
    Networks")."""
    return float((bins["rows"] * (bins["confidence"] - bins["right"]).abs()).sum() / bins["rows"].sum())


def wilson(share: np.ndarray, rows: np.ndarray, z: float = 1.96) -> tuple[np.ndarray, np.ndarray]:
    """The ends of the interval of a share (Wilson 1927, "Probable Inference, the Law of Succession, and
    Statistical Inference")."""
    middle = share + z**2 / (2 * rows)
    spread = z * np.sqrt(share * (1 - share) / rows + z**2 / (4 * rows**2))
    return (middle - spread) / (1 + z**2 / rows), (middle + spread) / (1 + z**2 / rows)


def confusion(entry: Predicted) -> Figure:
    """Of many classes, the pairs that are most often taken for each other."""
    labels = [str(label) for label in entry.dataset.task.decide(np.eye(entry.dataset.task.n_columns))]
    counts = np.zeros((len(labels), len(labels)), dtype=int)
    np.add.at(counts, (entry.dataset.y, entry.oof.argmax(axis=1)), 1)
    wrong = counts - np.diag(counts.diagonal())
    true, predicted = np.unravel_index(wrong.argmax(), wrong.shape)
    alt = (
        f"Training rows by true label and by what {entry.name!r}, fitted without them, predicts: "
        f"{wrong.sum():,} of {counts.sum():,} are wrong. Most frequent: true {labels[true]} predicted as "
        f"{labels[predicted]} ({wrong.max():,}\N{MULTIPLICATION SIGN})."
    )
    if len(labels) > _MOST_CLASSES:
        return _confused_pairs(labels, wrong, alt)
    share = np.where(
        np.eye(len(labels)) == 1, np.nan, wrong / np.maximum(1, counts.sum(axis=1, keepdims=True))
    )
    texts = np.vectorize("{:,}".format, otypes=[object])(counts)
    ground = pd.DataFrame(share, labels, labels)
    drawn = figures.heatmap(
        "Confusion matrix", alt, ground, "Predicted; true labels on the left", texts=texts
    )
    return replace(drawn, table=pd.DataFrame(counts, pd.Index(labels, name="true"), labels))


def _confused_pairs(labels: Sequence[str], wrong: np.ndarray, alt: str) -> Figure:
    order = np.argsort(-wrong, axis=None, kind="stable")[:_MOST_CLASSES]
    pairs = list(zip(*np.unravel_index(order, wrong.shape), strict=True))
    names = pd.Index([f"{labels[true]} as {labels[said]}" for true, said in pairs], name="true, predicted")
    table = pd.DataFrame({"rows": [int(wrong[pair]) for pair in pairs]}, index=names)
    return figures.bars("Most confused classes", alt, table, "rows")


def predicted_and_true(entry: Predicted) -> Figure:
    y = entry.dataset.y
    predicted = entry.oof[:, 0]
    order = np.argsort(y, kind="stable")
    tenths = [rows for rows in np.array_split(order, 10) if len(rows)]
    table = pd.DataFrame(
        {
            "rows": [len(rows) for rows in tenths],
            "true mean": [y[rows].mean() for rows in tenths],
            "predicted mean": [predicted[rows].mean() for rows in tenths],
            "root mean square error": [np.sqrt(np.mean((predicted[rows] - y[rows]) ** 2)) for rows in tenths],
        },
        index=pd.Index([f"{y[rows[0]]:.5g} to {y[rows[-1]]:.5g}" for rows in tenths], name="true"),
    )
    shown = order[:: -(-len(order) // _MOST_DOTS)]
    alt = (
        f"What {entry.name!r}, fitted without them, predicts for {len(shown):,} training rows, over what "
        f"is true; on the dotted line both are equal. {_correlation(y, predicted)}"
    )

    def paint(axes: Axes) -> None:
        axes.scatter(y[shown], predicted[shown], s=6, alpha=0.5, linewidths=0)
        axes.axline((y.mean(), y.mean()), slope=1, color=INK, linewidth=0.8, linestyle=":")
        axes.set_xlabel("true")
        axes.set_ylabel("predicted")

    return figures.draw("Predicted and true", alt, table, paint)


def _correlation(y: np.ndarray, predicted: np.ndarray) -> str:
    if y.std() == 0 or predicted.std() == 0:
        return "One of them is always the same."
    return f"Correlation {np.corrcoef(y, predicted)[0, 1]:.3f}."


def residuals(entry: Predicted) -> Figure:
    errors = entry.oof[:, 0] - entry.dataset.y
    low, middle, high = np.quantile(errors, [0.05, 0.5, 0.95])
    alt = (
        f"Predicted minus true, {entry.name!r}: nine tenths of the rows lie between {low:.6g} and "
        f"{high:.6g}, half of them below {middle:.6g}."
    )
    return figures.histogram("Errors", alt, {"rows": errors}, "predicted minus true")
