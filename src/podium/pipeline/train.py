"""From a competition's files to a leaderboard and a submission."""

from __future__ import annotations

import platform
import subprocess
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from podium.audit import Finding, audit, audit_id
from podium.competition.declaration import Competition
from podium.competition.sources import find_source, folder_sums, unpack
from podium.data.dataset import Dataset, contradictory
from podium.data.images import without_broken
from podium.errors import CompetitionError, ModelError, PodiumError, SubmissionError
from podium.formatting import sample
from podium.metrics.metrics import Metric, get_metric, require_fitting
from podium.models import registry as models
from podium.pipeline.blend import blend, blend_id, blend_names
from podium.pipeline.crossval import Job, Progress, cross_validate, with_warm_start
from podium.pipeline.error_analysis import write_doubts
from podium.pipeline.error_ranges import fitting_edges, ranges_table
from podium.pipeline.folds import Folds, make_folds
from podium.pipeline.leaderboard import WARNINGS, Leaderboard, make_leaderboard
from podium.pipeline.predictions import Predictions
from podium.pipeline.submission import build, read_sample, to_csv
from podium.storage.code_version import code_id
from podium.storage.hashing import content_id, file_sum
from podium.storage.store import Store

BASELINE = "constant"


@dataclass(frozen=True)
class Setting:
    """All that training needs, loaded and checked; `skipped` says what is wrong with each image that was
    left out."""

    competition: Competition
    root: Path
    store: Store
    is_toy: bool
    metric: Metric
    dataset: Dataset
    sample: pd.DataFrame
    folds: Folds
    skipped: tuple[str, ...] = ()
    files: Path | None = None


@dataclass(frozen=True)
class Outcome:
    leaderboard: Leaderboard
    chosen: Predictions
    predictions: tuple[Predictions, ...]
    failures: Mapping[str, str]


@contextmanager
def prepared(
    competition: Competition, root: Path, data: Path | None, skip_bad_images: bool = False
) -> Iterator[Setting]:
    """Load everything, with the competition's store locked until the end of the block."""
    metric = get_metric(competition.metric)
    source = find_source(competition, root, data)
    store = find_stores(competition, root)[source.is_toy]
    with store.lock():
        files = unpack(source, competition, store.root / "data")
        dataset, skipped = competition.load(files), list[str]()
        if skip_bad_images:
            dataset, skipped = without_broken(dataset)
        for judge in (metric, *map(get_metric, competition.also)):
            require_fitting(judge, dataset)
        like = read_sample(competition, dataset, files)
        folds = _saved_folds(competition, dataset, store)
        yield Setting(
            competition, root, store, source.is_toy, metric, dataset, like, folds, tuple(skipped), files
        )


def remarks(setting: Setting) -> list[str]:
    """What a person should know of the data before trusting a number."""
    return [*origin(setting), *_contradictions(setting), _audit_line(setting)]


def origin(setting: Setting) -> list[str]:
    """Which data these are, where that is not plain."""
    lines = []
    if setting.is_toy:
        lines.append("no data found: using toy data (--data PATH or PODIUM_DATA names the real)")
    if setting.skipped:
        lines.append(
            f"{len(setting.skipped)} images skipped (of the training rows left out, of the test rows grey): "
            f"{'; '.join(setting.skipped[:5])}"
        )
    return lines


def _contradictions(setting: Setting) -> list[str]:
    rows = np.flatnonzero(contradictory(setting.dataset))
    if len(rows) == 0:
        return []
    fate = {"keep": "trained on", "drop": "not trained on"}[setting.competition.folds.contradictions]
    return [
        f"{len(rows)} training rows are {fate} though rows of the same group carry another label, "
        f"e.g. data rows {sample((rows + 1).tolist())}"
    ]


def _audit_line(setting: Setting) -> str:
    findings = audited(setting)
    alarms = [finding.kind for finding in findings if finding.is_alarm]
    kinds = f" ({', '.join(list(dict.fromkeys(alarms))[:4])})" if alarms else ""
    notes = len(findings) - len(alarms)
    more = f"podium audit {setting.competition.name} tells more"
    return f"audit: alarms: {len(alarms)}{kinds}, notes: {notes}; {more}"


def audited(setting: Setting) -> list[Finding]:
    """The audit of the data, from the store where it is there."""
    path = setting.store.root / "audits" / f"{audit_id(setting.dataset)}.json"
    saved = setting.store.read_json(path)
    if saved is not None:
        return [Finding(**{**facts, "examples": tuple(facts["examples"])}) for facts in saved]
    findings = audit(setting.dataset)
    setting.store.write_json(path, [asdict(finding) for finding in findings])
    return findings


def _saved_folds(competition: Competition, dataset: Dataset, store: Store) -> Folds:
    plan = competition.folds
    name = content_id(dataset.id, asdict(plan))
    path = store.root / "folds" / f"{name}.npz"
    saved = store.read_arrays(path)
    if saved is not None:
        return Folds(saved["valid_fold"], saved["untrained"])
    folds = make_folds(dataset, plan)
    store.write_arrays(path, {"valid_fold": folds.valid_fold, "untrained": folds.untrained})
    return folds


def select_models(
    competition: Competition, names: Sequence[str], is_toy: bool = False
) -> dict[str, Mapping[str, Any]]:
    """The roster, or of it (and of all models) the named ones; always with the constant.

    Raises ModelError for a name that is neither in the roster nor a model.
    """
    roster = competition.models(is_toy)
    for name in names:
        if name not in roster:
            models.find(name, get_metric(competition.metric).regression)
    return {name: roster.get(name, {}) for name in dict.fromkeys([BASELINE, *(names or roster)])}


def train(setting: Setting, names: Sequence[str], progress: Progress, warm_start: bool = False) -> Outcome:
    """Cross-validate the models, blend them, and write the leaderboard.

    A model that raises gets a row with its reason, and the others go on. With `warm_start` networks
    go on from their newest weights in the store. Raises CompetitionError if no model is left.
    """
    trained: list[Predictions] = []
    failures: dict[str, str] = {}
    for name, params in select_models(setting.competition, names, setting.is_toy).items():
        try:
            trained.append(_cross_validated(setting, name, params, progress, warm_start))
        except Exception as error:
            if isinstance(error, PodiumError) and not isinstance(error, ModelError):
                raise
            failures[name] = _reason(error)
            _keep_traceback(setting.store, name)
    if not trained:
        raise CompetitionError(f"{setting.competition.name!r}: every model failed: {failures}")
    predictions = (*trained, *_averages(setting, trained), *_blends(setting, trained))
    leaderboard, chosen = make_leaderboard(
        setting.competition.name,
        setting.is_toy,
        setting.metric,
        setting.dataset,
        predictions,
        setting.competition.references,
        failures,
        [get_metric(name) for name in setting.competition.also],
    )
    write_leaderboard(setting.store, leaderboard)
    write_doubts(setting.store, setting.dataset, chosen)
    if setting.dataset.is_regression:
        write_ranges(setting, predictions)
    return Outcome(leaderboard, chosen, predictions, failures)


def write_ranges(setting: Setting, predictions: Sequence[Predictions]) -> None:
    """As by-range.csv, how wrong each model and blend is in each range of the numbers."""
    dataset = setting.dataset
    edges = fitting_edges(dataset.y, setting.competition.ranges)
    table = ranges_table(dataset.y, predictions, edges, dataset.groups)
    setting.store.write(setting.store.root / "by-range.csv", table.to_csv(index=False).encode())


def _cross_validated(
    setting: Setting, name: str, params: Mapping[str, Any], progress: Progress, warm_start: bool
) -> Predictions:
    dataset, folds, store = setting.dataset, setting.folds, setting.store
    job = Job(name, params, setting.competition.seed)
    if warm_start:
        job = with_warm_start(job, dataset, folds, store)
    return cross_validate(job, dataset, folds, setting.metric, store, progress)


def _reason(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0] if lines else 'no message'}"


def _keep_traceback(store: Store, name: str) -> None:
    store.write(store.root / "models" / f"{name}.failed.txt", traceback.format_exc().encode())


def _averages(setting: Setting, trained: Sequence[Predictions]) -> Iterator[Predictions]:
    """The means that the competition names, of those of their models that were trained."""
    for name, names in setting.competition.averages.items():
        members = [p for p in trained if p.name in names]
        if len(members) > 1:
            yield replace(_blend(setting, "mean", members), name=name)


def _blends(setting: Setting, trained: Sequence[Predictions]) -> Iterator[Predictions]:
    """Every blend of the models, without the constant and the warnings; none of fewer than two."""
    members = [p for p in trained if p.name.partition("@")[0] not in (BASELINE, *WARNINGS)]
    if len(members) < 2:
        return
    for name in blend_names(setting.dataset.width):
        yield _blend(setting, name, members)


def _blend(setting: Setting, name: str, members: Sequence[Predictions]) -> Predictions:
    path = setting.store.root / "blends" / f"{name}-{blend_id(name, members, setting.metric)}.npz"
    found = setting.store.read_predictions(path)
    if found is None:
        found = blend(name, members, setting.dataset.y, setting.folds, setting.metric)
        setting.store.write_predictions(path, found)
    return found


def write_leaderboard(store: Store, leaderboard: Leaderboard) -> None:
    store.write(store.root / "leaderboard.csv", leaderboard.to_csv())
    store.write_json(store.root / "leaderboard.json", leaderboard.to_dict())


def read_leaderboard(competition: Competition, *stores: Store) -> tuple[Leaderboard, Path]:
    """The last run's leaderboard and its CSV, from the first of the stores that has one."""
    for store in stores:
        value = store.read_json(store.root / "leaderboard.json")
        if value is not None:
            return Leaderboard.from_dict(value), store.root / "leaderboard.csv"
    raise CompetitionError(
        f"{competition.name!r} must have been trained before, found no leaderboard in {stores[0].root}; "
        f"run: podium submit {competition.name}"
    )


def find_stores(competition: Competition, root: Path) -> tuple[Store, Store]:
    """Of real and of toy data."""
    folder = root / "submissions" / competition.name
    return Store(folder), Store(folder / "toy")


def require_test_rows(setting: Setting) -> None:
    """Raises SubmissionError where there is nothing to submit: better before the training than after it."""
    if not len(setting.sample):
        name = setting.competition.name
        raise SubmissionError(
            f"submission for {name!r} must be of test rows, found none in {setting.files}; add the test file "
            f"and {setting.competition.sample}, or run: podium train {name}"
        )


def submit(setting: Setting, outcome: Outcome) -> Path:
    """Write the chosen entry's submission and its manifest; gives the CSV's path."""
    chosen = outcome.chosen
    frame = build(setting.competition, setting.dataset, chosen, setting.sample)
    mark = "toy-" if setting.is_toy else ""
    path = setting.store.root / f"{mark}submission-{chosen.name}-{chosen.id}.csv"
    setting.store.write(path, to_csv(frame))
    setting.store.write_json(path.with_suffix(".json"), manifest(setting, outcome, path))
    return path


def manifest(setting: Setting, outcome: Outcome, path: Path) -> dict[str, Any]:
    """What made the submission, in full: enough to make it again and to doubt it."""
    chosen = outcome.chosen
    entry = next(e for e in outcome.leaderboard.entries if e.submitted)
    weights = chosen.details.get("weights")
    members = [p for p in outcome.predictions if p.name in chosen.details.get("members", [chosen.name])]
    return {
        "competition": setting.competition.name,
        "slug": setting.competition.slug,
        "file": path.name,
        "sha256": file_sum(path),
        "rows": len(setting.sample),
        "toy": setting.is_toy,
        "entry": chosen.name,
        "metric": setting.metric.name,
        "score": entry.score,
        "standard_error": entry.standard_error,
        "fold_scores": chosen.fold_scores,
        "estimate": entry.estimate,
        "plain_score": entry.plain_score,
        "data_id": setting.dataset.id,
        "data": folder_sums(setting.files) if setting.files else {},
        "folds_id": setting.folds.id,
        "contradictory_rows": int(contradictory(setting.dataset).sum()),
        "seed": setting.competition.seed,
        "models": [
            {
                "name": p.name,
                "id": p.id,
                "weight": weights.get(p.name, 0.0) if weights else None,
                "score": p.score,
                "params": p.details["params"],
                "fit_seconds": round(p.fit_seconds, 1),
                "predict_seconds": round(p.predict_seconds, 1),
            }
            for p in members
        ],
        "seconds": round(sum(p.fit_seconds + p.predict_seconds for p in outcome.predictions), 1),
        "versions": {"python": platform.python_version(), **_versions(members, setting.metric.regression)},
        "code": code_id("podium.pipeline.train"),
        "git_commit": _git_commit(setting.root),
    }


def _versions(members: Sequence[Predictions], regression: bool) -> dict[str, str | None]:
    found = [models.versions(p.name, regression) for p in members]
    return {name: v for versions in found for name, v in versions.items()}


def _git_commit(root: Path) -> str | None:
    """The commit that ran, marked where files differ from it; None outside git."""
    command = ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
