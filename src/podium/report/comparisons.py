"""Figures that set the entries side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd

from podium.kaggle.ledger import SubmissionRecord
from podium.metrics import Metric
from podium.pipeline.predictions import Predictions
from podium.pipeline.significance import SIGNIFICANT, Comparison, compare_folds, holm
from podium.plots import figures
from podium.plots.figures import Figure
from podium.report.contributions import without_each
from podium.report.intervals import make_scale
from podium.report.kaggle_scores import paired_scores
from podium.report.results import MOST_COMPARED, Results

_FEWEST_ENTRIES = 3  # in a figure, however far behind


def comparisons(results: Results, records: Sequence[SubmissionRecord]) -> Iterator[Figure]:
    """Those that there is something to say for."""
    found = (
        fold_by_fold(results),
        differences(results),
        contributions(results),
        error_correlation(results),
        learning_curves(results),
        public_scores(records, results.metric),
    )
    return (figure for figure in found if figure)


def fold_by_fold(results: Results) -> Figure:
    """Drawn of the entries that are near the best, with the numbers of all."""
    entries, metric = results.compared, results.metric.name
    table = pd.DataFrame(
        {f"fold {n + 1}": [p.fold_scores[n] for p in entries] for n in range(len(results.folds))},
        index=pd.Index([p.name for p in entries], name="entry"),
    )
    scale = make_scale(results.leaderboard)
    shown = table.loc[[p.name for p in entries if scale.holds(p.score)]]
    shown = shown if len(shown) >= _FEWEST_ENTRIES else table[:_FEWEST_ENTRIES]
    first = entries[0]
    alt = (
        f"The {metric} on each of the {len(results.folds)} folds, a stroke at their mean, for the "
        f"{len(shown)} best entries. {first.name}: {min(first.fold_scores):.5g} to "
        f"{max(first.fold_scores):.5g}."
    )
    return replace(figures.dots("Scores per fold", alt, shown, metric), table=table)


def compare_all(results: Results) -> dict[tuple[str, str], Comparison]:
    """How much better a is than b, for each pair of entries (a, b)."""
    sign = 1 if results.metric.greater_is_better else -1
    scores = {p.name: sign * np.array(p.fold_scores) for p in results.compared}
    share = results.valid_to_train
    return {(a, b): compare_folds(scores[a] - scores[b], share) for a, b in combinations(scores, 2)}


def differences(results: Results) -> Figure | None:
    found = compare_all(results)
    if not found:
        return None
    adjusted = holm(np.array([c.p_value for c in found.values()]))
    table = pd.DataFrame(
        {
            "better by": [c.difference for c in found.values()],
            "standard error": [c.standard_error for c in found.values()],
            "p": [c.p_value for c in found.values()],
            "p by Holm": adjusted,
        },
        index=pd.Index([f"{a} over {b}" for a, b in found], name="pair"),
    )
    clear = adjusted < SIGNIFICANT
    alt = (
        f"By how much the row's entry has the better {results.metric.name} than the column's; * marks what "
        f"noise cannot explain, {clear.sum()} of {len(found)} pairs. Corrected resampled t-test over the "
        "folds (Nadeau and Bengio 2003), p-values for all pairs at once by Holm (1979). It allows for "
        f"another training sample, and with {len(results.folds)} folds sees only large differences; the "
        "leaderboard's p is of the rows alone."
    )
    matrix, texts = _matrix(results, found, clear)
    drawn = figures.heatmap("Differences between entries", alt, matrix, "the other entry", texts=texts)
    return replace(drawn, table=table)


def _matrix(
    results: Results, found: dict[tuple[str, str], Comparison], clear: np.ndarray
) -> tuple[pd.DataFrame, np.ndarray]:
    """The gains (entries, entries) of each over each, and how they are written."""
    names = [p.name for p in results.compared]
    gains, texts = np.full((len(names), len(names)), np.nan), np.full((len(names), len(names)), "", object)
    places = results.leaderboard.best.places - 1
    for ((a, b), comparison), is_clear in zip(found.items(), clear, strict=True):
        row, column = names.index(a), names.index(b)
        gains[row, column], gains[column, row] = comparison.difference, -comparison.difference
        for place in ((row, column), (column, row)):
            texts[place] = _signed(gains[place], places) + "*" * bool(is_clear)
    return _numbered(gains, names), texts


def _numbered(values: np.ndarray, names: Sequence[str]) -> pd.DataFrame:
    """Each row with its number and name, each column with its number."""
    numbers = [str(number) for number in range(1, len(names) + 1)]
    return pd.DataFrame(values, [f"{name} {n}" for n, name in zip(numbers, names, strict=True)], numbers)


def _signed(gain: float, places: int) -> str:
    """Without a zero before the point, or a sign before nothing."""
    text = f"{gain:+.{places}f}"
    return (text if float(text) else text[1:]).replace("0.", ".", 1)


def contributions(results: Results) -> Figure | None:
    """What the blend called `weights` loses without each of its members."""
    blends = {p.name: p.details for p in results.predictions if p.is_blend}
    members = [p for p in results.predictions if p.name in blends.get("weights", {}).get("members", [])]
    if len(members) < 3:
        return None
    found = without_each(members, results)
    table = pd.DataFrame(
        {
            "worse without it": [c.difference for c in found.values()],
            "standard error": [c.standard_error for c in found.values()],
            "p": [c.p_value for c in found.values()],
        },
        index=pd.Index(found, name="model"),
    )
    for name in ("weights", "greedy"):
        if shares := blends.get(name, {}).get("weights"):
            table[f"weight in {name}"] = [shares.get(model, 0.0) for model in found]
    table = table.sort_values("worse without it", ascending=False)
    first, metric = table.iloc[0], results.metric.name
    alt = (
        f"How much worse ({metric}) the blend 'weights' is when it is fitted without a model, nested, with "
        "95 % intervals from the folds (Nadeau and Bengio 2003). It needs "
        f"{table.index[0]} the most: {first['worse without it']:.2g} ± {first['standard error']:.2g}."
    )
    return figures.intervals("What each model adds to the blend", alt, table, f"{metric} worse without it")


def error_correlation(results: Results) -> Figure | None:
    errors = {p.name: e for p in results.models if (e := row_errors(p, results)).std() > 0}
    if len(errors) < 2:
        return None
    names, correlations = list(errors), np.corrcoef(list(errors.values()))
    apart = {(a, b): correlations[names.index(a), names.index(b)] for a, b in combinations(names, 2)}
    (a, b), least = min(apart.items(), key=lambda item: item[1])
    alt = (
        "Correlation between the errors of the models, row by row: the lower it is, the more a blend of them "
        f"gains. It is lowest for {a} and {b}: {least:.2f}."
    )
    return figures.heatmap(
        "Error correlation",
        alt,
        _numbered(correlations.round(2) + 0.0, names),
        "correlation of errors",
    )


def row_errors(predictions: Predictions, results: Results) -> np.ndarray:
    """Return the errors (n,) of the rows, as the task measures them."""
    return results.dataset.task.errors(results.dataset.y, predictions.oof)


def learning_curves(results: Results) -> Figure | None:
    """Of the best networks, however many other models are better."""
    models = [p for p in results.predictions if results.kinds[p.name] == "model"]
    drawn = [(p.name, mean_curve(p.details.get("losses", []))) for p in models]
    curves = dict([(name, curve) for name, curve in drawn if len(curve) > 1][:MOST_COMPARED])
    if not curves:
        return None
    table = pd.DataFrame({name: pd.Series(c, index=range(1, len(c) + 1)) for name, c in curves.items()})
    name, curve = next(iter(curves.items()))
    alt = (
        f"Training loss of each network after each epoch, the mean over the folds. {name}: from "
        f"{curve[0]:.3g} to {curve[-1]:.3g} in {len(curve)} epochs."
    )
    is_log = bool((table.min() > 0).all())
    return figures.lines(
        "Learning curves", alt, table.rename_axis("epoch"), "epoch", "training loss", log=is_log
    )


def mean_curve(losses: Sequence[Sequence[float]]) -> np.ndarray:
    """Over folds, of which some may have ended before others."""
    longest = max(map(len, losses), default=0)
    padded = [[*curve, *[np.nan] * (longest - len(curve))] for curve in losses if len(curve)]
    return np.nanmean(padded, axis=0) if padded else np.zeros(0)


def public_scores(records: Sequence[SubmissionRecord], metric: Metric) -> Figure | None:
    table = paired_scores(records)
    if table.empty:
        return None
    gap = float((table["public"] - table["cross-validated"]).mean())
    alt = (
        f"Kaggle's public score over the cross-validated one ({metric.name}) of {len(table)} submissions; "
        f"on the dotted line both are equal. The public score is {gap:+.5f} off in the mean."
    )
    return figures.points("Cross-validation and public score", alt, table, diagonal=True)
