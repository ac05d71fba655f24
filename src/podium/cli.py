"""The verbs. Each parses its words before anything that trains is imported."""

from __future__ import annotations

import shlex
import sys
from dataclasses import asdict
from json import dumps
from pathlib import Path
from typing import Annotated

import typer

from podium.competition import Competition, find_root, get_competition, list_names
from podium.errors import DataError, PodiumError, StoreError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Turns a Kaggle competition folder into an honest leaderboard and a submission file.",
)

Name = Annotated[str, typer.Argument(metavar="COMPETITION", help="A folder under competitions/.")]
Root = Annotated[Path | None, typer.Option(help="The folder that holds competitions/; else found upward.")]
Data = Annotated[
    Path | None,
    typer.Option(help="A folder with <slug>.zip or <slug>/; else PODIUM_DATA, else toy data."),
]
Models = Annotated[str, typer.Option(help="Comma-separated names; else the whole roster.")]

Skip = Annotated[bool, typer.Option("--skip-bad-images", help="Go on without images that are broken.")]
Warm = Annotated[bool, typer.Option("--warm-start", help="Networks go on from their newest weights.")]


@app.command("list")
def list_(root: Root = None) -> None:
    """Name the competitions."""
    for name in list_names(_root(root)):
        typer.echo(name)


@app.command()
def check(
    name: Annotated[str | None, typer.Argument(metavar="[COMPETITION]")] = None, root: Root = None
) -> None:
    """Prove on toy data that a competition (or each of them) works, in a minute."""
    from podium.check import check_competition

    base = _root(root)
    for one in [name] if name else list_names(base):
        for line in check_competition(get_competition(base, one)):
            typer.echo(f"{one}: {line}")


@app.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the folder will be called.")],
    slug: Annotated[str, typer.Option(help="The competition's name in Kaggle's address.")],
    data: Data = None,
    metric: Annotated[str, typer.Option(help="The metric; else Kaggle is asked, or it is guessed.")] = "",
    root: Root = None,
) -> None:
    """Make a competition folder from the files of a competition, and say what was guessed."""
    from podium.new import make_competition
    from podium.remote.client import Client
    from podium.remote.credentials import has_credentials

    base = _root(root)
    _warn_of_credentials()
    with Client() as client:
        kaggle = client if has_credentials() else None
        told = make_competition(base, name, slug, data, metric, kaggle, typer.echo)
    for line in (f"competitions/{name}/competition.py", *told):
        typer.echo(f"{name}: {line}")
    where = f" --data {shlex.quote(str(data))}" if data else ""
    typer.echo(f"next: podium check {name}; podium submit {name}{where}")


@app.command()
def explore(
    name: Name,
    data: Data = None,
    tables: Annotated[
        bool, typer.Option("--tables", help="Also write each figure's numbers as CSV.")
    ] = False,
    root: Root = None,
) -> None:
    """Draw the data, before any training, on a page."""
    base = _root(root)
    competition = get_competition(base, name)

    from podium import explore as exploring
    from podium.train import prepared

    with prepared(competition, base, data) as setting:
        figures = exploring.explore(competition, setting.dataset)
        path = exploring.write_page(setting, figures)
        written = list(exploring.write_tables(setting, figures)) if tables else []
    typer.echo(f"{'toy ' if setting.is_toy else ''}data: {path}")
    for figure in figures:
        typer.echo(f"{figure.title}: {figure.alt}")
    for table in written:
        typer.echo(f"table: {table}")


@app.command()
def train(
    name: Name,
    data: Data = None,
    models: Models = "",
    warm_start: Warm = False,
    skip_bad_images: Skip = False,
    root: Root = None,
) -> None:
    """Cross-validate the models, blend them, and show the leaderboard."""
    _run(name, data, models, warm_start, skip_bad_images, root, write=False)


@app.command()
def submit(
    name: Name,
    data: Data = None,
    models: Models = "",
    warm_start: Warm = False,
    skip_bad_images: Skip = False,
    root: Root = None,
) -> None:
    """Train, then write the best entry's checked submission. Nothing is sent anywhere."""
    _run(name, data, models, warm_start, skip_bad_images, root, write=True)


@app.command()
def audit(
    name: Name,
    data: Data = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 if there is an alarm.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    skip_bad_images: Skip = False,
    root: Root = None,
) -> None:
    """Look for what is wrong with the data: copies, conflicting labels, leaks, gaps, other test rows."""
    base = _root(root)
    competition = get_competition(base, name)

    from podium import train as training
    from podium.terminal import make_console, print_findings

    with training.prepared(competition, base, data, skip_bad_images) as setting:
        findings = training.audited(setting)
    if as_json:
        value = {"competition": name, "toy": setting.is_toy, "findings": [asdict(f) for f in findings]}
        typer.echo(dumps(value, indent=1, ensure_ascii=False))
    else:
        for line in training.origin(setting):
            typer.echo(line)
        print_findings(make_console(), findings)
    if strict and any(finding.is_alarm for finding in findings):
        raise typer.Exit(1)


@app.command()
def fetch(
    name: Name,
    again: Annotated[bool, typer.Option("--again", help="Even if the files are here.")] = False,
    root: Root = None,
) -> None:
    """Download the competition's files from Kaggle."""
    base = _root(root)
    _fetch(get_competition(base, name), base, again)


@app.command()
def upload(
    name: Name,
    csv: Annotated[Path | None, typer.Argument(help="The file; else the last run's submission.")] = None,
    message: Annotated[str, typer.Option("--message", "-m", help="Else made from the manifest.")] = "",
    data: Data = None,
    force: Annotated[
        bool, typer.Option("--force", help="Though made from other data than Kaggle's.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, send nothing.")] = False,
    root: Root = None,
) -> None:
    """Send a submission to Kaggle, once, and wait for its score."""
    from podium.remote.client import Client
    from podium.remote.upload import upload as send

    base = _root(root)
    competition = get_competition(base, name)
    _warn_of_credentials()
    with Client() as client:
        sent = send(competition, base, client, typer.echo, csv, message, data, force, dry_run)
    if sent is not None and sent.facts.get("public") is not None:
        private, rank = sent.facts.get("private"), sent.facts.get("rank")
        more = f", private score {private}" if private is not None else ""
        more += f", rank {rank}" if rank else ""
        typer.echo(f"public score {sent.facts['public']}{more}")


@app.command()
def scores(name: Name, root: Root = None) -> None:
    """Show all our submissions as Kaggle has them now."""
    _standings(name, root, with_board=False)


@app.command()
def leaderboard(name: Name, root: Root = None) -> None:
    """Show where our best submission stands on Kaggle's public leaderboard."""
    _standings(name, root, with_board=True)


def _standings(name: str, root: Path | None, with_board: bool) -> None:
    from podium.remote import standing
    from podium.remote.client import Client

    base = _root(root)
    competition = get_competition(base, name)
    _warn_of_credentials()
    with Client() as client:
        sent = standing.refresh(competition, base, client)
        for line in standing.history(sent):
            typer.echo(line)
        typer.echo(standing.agreement(sent))
        if with_board:
            place = standing.find_standing(competition, base, client, sent)
            for line in standing.describe(place) if place else ["no submission has a public score yet"]:
                typer.echo(line)


def _fetch(competition: Competition, base: Path, again: bool = False) -> None:
    from podium.remote.client import Client
    from podium.remote.fetch import fetch as bring

    _warn_of_credentials()
    with Client() as client:
        typer.echo(f"data: {bring(competition, base, client, typer.echo, again)}")


def _warn_of_credentials() -> None:
    from podium.remote.credentials import warnings

    for line in warnings():
        typer.echo(f"podium: warning: {line}", err=True)


@app.command()
def report(
    name: Annotated[str | None, typer.Argument(metavar="[COMPETITION]")] = None,
    data: Data = None,
    json: Annotated[bool, typer.Option("--json", help="Print the numbers as JSON, and no more.")] = False,
    skip_bad_images: Skip = False,
    root: Root = None,
) -> None:
    """Show the last run's leaderboard and draw its page, or compare all competitions."""
    base = _root(root)
    if name is None:
        _overview(base, json)
    else:
        _report(get_competition(base, name), base, data, json, skip_bad_images)


def _report(competition: Competition, base: Path, data: Path | None, json: bool, skip: bool) -> None:
    from podium.report.kaggle import with_kaggle
    from podium.terminal import make_console, print_leaderboard
    from podium.train import find_stores, read_leaderboard

    leaderboard, path = read_leaderboard(competition, *find_stores(competition, base))
    leaderboard = with_kaggle(leaderboard, competition, base)
    if json:
        typer.echo(dumps(leaderboard.to_dict(), indent=1, ensure_ascii=False))
        return
    print_leaderboard(make_console(), leaderboard)
    typer.echo(f"as a table: {path}")

    from podium.report.results import read_results
    from podium.report.run import write_page
    from podium.train import prepared

    try:
        with prepared(competition, base, data, skip) as setting:
            page = write_page(setting, read_results(setting, leaderboard))
        typer.echo(f"page: {page}")
    except (DataError, StoreError) as error:
        typer.echo(f"page: not drawn: {error}")


def _overview(base: Path, json: bool) -> None:
    from podium.report.overview import SPARE, make_overview, make_table, write_overview
    from podium.terminal import make_console, print_columns

    lines = make_overview(base)
    if json:
        typer.echo(dumps([line.to_dict() for line in lines], indent=1, ensure_ascii=False))
        return
    table = make_table(lines)
    columns = zip(*([cell.text for cell in row.cells] for row in table.rows), strict=True)
    print_columns(make_console(), dict(zip(table.heads, columns, strict=True)), spare=SPARE)
    typer.echo(f"page: {write_overview(base, lines)}")


@app.command()
def predict(
    name: Name,
    values: Annotated[list[str], typer.Argument(metavar="VALUE...", help="Texts, or paths of files.")],
    data: Data = None,
    skip_bad_images: Skip = False,
    root: Root = None,
) -> None:
    """Ask the trained entry what it says of texts or files of your own."""
    base = _root(root)
    competition = get_competition(base, name)

    from podium.predict import predict as ask
    from podium.train import prepared

    with prepared(competition, base, data, skip_bad_images) as setting:
        answer = ask(setting, values)
    toy = ", trained on toy data" if setting.is_toy else ""
    entry = answer.entry
    typer.echo(f"{entry.name}: {setting.metric.name} {entry.score:.5f} ± {entry.standard_error:.5f}{toy}")
    said = setting.dataset.called(answer.predictions)
    for value, label, row in zip(values, said, answer.predictions, strict=True):
        sure = "" if setting.dataset.is_regression else f" (p = {row.max():.3f})"
        typer.echo(f"{label}{sure}: {' '.join(value.split())}")


@app.command()
def demo(
    name: Name,
    data: Data = None,
    port: Annotated[int | None, typer.Option(help="Of 127.0.0.1; else the first free one.")] = None,
    root: Root = None,
) -> None:
    """Try the trained entry on a page of this machine."""
    import tempfile

    base = _root(root)
    competition = get_competition(base, name)

    from podium.demo.answerer import Answerer
    from podium.demo.browser import serve
    from podium.train import prepared

    with tempfile.TemporaryDirectory(prefix="podium-demo-") as temporary:
        with prepared(competition, base, data) as setting:
            answerer = Answerer(setting, Path(temporary))
        typer.echo(f"{answerer.entry.name}: warming up")
        answerer.warm_up()
        serve(answerer, port, Path(temporary), typer.echo)


def _run(
    name: str,
    data: Path | None,
    models: str,
    warm_start: bool,
    skip_bad_images: bool,
    root: Path | None,
    write: bool,
) -> None:
    base = _root(root)
    competition = get_competition(base, name)
    names = [part.strip() for part in models.split(",") if part.strip()]

    from podium import train as training
    from podium.files import find_source
    from podium.remote.credentials import has_credentials
    from podium.report.kaggle import with_kaggle
    from podium.report.results import results_of
    from podium.report.run import write_page
    from podium.terminal import make_console, make_progress, print_leaderboard

    training.select_models(competition, names)
    if write and data is None and has_credentials() and find_source(competition, base, None).is_toy:
        _fetch(competition, base)
    console = make_console()
    with training.prepared(competition, base, data, skip_bad_images) as setting:
        if write:
            training.require_test_rows(setting)
        for line in training.remarks(setting):
            typer.echo(line)
        with make_progress(console) as progress:
            outcome = training.train(setting, names, progress, warm_start)
        path = training.submit(setting, outcome) if write else None
        leaderboard = with_kaggle(outcome.leaderboard, competition, base)
        print_leaderboard(console, leaderboard)
        if path:
            typer.echo(f"{'toy ' if setting.is_toy else ''}submission: {path}")
        typer.echo(f"page: {write_page(setting, results_of(setting, outcome, leaderboard))}")
    if outcome.failures:
        typer.echo(f"failed: {', '.join(outcome.failures)}; the others are complete", err=True)
        raise typer.Exit(1)


def _root(given: Path | None) -> Path:
    return find_root(given.resolve() if given else Path.cwd())


def main() -> None:
    try:
        app()
    except PodiumError as error:
        typer.echo(f"podium: {error}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        typer.echo("podium: stopped; finished folds are kept, run again to go on", err=True)
        sys.exit(130)
