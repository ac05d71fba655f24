"""The look at the data before any training: figures, on a page of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from podium.competition.declaration import Competition
from podium.data.dataset import Dataset
from podium.errors import CompetitionError
from podium.formatting import sample
from podium.pages.render import render
from podium.pipeline.train import Setting, remarks
from podium.plots.catalogue import BALANCE, TARGET, balance, target
from podium.plots.figures import Figure


def explore(competition: Competition, dataset: Dataset) -> list[Figure]:
    """What the competition declares, and before it what is to be predicted unless it declares that too.

    Raises CompetitionError if two figures have one name.
    """
    figures = [plot(dataset) for plot in competition.plots]
    title, plot = (TARGET, target()) if dataset.is_regression else (BALANCE, balance())
    if title not in [figure.title for figure in figures]:
        figures.insert(0, plot(dataset))
    slugs = [slug(figure) for figure in figures]
    if twice := {name for name in slugs if slugs.count(name) > 1}:
        raise CompetitionError(
            f"plots of {competition.name!r} must differ in title, "
            f"got twice: {sample(sorted(twice))}; remove one"
        )
    return figures


def slug(figure: Figure) -> str:
    """A file's name from the title."""
    return re.sub(r"\W+", "-", figure.title.casefold()).strip("-")


def write_page(setting: Setting, figures: Sequence[Figure]) -> Path:
    path = setting.store.root / "explore.html"
    page = render(
        "explore.html",
        title=f"{setting.competition.title}: the data",
        name=setting.competition.name,
        dataset=setting.dataset,
        is_toy=setting.is_toy,
        remarks=remarks(setting),
        figures=figures,
    )
    setting.store.write(path, page)
    return path


def write_tables(setting: Setting, figures: Sequence[Figure]) -> Iterator[Path]:
    """The numbers of each figure as a CSV file."""
    for figure in figures:
        path = setting.store.root / "explore" / f"{slug(figure)}.csv"
        setting.store.write(path, figure.table.to_csv().encode())
        yield path
