"""What knows the target and should not: metadata, order, gaps, and a column that is the target itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from podium.audit.evidence import RARE, Evidence, Target, binned, explain, explain_sharply, target_of
from podium.audit.finding import Finding
from podium.audit.target import class_names
from podium.audit.views import View, Views, has_spaces, patterns
from podium.data.dataset import Dataset
from podium.formatting import percent, short

LEAST_ROWS = 50  # of fewer the error bars are guesses
MATTERS = 0.05  # of what can be explained: two even classes told apart with accuracy .63
LITTLE = 0.01  # below that nobody cares
DETERMINED = 0.98  # of what can be explained: no honest feature is as good as that
WORTH_A_TREE = 0.5  # explained in bins: less is far from all
PLAIN = 0.75  # a plain view that explains this share of what the best does is shown in its place
OF_GROUPS = (20, 50)  # at least so many groups, of at most so many rows on average
SUSPECT = 0.01  # the chance that a shortcut which one asks about anyway seems to be one
FEW = 0.05  # of the test rows: their groups are others than those of the training rows


@dataclass(frozen=True)
class Look:
    """What a view says of the rows (r,) that have a value, in `bins` (r,); `carried` is the share that it
    would explain of the test rows, None where they do not have the view."""

    view: View
    rows: np.ndarray
    bins: np.ndarray
    evidence: Evidence
    carried: float | None


def look(view: View, target: Target, rare: int = RARE) -> Look | None:
    """None if fewer than LEAST_ROWS rows have a value, or all have the same."""
    rows = np.flatnonzero(view.train.notna())
    bins, test = binned(view, rare)
    bins = bins[rows]
    if len(rows) < LEAST_ROWS or bins.min() == bins.max():
        return None
    evidence = explain(bins, target.part(rows))
    if view.test is None:
        return Look(view, rows, bins, evidence, None)
    means = np.bincount(bins, evidence.gains) / np.maximum(np.bincount(bins), 1)
    known = test[(test >= 0) & (test < len(means))]
    carried = means[known].sum() / len(test) * len(view.train) / len(rows)
    return Look(view, rows, bins, evidence, float(carried))


def find_leaks(dataset: Dataset, views: Views) -> Iterator[Finding]:
    """Metadata that predict the target, each subject once."""
    target = target_of(dataset)
    looks = [found for view in _metadata(views) if (found := look(view, target))]
    sure = [s for s in looks if s.evidence.share > LITTLE and s.evidence.is_sure(len(looks))]
    for subject in dict.fromkeys(s.view.subject for s in sure):
        same = [s for s in sure if s.view.subject == subject]
        best = max(s.evidence.share for s in same)
        yield _leak(next(s for s in same if s.evidence.share >= PLAIN * best), dataset)


def _metadata(views: Views) -> Iterator[View]:
    yield from views.files
    for view in views.about:
        if not view.is_long_text and not _names_groups(view):
            yield from (view, *patterns(view))
    yield from views.order


def _leak(found: Look, dataset: Dataset) -> Finding:
    share = found.evidence.share
    what = f"{found.view.name} alone predicts the target: {_quote(found.evidence)}"
    if len(found.rows) < len(dataset.y):
        what += f", on the {len(found.rows):,} rows that have it"
    if share < MATTERS:
        advice = "too little to matter much"
    elif found.carried is None and not len(dataset.test_ids):
        advice = "keep it from the models"
    elif found.carried is None:
        advice = "the test files do not have it, so it is never a feature"
    elif found.carried < MATTERS:
        advice = "the test files have other values, so it is of no use there"
    else:
        advice = "keep it from the models, and compare them with one that sees nothing else"
    is_alarm = share >= MATTERS and (found.carried is None or found.carried >= MATTERS)
    return Finding("leak", is_alarm, f"{what}; {advice}", *found.evidence.score, _telling(found, dataset))


def find_shortcuts(dataset: Dataset, views: Views) -> Iterator[Finding]:
    """What X says beside its content, where that predicts the target: when a row was made, and how long its
    text is."""
    target = target_of(dataset)
    looks = [found for view in _shortcuts(views) if (found := look(view, target))]
    for found in looks:
        if found.evidence.share > LITTLE and found.evidence.is_sure(len(looks), SUSPECT):
            what = (
                "it tells how the rows were collected, and nothing of rows yet to come"
                if found.view.is_time
                else "a model may learn that and not what the text says"
            )
            summary = (
                f"{found.view.name} alone predicts the target: {_quote(found.evidence)}; {what}: compare the "
                "models with one that sees nothing else"
            )
            yield Finding("leak", False, summary, *found.evidence.score, _telling(found, dataset))


def _shortcuts(views: Views) -> Iterator[View]:
    for view in views.features:
        if view.is_time:
            edges = np.unique(view.train.dropna().quantile([0, 0.25, 0.5, 0.75]))
            yield _seen_as(view, "in four periods", partial(_periods, edges=edges))
        elif view.is_text and has_spaces(view.train.dropna()) and view.train.nunique() > len(view.train) / 2:
            yield _seen_as(view, "characters", lambda texts: texts.str.len().astype(float))


def _seen_as(view: View, fact: str, how: Callable[[pd.Series], pd.Series]) -> View:
    return replace(view, fact=fact, train=how(view.train), test=None if view.test is None else how(view.test))


def _periods(seconds: pd.Series, edges: np.ndarray) -> pd.Series:
    """The day on which the period of each moment begins; before the first edge is in the first."""
    days = pd.to_datetime(edges, unit="s").strftime("%Y-%m-%d").to_numpy(dtype=object)
    codes = np.searchsorted(edges, seconds.to_numpy(), side="right") - 1
    return pd.Series(days[codes.clip(0)], seconds.index, dtype=object).where(seconds.notna(), None)


def _quote(evidence: Evidence) -> str:
    score, error = evidence.score
    if evidence.target.is_numbers:
        return f"R2 {score:.3f} ± {error:.3f} of its ranks"
    return (
        f"accuracy {score:.3f} ± {error:.3f}, the largest class {evidence.majority:.3f} "
        f"({percent(evidence.share)} of the log loss explained)"
    )


def _telling(found: Look, dataset: Dataset) -> tuple[str, ...]:
    """The bins that say most, with what they say."""
    values, y = found.view.train.iloc[found.rows], dataset.y[found.rows]
    gains = np.bincount(found.bins, found.evidence.gains)
    return tuple(
        f"{_label(values[found.bins == code])}: {_content(y[found.bins == code], y, dataset)}"
        for code in np.argsort(-gains, kind="stable")[:3]
        if gains[code] > 0
    )


def _label(values: pd.Series) -> str:
    distinct = values.unique()
    if len(distinct) == 1:
        return f"{distinct[0]:.12g}" if isinstance(distinct[0], float) else short(distinct[0])
    if values.dtype == object:
        return f"{len(distinct):,} rare ones"
    return f"{values.min():.12g} to {values.max():.12g}"


def _content(inside: np.ndarray, y: np.ndarray, dataset: Dataset) -> str:
    rows = f"{len(inside):,} rows"
    if dataset.classes is None:
        return f"{rows}, median target {np.median(inside):g}, of all {np.median(y):g}"
    code = np.bincount(inside, minlength=dataset.width).argmax()
    shares = percent(np.mean(inside == code)), percent(np.mean(y == code))
    return f"{rows}, {shares[0]} {class_names(dataset)[code]}, of all {shares[1]}"


def find_gaps(dataset: Dataset, views: Views) -> Iterator[Finding]:
    """Columns whose being empty predicts the target; those that are empty together are one."""
    target = target_of(dataset)
    masks: dict[bytes, list[tuple[View, np.ndarray, bool]]] = {}
    for is_feature, columns in ((True, views.features), (False, views.about)):
        for view in columns:
            gap = view.train.isna().to_numpy()
            if len(gap) >= LEAST_ROWS and 0 < gap.sum() < len(gap):
                masks.setdefault((gap ^ gap[0]).tobytes(), []).append((view, gap, is_feature))
    for together in masks.values():
        gap = together[0][1]
        evidence = explain(gap.astype(np.int64), target)
        if evidence.share > LITTLE and evidence.is_sure(len(masks)):
            yield _gap(together, gap, evidence, dataset)


def _gap(
    together: list[tuple[View, np.ndarray, bool]], gap: np.ndarray, evidence: Evidence, dataset: Dataset
) -> Finding:
    empty = [view.subject for view, mask, _ in together if mask[0] == gap[0]]
    filled = [view.subject for view, mask, _ in together if mask[0] != gap[0]]
    only = f" and only there one of {', '.join(filled)}" if filled else ""
    of_features = all(is_feature for _, _, is_feature in together)
    advice = "make sure that gaps come about alike in test" if of_features else "keep it from the models"
    summary = (
        f"{gap.sum():,} rows have no value of {', '.join(empty)}{only}; that alone predicts the target: "
        f"{_quote(evidence)}; {advice}"
    )
    examples = (
        f"without a value: {_content(dataset.y[gap], dataset.y, dataset)}",
        f"with one: {_content(dataset.y[~gap], dataset.y, dataset)}",
    )
    is_alarm = evidence.share >= MATTERS and not of_features
    return Finding("missing", is_alarm, summary, *evidence.score, examples)


def find_determined(dataset: Dataset, views: Views) -> Iterator[Finding]:
    """Columns of X, one of which alone says the target."""
    target = target_of(dataset)
    for view in views.features:
        first = look(view, target)
        if first is None or first.evidence.share < WORTH_A_TREE:
            continue
        values = binned(view, rare=2)[0].astype(float) if view.is_text else view.train.to_numpy()
        evidence = explain_sharply(values[first.rows], target.part(first.rows))
        score, error = evidence.score
        base = 0.0 if target.is_numbers else evidence.majority
        if (score - base) >= DETERMINED * (1 - base):
            summary = f"{view.subject} of X alone gives the target: {_quote(evidence)}; find out why"
            yield Finding("leak", True, summary, score, error, _telling(first, dataset))


def find_groups(dataset: Dataset, views: Views) -> Iterator[Finding]:
    """Columns that say which rows belong together, where no split keeps them together though they share
    their target and the test rows are of other groups."""
    target = target_of(dataset)
    columns = [_as_names(view) for view in (*views.about, *views.features) if _names_groups(view)]
    looks = [found for view in columns if (found := look(view, target, rare=2))]
    for found in looks:
        if found.evidence.share >= MATTERS and found.evidence.is_sure(len(looks)):
            others = ", and the test rows have others" if found.view.test is not None else ""
            summary = (
                f"rows with one value of {found.view.subject} share their target{others}: "
                f"{_quote(found.evidence)}; make them groups of the dataset, or the scores are too good"
            )
            yield Finding("groups", True, summary, *found.evidence.score, _telling(found, dataset))


def _names_groups(view: View) -> bool:
    """Whether it says of rows which belong together: many values of a few rows each, and others in the
    test rows."""
    values = view.train.dropna()
    is_name = view.is_text or (view.test is not None and bool((values % 1 == 0).all()))
    if not is_name or view.is_long_text:
        return False
    counts = values.value_counts()
    least, most = OF_GROUPS
    if len(counts) < least or len(values) > most * len(counts) or counts[counts > 1].sum() < len(values) / 2:
        return False
    return view.test is None or float(view.test.isin(counts.index).mean()) <= FEW


def _as_names(view: View) -> View:
    test = None if view.test is None else view.test.astype(object)
    return replace(view, train=view.train.astype(object), test=test)
