"""The data before any training: figures, on a page of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from podium.competition.declaration import Competition
from podium.data.dataset import Dataset
from podium.errors import CompetitionError
from podium.formatting import sample
from podium.pages.render import render
from podium.pipeline.remarks import remarks
from podium.pipeline.session import Session
from podium.plots.catalogue import target_plot
from podium.plots.figures import Figure


def explore(competition: Competition, dataset: Dataset) -> list[Figure]:
    """Return the figures that the competition declares, and before them that of the target unless it declares
    that too.

    Raises CompetitionError if two figures have one name.
    """
    figures = [plot(dataset) for plot in competition.plots]
    title, plot = target_plot(dataset)
    if title not in [figure.title for figure in figures]:
        figures.insert(0, plot(dataset))
    slugs = [slug(figure) for figure in figures]
    repeated = {name for name in slugs if slugs.count(name) > 1}
    if repeated:
        raise CompetitionError(
            f"plots of {competition.name!r} must differ in title, "
            f"got twice: {sample(sorted(repeated))}; remove one"
        )
    return figures


def slug(figure: Figure) -> str:
    """Return a file's name, made of the title."""
    return re.sub(r"\W+", "-", figure.title.casefold()).strip("-")


def write_page(session: Session, figures: Sequence[Figure]) -> Path:
    """Write explore.html; return its path."""
    path = session.store.root / "explore.html"
    page = render(
        "explore.html",
        title=f"{session.competition.title}: the data",
        name=session.competition.name,
        dataset=session.dataset,
        is_toy=session.is_toy,
        remarks=remarks(session),
        figures=figures,
    )
    session.store.write(path, page)
    return path


def write_tables(session: Session, figures: Sequence[Figure]) -> Iterator[Path]:
    """Write the numbers of each figure as a CSV file; yield its path."""
    for figure in figures:
        path = session.store.root / "explore" / f"{slug(figure)}.csv"
        session.store.write(path, figure.table.to_csv().encode())
        yield path
