"""Figures that set the answers of the submitted entry beside the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from podium.pipeline.predictions import Predictions
from podium.plots import figures
from podium.plots.figures import INK, Figure
from podium.report.results import Results

BINS = 15  # of the probabilities from 0 to 1
_MOST = 16  # classes of a confusion matrix, and pairs of a list
_DOTS = 1500


def answers(results: Results) -> list[Figure]:
    if results.dataset.is_regression:
        return [predicted(results), residuals(results)]
    return [calibration(results), confusion(results)]


def calibration(results: Results) -> Figure:
    bins = reliability(results.chosen, results.dataset.y)
    gap = float((bins["rows"] * (bins["confidence"] - bins["right"])).sum() / bins["rows"].sum())
    alt = (
        f"Of the rows of whose answer {results.chosen.name!r} is so sure, the share that is right, with 95 % "
        f"intervals (Wilson 1927). Expected calibration error {calibration_error(bins):.4f} (Guo et al. "
        f"2017); in the mean it is {abs(gap):.4f} too {'sure' if gap > 0 else 'unsure'}."
    )

    def paint(axes: Axes) -> None:
        low, high = wilson(bins["right"].to_numpy(), bins["rows"].to_numpy())
        spread = np.clip([bins["right"] - low, high - bins["right"]], 0, 1)
        axes.axline((1, 1), slope=1, color=INK, linewidth=0.8, linestyle=":")
        axes.errorbar(bins["confidence"], bins["right"], yerr=spread, fmt="o", markersize=4, capsize=2)
        axes.set_xlabel("probability of the answer")
        axes.set_ylabel("share that is right")

    return figures.draw("Calibration", alt, bins, paint)


def reliability(predictions: Predictions, y: np.ndarray) -> pd.DataFrame:
    """Of the rows whose answer has a probability in each bin: their mean `confidence`, the share that is
    `right`, and how many `rows`; bins without rows are left out."""
    sure, right = predictions.oof.max(axis=1).astype(float), predictions.oof.argmax(axis=1) == y
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


def confusion(results: Results) -> Figure:
    """Of many classes, the pairs that are most often taken for each other."""
    labels = [str(label) for label in np.asarray(results.dataset.classes)]
    counts = np.zeros((len(labels), len(labels)), dtype=int)
    np.add.at(counts, (results.dataset.y, results.chosen.oof.argmax(axis=1)), 1)
    wrong = counts - np.diag(counts.diagonal())
    true, said = np.unravel_index(wrong.argmax(), wrong.shape)
    alt = (
        f"Training rows by label and by what {results.chosen.name!r}, fitted without them, says: "
        f"{wrong.sum():,} of {counts.sum():,} are wrong. The most frequent mistake is {labels[said]} for "
        f"{labels[true]}: {wrong.max():,}."
    )
    if len(labels) > _MOST:
        return _confused_pairs(labels, wrong, alt)
    share = np.where(
        np.eye(len(labels)) == 1, np.nan, wrong / np.maximum(1, counts.sum(axis=1, keepdims=True))
    )
    texts = np.vectorize("{:,}".format, otypes=[object])(counts)
    ground = pd.DataFrame(share, labels, labels)
    drawn = figures.heatmap("Confusion matrix", alt, ground, "answer; the label to the left", texts=texts)
    return replace(drawn, table=pd.DataFrame(counts, pd.Index(labels, name="label"), labels))


def _confused_pairs(labels: Sequence[str], wrong: np.ndarray, alt: str) -> Figure:
    order = np.argsort(-wrong, axis=None, kind="stable")[:_MOST]
    pairs = list(zip(*np.unravel_index(order, wrong.shape), strict=True))
    names = pd.Index([f"{labels[true]} as {labels[said]}" for true, said in pairs], name="label, answer")
    table = pd.DataFrame({"rows": [int(wrong[pair]) for pair in pairs]}, index=names)
    return figures.bars("What is taken for what", alt, table, "rows")


def predicted(results: Results) -> Figure:
    y, said = results.dataset.y, results.chosen.oof[:, 0]
    order = np.argsort(y, kind="stable")
    tenths = [rows for rows in np.array_split(order, 10) if len(rows)]
    table = pd.DataFrame(
        {
            "rows": [len(rows) for rows in tenths],
            "true mean": [y[rows].mean() for rows in tenths],
            "predicted mean": [said[rows].mean() for rows in tenths],
            "root mean square error": [np.sqrt(np.mean((said[rows] - y[rows]) ** 2)) for rows in tenths],
        },
        index=pd.Index([f"{y[rows[0]]:.5g} to {y[rows[-1]]:.5g}" for rows in tenths], name="true"),
    )
    shown = order[:: -(-len(order) // _DOTS)]
    alt = (
        f"What {results.chosen.name!r}, fitted without them, says of {len(shown):,} training rows, over what "
        f"is true; on the dotted line both are equal. {_correlation(y, said)}"
    )

    def paint(axes: Axes) -> None:
        axes.scatter(y[shown], said[shown], s=6, alpha=0.5, linewidths=0)
        axes.axline((y.mean(), y.mean()), slope=1, color=INK, linewidth=0.8, linestyle=":")
        axes.set_xlabel("true")
        axes.set_ylabel("predicted")

    return figures.draw("Predicted and true", alt, table, paint)


def _correlation(y: np.ndarray, said: np.ndarray) -> str:
    if y.std() == 0 or said.std() == 0:
        return "One of them is always the same."
    return f"Correlation {np.corrcoef(y, said)[0, 1]:.3f}."


def residuals(results: Results) -> Figure:
    errors = results.chosen.oof[:, 0] - results.dataset.y
    low, middle, high = np.quantile(errors, [0.05, 0.5, 0.95])
    alt = (
        f"Predicted minus true, {results.chosen.name!r}: nine tenths of the rows lie between {low:.6g} and "
        f"{high:.6g}, half of them below {middle:.6g}."
    )
    return figures.histogram("Errors", alt, {"rows": errors}, "predicted minus true")
