"""A competition opened: its data loaded and checked, its folds made, its store locked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from podium.competition.declaration import Competition
from podium.competition.registry import results_folder
from podium.competition.sources import find_source, unpack
from podium.data.dataset import Dataset, without_broken
from podium.metrics import Metric, Scorer, get_metric, require_fitting
from podium.pipeline.folds import Folds, saved_folds, scored_rows
from podium.pipeline.submission import read_sample, require_agreement
from podium.storage.store import Store


@dataclass(frozen=True)
class Session:
    """All that training needs, loaded and checked.

    `sample` is the sample submission, `skipped` says what is wrong with each image that was left out, and
    `files` is the folder that the data were loaded from.
    """

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

    @cached_property
    def scored(self) -> Dataset:
        """Return the training rows that are scored: those that there are out-of-fold predictions of."""
        return scored_rows(self.dataset, self.folds)

    @cached_property
    def scored_folds(self) -> Folds:
        """Return the folds of the scored rows alone, on which blends are nested."""
        return self.folds.among_scored()

    @property
    def scorer(self) -> Scorer:
        """Return the metric that ranks, bound to the scored rows."""
        return Scorer.of(self.metric, self.scored)

    @property
    def extra_metrics(self) -> list[Metric]:
        """Return the metrics that stand beside the one that ranks."""
        return [get_metric(name) for name in self.competition.extra_metrics]


@contextmanager
def open_session(
    competition: Competition, root: Path, data: Path | None, skip_bad_images: bool = False
) -> Iterator[Session]:
    """Load a competition from `data`, or from where its files are found, its store locked until the end of
    the block.

    Raises CompetitionError, DataError, FoldError or StoreError for what does not fit together.
    """
    metric = get_metric(competition.metric)
    source = find_source(competition, root, data)
    real, toy = stores(competition, root)
    store = toy if source.is_toy else real
    with store.lock():
        files = unpack(source, competition, store.root / "data")
        dataset = competition.load(files)
        skipped: list[str] = []
        if skip_bad_images:
            dataset, skipped = without_broken(dataset)
        for judge in (metric, *map(get_metric, competition.extra_metrics)):
            require_fitting(judge, dataset)
        require_agreement(competition, dataset)
        yield Session(
            competition=competition,
            root=root,
            store=store,
            is_toy=source.is_toy,
            metric=metric,
            dataset=dataset,
            sample=read_sample(competition, dataset, files),
            folds=saved_folds(store, dataset, competition.folds),
            skipped=tuple(skipped),
            files=files,
        )


def stores(competition: Competition, root: Path) -> tuple[Store, Store]:
    """Return the stores of real and of toy data."""
    folder = results_folder(root, competition.name)
    return Store(folder), Store(folder / "toy")
