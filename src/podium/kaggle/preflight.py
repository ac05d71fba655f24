"""Checks a file before it is sent to Kaggle: against the sample, its manifest, and the sums of the data."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from podium.competition.declaration import Competition
from podium.competition.registry import results_folder
from podium.competition.sources import find_source
from podium.errors import SubmissionError
from podium.formatting import sample
from podium.kaggle.download import fetched_sums
from podium.storage.store import Store

LONGEST_MESSAGE = 300  # characters
LONGEST_MEMBERS = 200  # characters of a message in which a blend's members are named, not counted
EXPECTED_FACTS = ("entry", "metric", "score", "standard_error")
Rows = list[list[str]]


@dataclass(frozen=True)
class UploadOptions:
    """An upload as a person asks for it.

    `path` is the file (else the last run's), `message` the description (else made from the manifest), `data`
    the folder of the data. `force` sends a file that was made from other data; `dry_run` only checks.
    """

    path: Path | None = None
    message: str = ""
    data: Path | None = None
    force: bool = False
    dry_run: bool = False


@dataclass(frozen=True)
class Preflight:
    """A file that may be sent. `facts` go to the ledger; `notes` are for the person."""

    path: Path
    content: bytes
    message: str
    facts: Mapping[str, Any]
    notes: tuple[str, ...] = ()


def make_preflight(competition: Competition, root: Path, options: UploadOptions) -> Preflight:
    """Return what would be sent. Raise SubmissionError for a file that must not be sent."""
    path = options.path or _newest(competition, root)
    if not path.is_file():
        raise SubmissionError(f"{path} must be a submission file, found none; name one that exists")
    manifest = _read_manifest(path)
    _refuse_toy(competition, path, manifest)
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    if manifest:
        _require_described(competition, path, manifest, sha256)
    else:
        _refuse_copy_of_toy(competition, root, path, content)
    notes = _data_notes(competition, root, path, manifest, options.force)
    sample_content = _read_sample(competition, root, options.data)
    notes += _check_content(competition, path, content, sample_content, bool(manifest))
    message = _one_line_message(options.message or _compose_message(manifest) or path.name)
    facts = {
        "file": path.name,
        "sha256": sha256,
        "predictions": predictions_id(content),
        "message": message,
        **expected_facts(manifest),
    }
    return Preflight(path, content, message, facts, tuple(notes))


def expected_facts(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a manifest says of its submission's score."""
    return {key: manifest[key] for key in EXPECTED_FACTS if key in manifest}


def predictions_id(content: bytes) -> str:
    """Return an id that is equal for files with the same answer for each row, in whatever order and
    notation."""
    header, *rows = _parse_rows(content)
    lines = sorted(repr([_plain_number(cell) for cell in row]) for row in rows)
    return hashlib.sha256("\n".join([repr(header), *lines]).encode()).hexdigest()[:12]


def _plain_number(cell: str) -> str:
    if cell.strip().isdecimal():  # ids may have more digits than a float can tell apart
        return str(int(cell))
    try:
        return f"{float(cell):.12g}"
    except ValueError:
        return cell


def _parse_rows(content: bytes) -> Rows:
    text = content.decode("utf-8-sig")
    return [row for row in csv.reader(io.StringIO(text, newline="")) if row]


def _newest(competition: Competition, root: Path) -> Path:
    """Return the file of the last run."""
    folder = results_folder(root, competition.name)
    found = [path for path in folder.glob("submission-*.json") if path.with_suffix(".csv").exists()]
    if found:
        return max(found, key=lambda path: path.stat().st_mtime).with_suffix(".csv")
    toy = ", only toy ones" if list(folder.glob("toy/toy-submission-*.csv")) else ""
    raise SubmissionError(
        f"{folder} must hold a submission with its manifest, found none{toy}; "
        f"run: podium fetch {competition.name}, then podium submit {competition.name}"
    )


def _read_manifest(path: Path) -> dict[str, Any]:
    """Return the manifest beside the file; empty for a file that podium did not write."""
    value = Store(path.parent).read_json(path.with_suffix(".json"))
    return value if isinstance(value, dict) else {}


def _refuse_toy(competition: Competition, path: Path, manifest: Mapping[str, Any]) -> None:
    if manifest.get("toy") or path.name.startswith("toy-") or path.resolve().parent.name == "toy":
        raise SubmissionError(
            f"{path} must be made from real data, got a toy file; "
            f"run: podium fetch {competition.name}, then podium submit {competition.name}"
        )


def _refuse_copy_of_toy(competition: Competition, root: Path, path: Path, content: bytes) -> None:
    for toy in results_folder(root, competition.name).glob("toy/toy-submission-*.csv"):
        if toy.read_bytes() == content:
            raise SubmissionError(
                f"{path} must be made from real data, got a copy of {toy.name}; name another"
            )


def _require_described(
    competition: Competition, path: Path, manifest: Mapping[str, Any], sha256: str
) -> None:
    """Raise SubmissionError unless the manifest describes this file, for this competition."""
    if manifest.get("sha256") != sha256:
        raise SubmissionError(
            f"{path} must be as its manifest describes it, got other bytes; "
            "make it again, or give it a name of its own"
        )
    if manifest.get("slug", competition.slug) != competition.slug:
        raise SubmissionError(
            f"{path} must be made for {competition.slug!r}, got one for {manifest['slug']!r}; name another"
        )


def _data_notes(
    competition: Competition, root: Path, path: Path, manifest: Mapping[str, Any], force: bool
) -> list[str]:
    """Return what is to be said of the data that made the file. Raise SubmissionError if it was made from
    other data than Kaggle's."""
    if not manifest:
        return [f"{path.name} has no manifest beside it: what made it is not known"]
    fetched = fetched_sums(competition, root)
    used = manifest.get("data") or {}
    if not fetched or not used:
        return [f"not compared: the data that made {path.name} with Kaggle's (podium fetch brings it)"]
    shared = sorted(fetched.keys() & used.keys())
    other = [name for name in shared if fetched[name] != used[name]] if shared else sorted(used)
    if not other:
        return []
    if not force:
        raise SubmissionError(
            f"{path} must be made from the data that podium fetch brought, got other files: {sample(other)}; "
            f"run podium submit {competition.name} on the fetched data, or pass --force"
        )
    return [f"forced: made from other data than Kaggle's: {sample(other)}"]


def _read_sample(competition: Competition, root: Path, data: Path | None) -> bytes | None:
    """Return the sample submission, or None where there is no data."""
    source = find_source(competition, root, data)
    name = competition.sample
    if source.path is None:
        return None
    try:
        if source.path.is_dir():
            return (source.path / name).read_bytes()
        with zipfile.ZipFile(source.path) as archive:
            return archive.read(name)
    except (FileNotFoundError, KeyError, zipfile.BadZipFile) as error:
        raise SubmissionError(
            f"{source.path} must hold {name} to check the submission against, got: {error}; "
            f"run: podium fetch {competition.name}"
        ) from error


def _check_content(
    competition: Competition, path: Path, content: bytes, sample_content: bytes | None, has_manifest: bool
) -> list[str]:
    """Return what is to be said of the check. Raise SubmissionError unless the file has the sample's header
    and ids, each with a value."""
    header, rows = _parse_table(path, content)
    if sample_content is not None:
        columns, *sample_rows = _parse_rows(sample_content)
        _require_cells(path, header, rows, columns)
        ids = [columns.index(name) for name in competition.id_columns if name in columns] or [0]
        _require_ids(path, _joined(rows, ids), _joined(sample_rows, ids))
        return []
    if has_manifest:
        return ["not compared with the sample submission here: it was when it was written"]
    raise SubmissionError(
        f"{path} must be checked against the sample submission, found no data; "
        f"run: podium fetch {competition.name}"
    )


def _joined(rows: Rows, columns: Sequence[int]) -> list[str]:
    return [",".join(row[column] for column in columns) for row in rows]


def _parse_table(path: Path, content: bytes) -> tuple[list[str], Rows]:
    try:
        header, *rows = _parse_rows(content) or [[]]
    except (UnicodeDecodeError, csv.Error) as error:
        raise SubmissionError(f"{path} must be a CSV file in UTF-8, got: {error}; mend the file") from error
    if not rows:
        raise SubmissionError(
            f"{path} must have a header and rows, got {len(header)} columns and none; mend the file"
        )
    return header, rows


def _require_cells(path: Path, header: Sequence[str], rows: Rows, columns: Sequence[str]) -> None:
    if header != columns:
        raise SubmissionError(f"{path} must have the columns {columns}, got {header}; mend the file")
    uneven = [
        number for number, row in enumerate(rows, 1) if len(row) != len(columns) or "" in map(str.strip, row)
    ]
    if uneven:
        raise SubmissionError(
            f"{path} must have a value in each cell, got {len(uneven)} rows without: {sample(uneven)}; "
            "mend the file"
        )


def _require_ids(path: Path, ids: Sequence[str], expected: Sequence[str]) -> None:
    if sorted(ids) == sorted(expected):
        return
    missing = sorted(set(expected) - set(ids))
    strange = sorted(set(ids) - set(expected))
    raise SubmissionError(
        f"{path} must have the sample's {len(expected)} ids, each once, got {len(ids)} rows; "
        f"{len(missing)} missing: {sample(missing)}, {len(strange)} unknown: {sample(strange)}; mend the file"
    )


def _one_line_message(text: str) -> str:
    line = " ".join(text.split())
    if len(line) > LONGEST_MESSAGE:
        raise SubmissionError(
            f"the message must have at most {LONGEST_MESSAGE} characters, got {len(line)}; shorten it"
        )
    return line


def _compose_message(manifest: Mapping[str, Any]) -> str:
    """Return a message that names the entry with its score; "" where the manifest does not tell both."""
    if not set(EXPECTED_FACTS) <= manifest.keys():
        return ""
    members = [model["name"] for model in manifest.get("models", [])]
    named = f" of {', '.join(members)}" if len(members) > 1 else ""
    text = f"{manifest['entry']}{named}: {manifest['metric']}"
    if len(text) >= LONGEST_MEMBERS:
        text = f"{manifest['entry']} of {len(members)} models: {manifest['metric']}"
    return f"{text} {manifest['score']:.5f} ± {manifest['standard_error']:.5f} cross-validated"
