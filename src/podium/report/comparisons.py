"""Figures that set the entries side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from podium.kaggle.ledger import SubmissionRecord
from podium.metrics import Metric
from podium.pipeline.significance import SIGNIFICANT, Comparison, compare_folds, holm
from podium.plots import figures
from podium.plots.figures import Figure
from podium.report.contributions import without_each
from podium.report.intervals import make_scale
from podium.report.kaggle_scores import paired_scores
from podium.report.results import MOST_COMPARED, Results

_FEWEST_ENTRIES = 3  # in a figure, however far from the best they are
_FEWEST_MEMBERS = 3  # of a blend whose members are compared
_LEAST_RATIO = 10  # of losses: a logarithmic axis of less has no numbers beside it

Comparisons = dict[tuple[str, str], Comparison]  # how much better a is than b, for each pair (a, b)


def comparisons(results: Results, records: Sequence[SubmissionRecord]) -> Iterator[Figure]:
    """Yield the figures for which there is something to show."""
    found = (
        scores_per_fold(results),
        differences(results),
        contributions(results),
        error_correlation(results),
        learning_curves(results),
        best_against_time(results),
        public_scores(records, results.metric),
    )
    return (figure for figure in found if figure)


def scores_per_fold(results: Results) -> Figure:
    """Draw the scores of the entries near the best; the table holds those of all."""
    entries = results.compared
    metric = results.metric.name
    table = pd.DataFrame(
        [p.fold_scores for p in entries],
        index=pd.Index([p.name for p in entries], name="entry"),
        columns=[f"fold {number + 1}" for number in range(len(results.folds))],
    )
    scale = make_scale(results.leaderboard)
    shown = table.loc[[p.name for p in entries if scale.holds(p.score)]]
    if len(shown) < _FEWEST_ENTRIES:
        shown = table[:_FEWEST_ENTRIES]
    best = entries[0]
    alt = (
        f"The {metric} on each of the {len(results.folds)} folds, a stroke at their mean, for the "
        f"{len(shown)} best entries. {best.name}: {min(best.fold_scores):.5g} to {max(best.fold_scores):.5g}."
    )
    return replace(figures.dots("Scores per fold", alt, shown, metric), table=table)


def differences(results: Results) -> Figure | None:
    """Draw by how much each entry beats each other, and which differences noise cannot explain."""
    found = _compare_pairs(results)
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
    matrix, texts = _difference_matrix(results, found, clear)
    figure = figures.heatmap("Differences between entries", alt, matrix, "the other entry", texts=texts)
    return replace(figure, table=table)


def _compare_pairs(results: Results) -> Comparisons:
    sign = 1 if results.metric.greater_is_better else -1
    scores = {p.name: sign * np.array(p.fold_scores) for p in results.compared}
    share = results.valid_to_train
    return {(a, b): compare_folds(scores[a] - scores[b], share) for a, b in combinations(scores, 2)}


def _difference_matrix(
    results: Results, found: Comparisons, clear: np.ndarray
) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the gains (entries, entries) of each entry over each, and how they are written."""
    names = [p.name for p in results.compared]
    gains = np.full((len(names), len(names)), np.nan)
    texts = np.full((len(names), len(names)), "", object)
    places = results.leaderboard.best.places - 1
    for ((a, b), comparison), is_clear in zip(found.items(), clear, strict=True):
        row = names.index(a)
        column = names.index(b)
        gains[row, column] = comparison.difference
        gains[column, row] = -comparison.difference
        for place in ((row, column), (column, row)):
            texts[place] = _signed(gains[place], places) + "*" * bool(is_clear)
    return _numbered(gains, names), texts


def _numbered(values: np.ndarray, names: Sequence[str]) -> pd.DataFrame:
    """Return a table whose rows have numbers and names, and whose columns have the same numbers."""
    numbers = [str(number) for number in range(1, len(names) + 1)]
    return pd.DataFrame(values, [f"{name} {n}" for n, name in zip(numbers, names, strict=True)], numbers)


def _signed(gain: float, places: int) -> str:
    """Return a gain without the zero before its point, and without a sign where it is rounded to nothing."""
    text = f"{gain:+.{places}f}"
    return (text if float(text) else text[1:]).replace("0.", ".", 1)


def contributions(results: Results) -> Figure | None:
    """Draw what the blend called `weights` loses without each of its members."""
    blends = {p.name: p.details for p in results.predictions if p.is_blend}
    names = blends.get("weights", {}).get("members", [])
    members = [p for p in results.predictions if p.name in names]
    if len(members) < _FEWEST_MEMBERS:
        return None
    table = _contribution_table(without_each(members, results), blends)
    first = table.iloc[0]
    metric = results.metric.name
    alt = (
        f"How much worse ({metric}) the blend 'weights' is when it is fitted without a model, nested, with "
        "95 % intervals from the folds (Nadeau and Bengio 2003). It needs "
        f"{table.index[0]} the most: {first['worse without it']:.2g} ± {first['standard error']:.2g}."
    )
    return figures.intervals("What each model adds to the blend", alt, table, f"{metric} worse without it")


def _contribution_table(
    found: Mapping[str, Comparison], blends: Mapping[str, Mapping[str, Any]]
) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "worse without it": [c.difference for c in found.values()],
            "standard error": [c.standard_error for c in found.values()],
            "p": [c.p_value for c in found.values()],
        },
        index=pd.Index(found, name="model"),
    )
    for name in ("weights", "greedy"):
        weights = blends.get(name, {}).get("weights")
        if weights:
            table[f"weight in {name}"] = [weights.get(model, 0.0) for model in found]
    return table.sort_values("worse without it", ascending=False)


def error_correlation(results: Results) -> Figure | None:
    """Draw how alike the errors of the models are, row by row, as the task measures errors."""
    dataset = results.dataset
    every = {p.name: dataset.task.errors(dataset.y, p.oof) for p in results.models}
    errors = {name: one for name, one in every.items() if one.std() > 0}
    if len(errors) < 2:
        return None
    names = list(errors)
    correlations = np.corrcoef(list(errors.values()))
    pairs = {(a, b): correlations[names.index(a), names.index(b)] for a, b in combinations(names, 2)}
    (a, b), lowest = min(pairs.items(), key=lambda item: item[1])
    alt = (
        "Correlation between the errors of the models, row by row: the lower it is, the more a blend of them "
        f"gains. It is lowest for {a} and {b}: {lowest:.2f}."
    )
    table = _numbered(correlations.round(2) + 0.0, names)  # + 0.0: no minus before a zero
    return figures.heatmap("Error correlation", alt, table, "correlation of errors")


def learning_curves(results: Results) -> Figure | None:
    """Draw the training losses of the best networks, however many other models are better."""
    models = [p for p in results.predictions if results.kinds[p.name] == "model"]
    every = [(p.name, mean_curve(p.details.get("losses", []))) for p in models]
    curves = dict([(name, curve) for name, curve in every if len(curve) > 1][:MOST_COMPARED])
    if not curves:
        return None
    epochs = {name: pd.Series(curve, index=range(1, len(curve) + 1)) for name, curve in curves.items()}
    table = pd.DataFrame(epochs).rename_axis("epoch")
    name, curve = next(iter(curves.items()))
    alt = (
        f"Training loss of each network after each epoch, the mean over the folds. {name}: from "
        f"{curve[0]:.3g} to {curve[-1]:.3g} in {len(curve)} epochs."
    )
    lowest = table.min().min()
    is_log = bool(lowest > 0 and table.max().max() >= _LEAST_RATIO * lowest)
    return figures.lines("Learning curves", alt, table, "epoch", "training loss", log=is_log)


def mean_curve(losses: Sequence[Sequence[float]]) -> np.ndarray:
    """Return the mean loss of each epoch over the folds that have it; some may have ended before others."""
    longest = max(map(len, losses), default=0)
    padded = [[*curve, *[np.nan] * (longest - len(curve))] for curve in losses if len(curve)]
    return np.nanmean(padded, axis=0) if padded else np.zeros(0)


def best_against_time(results: Results) -> Figure | None:
    """Draw the best score of a model after each second of the last run in which models were fitted."""
    scores = {p.name: p.score for p in results.predictions if results.kinds[p.name] == "model"}
    finished = sorted((s, name) for name, s in results.finished_after.items() if name in scores)
    if len(finished) < _FEWEST_ENTRIES:
        return None
    seconds = [second for second, _ in finished]
    pick = np.maximum if results.metric.greater_is_better else np.minimum
    best = pick.accumulate([scores[name] for _, name in finished])
    table = pd.DataFrame({"best so far": best}, index=pd.Index(seconds, name="seconds"))
    leaders = [finished[i][1] for i in range(len(best)) if i == 0 or best[i] != best[i - 1]]
    alt = (
        f"The best {results.metric.name} of a model over the seconds of the last run. It was that of, one "
        f"after the other: {', '.join(leaders)}."
    )
    return figures.lines("Best score against time", alt, table, "seconds", results.metric.name)


def public_scores(records: Sequence[SubmissionRecord], metric: Metric) -> Figure | None:
    """Draw Kaggle's public scores over our own."""
    table = paired_scores(records)
    if table.empty:
        return None
    gap = float((table["public"] - table["cross-validated"]).mean())
    alt = (
        f"Kaggle's public score over the cross-validated one ({metric.name}) of {len(table)} submissions; "
        f"on the dotted line both are equal. The public score is {gap:+.5f} off in the mean."
    )
    return figures.points("Cross-validation and public score", alt, table, diagonal=True)
