"""What the rows from elsewhere are worth: the best model fitted with and without them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from podium.errors import ModelError
from podium.formatting import with_error
from podium.pipeline.crossval import EngineMaker, cross_validate
from podium.pipeline.fit import Job
from podium.pipeline.predictions import Predictions
from podium.pipeline.progress import Progress
from podium.pipeline.session import Session
from podium.pipeline.significance import Comparison, bootstrap

VARIANT = "without-extra-rows"  # how the model is called while it is fitted without them


def describe_extra_rows(
    session: Session, models: Sequence[Predictions], progress: Progress, engines: EngineMaker
) -> dict[str, str]:
    """Fit the best of the models without the extra rows as well, on the same folds, and return by its name
    what they bought, by the paired bootstrap; nothing of a data set without extra rows."""
    extra = session.dataset.extra
    if extra is None:
        return {}
    best = max(models, key=lambda model: session.metric.gain(model.score, over=0.0))
    return {best.name: _worth(session, best, f"{len(extra):,} extra rows", progress, engines)}


def _worth(session: Session, best: Predictions, rows: str, progress: Progress, engines: EngineMaker) -> str:
    dataset = replace(session.dataset, extra=None)
    job = Job(f"{best.name}@{VARIANT}", best.details["params"], session.competition.seed)
    try:
        without = cross_validate(
            job, dataset, session.folds, session.metric, session.store, progress, engines
        )
    except ModelError as error:  # such as a class that only the extra rows hold
        return f"what the {rows} bought is not known: without them it fails: {error}"
    comparison = bootstrap(session.scorer, [best, without], session.scored.groups).compare(1, 0)
    return f"{_verdict(comparison, rows)}; without them {without.score:.5f}"


def _verdict(comparison: Comparison, rows: str) -> str:
    gain = with_error(abs(comparison.difference), comparison.standard_error, 5)
    if comparison.is_tie:
        return f"the {rows} bought nothing that the noise cannot explain (p = {comparison.p_value:.3f})"
    verb = "bought" if comparison.difference > 0 else "cost"
    return f"the {rows} {verb} {gain} (p = {comparison.p_value:.3f})"
