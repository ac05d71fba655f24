"""Verbs that look at competitions and their data. What they train is not kept."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import asdict
from json import dumps
from pathlib import Path
from typing import Annotated

import typer

from podium.cli.kaggle import warn_of_credentials
from podium.cli.options import Data, Metric, Name, Positive, Root, Skip, root_of
from podium.competition.registry import get_competition, list_names
from podium.kaggle.address import slug_of

app = typer.Typer()


@app.command("list")
def list_(root: Root = None) -> None:
    """List the competitions."""
    for name in list_names(root_of(root)):
        typer.echo(name)


@app.command()
def new(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The name of the new folder, or Kaggle's address.")
    ],
    slug: Annotated[
        str, typer.Option(help="The competition's name in Kaggle's address; else that of the folder.")
    ] = "",
    data: Data = None,
    metric: Metric = "",
    positive: Positive = "",
    root: Root = None,
) -> None:
    """Make a competition folder from a competition's files, and print what was guessed."""
    base = root_of(root)
    found = slug_of(slug or name)
    name = found if "/" in name else name
    declare(base, name, found, data, metric, positive)
    where = f" --data {shlex.quote(str(data))}" if data else ""
    typer.echo(f"next: podium check {name}; podium submit {name}{where}")


def declare(base: Path, name: str, slug: str, data: Path | None, metric: str, positive: str) -> None:
    """Make a competition folder, and print what was guessed."""
    from podium.kaggle.client import Client
    from podium.kaggle.credentials import has_credentials
    from podium.scaffold.create import make_competition
    from podium.scaffold.target import Asked

    warn_of_credentials()
    with Client() as client:
        kaggle = client if has_credentials() else None
        remarks = make_competition(base, name, slug, data, Asked(metric, positive), kaggle, typer.echo)
    for line in (f"competitions/{name}/competition.py", *remarks):
        typer.echo(f"{name}: {line}")


@app.command()
def check(
    name: Annotated[
        str | None, typer.Argument(metavar="[COMPETITION]", help="A folder under competitions/; else all.")
    ] = None,
    root: Root = None,
) -> None:
    """Check on toy data that a competition, or each of them, works; it takes about a minute."""
    base = root_of(root)
    check_all(base, [name] if name else list_names(base))


def check_all(base: Path, names: Sequence[str]) -> None:
    """Check the competitions on toy data, and print each step."""
    from podium.scaffold.smoke_test import check_competition

    for name in names:
        for line in check_competition(get_competition(base, name)):
            typer.echo(f"{name}: {line}")


@app.command()
def explore(
    name: Name,
    data: Data = None,
    tables: Annotated[
        bool, typer.Option("--tables", help="Also write each figure's numbers as CSV.")
    ] = False,
    root: Root = None,
) -> None:
    """Draw figures of the data on a page, before any training."""
    base = root_of(root)
    competition = get_competition(base, name)

    from podium.pipeline.session import open_session
    from podium.report.data_page import explore as make_figures
    from podium.report.data_page import write_page, write_tables

    with open_session(competition, base, data) as session:
        figures = make_figures(competition, session.dataset)
        page = write_page(session, figures)
        written = list(write_tables(session, figures)) if tables else []
    typer.echo(f"{'toy ' if session.is_toy else ''}data: {page}")
    for figure in figures:
        typer.echo(f"{figure.title}: {figure.alt}")
    for table in written:
        typer.echo(f"table: {table}")


@app.command()
def audit(
    name: Name,
    data: Data = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 if there is an alarm.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    skip_bad_images: Skip = False,
    root: Root = None,
) -> None:
    """Look for faults in the data: duplicates, conflicting labels, leaks, gaps, a shift of the test rows."""
    base = root_of(root)
    competition = get_competition(base, name)

    from podium.cli.terminal import make_console, print_findings
    from podium.pipeline.remarks import origin, saved_audit
    from podium.pipeline.session import open_session

    with open_session(competition, base, data, skip_bad_images) as session:
        findings = saved_audit(session)
    if as_json:
        facts = {"competition": name, "toy": session.is_toy, "findings": [asdict(f) for f in findings]}
        typer.echo(dumps(facts, indent=1, ensure_ascii=False))
    else:
        for line in origin(session):
            typer.echo(line)
        print_findings(make_console(), findings)
    if strict and any(finding.is_alarm for finding in findings):
        raise typer.Exit(1)
