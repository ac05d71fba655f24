"""Figures that set the predictions of an entry beside the truth."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from podium.data.dataset import Dataset
from podium.data.task import Regression
from podium.formatting import Z_95
from podium.plots import figures
from podium.plots.figures import INK, Figure

BINS = 15  # of the probabilities from 0 to 1
_MOST_CLASSES = 16  # of a confusion matrix
_MOST_PAIRS = 16  # of confused classes
_MOST_DOTS = 1500


@dataclass(frozen=True)
class Predicted:
    """The out-of-fold predictions (n, c) of the entry called `name`."""

    name: str
    dataset: Dataset
    oof: np.ndarray


def prediction_figures(name: str, dataset: Dataset, oof: np.ndarray) -> list[Figure]:
    """Return the figures that set out-of-fold predictions (n, c) beside the truth, as the task has them."""
    entry = Predicted(name, dataset, oof)
    if dataset.task.kind == "regression":
        return [draw(one) for one in _by_target(entry) for draw in (predicted_and_true, residuals)]
    if dataset.task.kind == "classification":
        return [calibration(entry), confusion(entry)]
    return []


def _by_target(entry: Predicted) -> list[Predicted]:
    """Return what is predicted for each of the numbers, as if it were the only one."""
    dataset = entry.dataset
    if not dataset.task.names:
        return [entry]
    alone = [replace(dataset, y=y, task=Regression()) for y in dataset.y.T]
    targets = zip(dataset.task.names, alone, entry.oof.T, strict=True)
    return [Predicted(f"{entry.name}, {name}", one, oof[:, None]) for name, one, oof in targets]


def calibration(entry: Predicted) -> Figure:
    """Draw the accuracy of the rows of each predicted probability, with its interval."""
    bins = reliability(entry.oof, entry.dataset.y)
    gap = float((bins["rows"] * (bins["confidence"] - bins["accuracy"])).sum() / bins["rows"].sum())
    alt = (
        f"Accuracy of the rows that {entry.name!r} predicts with each probability, with 95 % intervals "
        f"(Wilson 1927). Expected calibration error {calibration_error(bins):.4f} (Guo et al. 2017); in the "
        f"mean it is {abs(gap):.4f} {'overconfident' if gap > 0 else 'underconfident'}."
    )

    def paint(axes: Axes) -> None:
        accuracy = bins["accuracy"]
        low, high = wilson(accuracy.to_numpy(), bins["rows"].to_numpy())
        errors = np.clip([accuracy - low, high - accuracy], 0, 1)
        axes.axline((1, 1), slope=1, color=INK, linewidth=0.8, linestyle=":")
        axes.errorbar(bins["confidence"], accuracy, yerr=errors, fmt="o", markersize=4, capsize=2)
        axes.set_xlabel("predicted probability")
        axes.set_ylabel("accuracy")

    return figures.draw("Calibration", alt, bins, paint)


def reliability(oof: np.ndarray, y: np.ndarray) -> pd.DataFrame:
    """Return a row for each bin of the predicted class's probability in which there are rows: their mean
    `confidence`, their `accuracy`, and how many `rows` they are."""
    confidence = oof.max(axis=1).astype(float)
    accuracy = (oof.argmax(axis=1) == y).astype(float)
    number = np.minimum((confidence * BINS).astype(int), BINS - 1)
    rows = pd.DataFrame({"bin": number, "confidence": confidence, "accuracy": accuracy, "rows": 1})
    table = rows.groupby("bin").agg({"confidence": "mean", "accuracy": "mean", "rows": "sum"})
    names = [f"{bin / BINS:.2f} to {(bin + 1) / BINS:.2f}" for bin in table.index.to_numpy()]
    return table.set_axis(pd.Index(names, name="probability"))


def calibration_error(bins: pd.DataFrame) -> float:
    """Return the mean distance between confidence and accuracy (Guo et al. 2017, "On Calibration of Modern
    Neural Networks")."""
    distance = (bins["confidence"] - bins["accuracy"]).abs()
    return float((bins["rows"] * distance).sum() / bins["rows"].sum())


def wilson(share: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of the 95 % interval of shares (b,), each of so many rows (b,) (Wilson 1927, "Probable
    Inference, the Law of Succession, and Statistical Inference")."""
    z = Z_95
    middle = share + z**2 / (2 * rows)
    spread = z * np.sqrt(share * (1 - share) / rows + z**2 / (4 * rows**2))
    scale = 1 + z**2 / rows
    return (middle - spread) / scale, (middle + spread) / scale


def confusion(entry: Predicted) -> Figure:
    """Draw how often each class is predicted as each other; for many classes, the most confused pairs."""
    task = entry.dataset.task
    labels = [str(label) for label in task.decide(np.eye(task.n_columns))]
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
    return _confusion_matrix(labels, counts, alt)


def _confusion_matrix(labels: list[str], counts: np.ndarray, alt: str) -> Figure:
    """Colours are shares of the true label's rows, so that they say the same for rare classes; the diagonal
    has none, because it would outshine the mistakes."""
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    np.fill_diagonal(shares, np.nan)
    texts = np.vectorize("{:,}".format, otypes=[object])(counts)
    table = pd.DataFrame(shares, labels, labels)
    figure = figures.heatmap("Confusion matrix", alt, table, "Predicted", "True", texts)
    return replace(figure, table=pd.DataFrame(counts, pd.Index(labels, name="true"), labels))


def _confused_pairs(labels: list[str], wrong: np.ndarray, alt: str) -> Figure:
    order = np.argsort(-wrong, axis=None, kind="stable")[:_MOST_PAIRS]
    pairs = list(zip(*np.unravel_index(order, wrong.shape), strict=True))
    names = [f"{labels[true]} as {labels[predicted]}" for true, predicted in pairs]
    rows = [int(wrong[pair]) for pair in pairs]
    table = pd.DataFrame({"rows": rows}, index=pd.Index(names, name="true as predicted"))
    return figures.bars("Most confused classes", alt, table, "rows")


def predicted_and_true(entry: Predicted) -> Figure:
    """Draw predicted numbers over true ones; the table holds both, and the error, by tenths of the true
    numbers."""
    y = entry.dataset.y
    predicted = entry.oof[:, 0]
    order = np.argsort(y, kind="stable")
    table = _by_tenths(y, predicted, order)
    shown = order[:: -(-len(order) // _MOST_DOTS)]
    alt = (
        f"What {entry.name!r}, fitted without them, predicts for {len(shown):,} training rows, over what "
        f"is true; on the dotted line both are equal. {_correlation(y, predicted)}"
    )

    def paint(axes: Axes) -> None:
        axes.scatter(y[shown], predicted[shown], s=6, alpha=0.5, linewidths=0)
        axes.axline((y.mean(), y.mean()), slope=1, color=INK, linewidth=0.8, linestyle=":")
        axes.locator_params("x", nbins=5)  # numbers of many digits must not meet
        axes.set_xlabel("true")
        axes.set_ylabel("predicted")

    return figures.draw("Predicted and true", alt, table, paint)


def _by_tenths(y: np.ndarray, predicted: np.ndarray, order: np.ndarray) -> pd.DataFrame:
    tenths = [rows for rows in np.array_split(order, 10) if len(rows)]
    columns = {
        "rows": [len(rows) for rows in tenths],
        "true mean": [y[rows].mean() for rows in tenths],
        "predicted mean": [predicted[rows].mean() for rows in tenths],
        "root mean square error": [np.sqrt(np.mean((predicted[rows] - y[rows]) ** 2)) for rows in tenths],
    }
    spans = [f"{y[rows[0]]:.5g} to {y[rows[-1]]:.5g}" for rows in tenths]
    return pd.DataFrame(columns, index=pd.Index(spans, name="true"))


def _correlation(y: np.ndarray, predicted: np.ndarray) -> str:
    if y.std() == 0 or predicted.std() == 0:
        return "One of them is always the same."
    return f"Correlation {np.corrcoef(y, predicted)[0, 1]:.3f}."


def residuals(entry: Predicted) -> Figure:
    """Draw a histogram of predicted minus true numbers."""
    errors = entry.dataset.task.errors(entry.dataset.y, entry.oof)
    low, middle, high = np.quantile(errors, [0.05, 0.5, 0.95])
    alt = (
        f"Predicted minus true, {entry.name!r}: nine tenths of the rows lie between {low:.6g} and "
        f"{high:.6g}, half of them below {middle:.6g}."
    )
    return figures.histogram("Errors", alt, {"rows": errors}, "predicted minus true")
