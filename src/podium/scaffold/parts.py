"""What the declarations of all kinds of files have in common: their template's parts as Python code."""

from __future__ import annotations

from string import Template

from podium.scaffold.images import PhotoFiles
from podium.scaffold.literals import listed, quoted
from podium.scaffold.tables import TableFiles
from podium.scaffold.target import ClassTarget

# The end of each declaration; a part that a kind of files does not have is empty.
DECLARED = """\
COMPETITION = Competition(
    name=$name,
    slug=$slug,
    title=$quoted_title,
    metric=$metric,
    id_column=ID,
$target_column
$submission
$other_sample
    load=load,
    toy=toy,
$folds
    roster={
        "constant": {},
$roster
$image_roster
    },
$toy_params
)
"""


def kind(found: TableFiles | PhotoFiles) -> str:
    return f"{found.target.column}, {found.target.described}"


def filled(text: str, **parts: str) -> str:
    """A line that is nothing but a part that is empty goes."""
    kept = [line for line in text.splitlines() if not line.startswith("$") or parts[line[1:]]]
    return Template("\n".join(kept) + "\n").substitute(parts)


def shared_parts(found: TableFiles | PhotoFiles, name: str, slug: str) -> dict[str, str]:
    return {
        "plain_name": name,  # of a-z, 0-9 and hyphens: text of the files would be code here
        "quoted_title": quoted(f"{name}: {kind(found)}"),
        "name": quoted(name),
        "slug": quoted(slug),
        "metric": quoted(found.target.metric),
        "id": _id(found.id_column),
        "train": quoted(found.train),
        "test": quoted(found.test),
        "sample": quoted(found.sample),
        **dict.fromkeys(("folds", "roster", "image_roster", "toy_params"), ""),
        "other_sample": ""
        if found.sample == "sample_submission.csv"
        else f"    sample={quoted(found.sample)},",
    }


def _id(column: str | tuple[str, ...]) -> str:
    return quoted(column) if isinstance(column, str) else f"({', '.join(map(quoted, column))})"


def class_parts(target: ClassTarget) -> dict[str, str]:
    """Return the parts of a declaration that say what the classes are, and how they stand in the file."""
    given = "np.arange(len(CLASSES))" if target.coded else "np.array(CLASSES)"
    named = "CLASSES" if isinstance(target.classes[0], str) else "map(str, CLASSES)"
    if target.prefix:
        named = '(f"{PREFIX}{label}" for label in CLASSES), prefix=PREFIX'
    submissions = {
        "": "",
        "probability": "    submission=probability(CLASSES[1]),",
        "columns": f"    submission=columns(*{named}),",
    }
    note = "in a submission numbers from 0" * target.coded
    return {
        "formats": f"from podium.competition.formats import {target.submission}" if target.submission else "",
        "classes": listed("CLASSES", target.classes, note),
        "prefix": f"PREFIX = {quoted(target.prefix)}" if target.prefix else "",
        "task_of": f"Classification({given})",
        "submission": submissions[target.submission],
    }
