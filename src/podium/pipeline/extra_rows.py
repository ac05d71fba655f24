"""What the rows from elsewhere are worth: the best model fitted with and without them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from podium.errors import ModelError
from podium.formatting import with_error
from podium.pipeline.crossval import Progress, cross_validate
from podium.pipeline.fit import Job
from podium.pipeline.leaderboard import BASELINE, WARNINGS
from podium.pipeline.predictions import Predictions
from podium.pipeline.session import Session
from podium.pipeline.significance import Comparison, bootstrap

VARIANT = "without-extra-rows"  # how the model is called while it is fitted without them


def best_model(session: Session, trained: Sequence[Predictions]) -> Predictions:
    """Return the best of the trained models, without the constant and the warnings where there are others."""
    models = [p for p in trained if p.name.partition("@")[0] not in (BASELINE, *WARNINGS)] or trained
    return max(models, key=lambda p: session.metric.gain(p.score, over=0.0))


def worth_of_extra_rows(session: Session, best: Predictions, progress: Progress) -> str:
    """Fit the best model without the extra rows as well, on the same folds, and return what they bought, by
    the paired bootstrap."""
    dataset = replace(session.dataset, extra=None)
    params = best.details["params"]
    job = Job(f"{best.name}@{VARIANT}", params, session.competition.seed)
    extra = session.dataset.extra
    rows = f"{0 if extra is None else len(extra):,} extra rows"
    try:
        without = cross_validate(job, dataset, session.folds, session.metric, session.store, progress)
    except (ValueError, ModelError) as error:  # such as a class that only the extra rows hold
        return f"what the {rows} bought is not known: without them it fails: {error}"
    comparison = bootstrap(session.scorer, [best, without], session.scored.groups).compare(1, 0)
    return f"{_verdict(comparison, rows)}; without them {without.score:.5f}"


def _verdict(comparison: Comparison, rows: str) -> str:
    gain = with_error(abs(comparison.difference), comparison.standard_error, 5)
    if comparison.is_tie:
        return f"the {rows} bought nothing that the noise cannot explain (p = {comparison.p_value:.3f})"
    verb = "bought" if comparison.difference > 0 else "cost"
    return f"the {rows} {verb} {gain} (p = {comparison.p_value:.3f})"
