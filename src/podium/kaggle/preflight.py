"""What would be sent to Kaggle, checked here first: against the sample, its manifest, and the data's sums."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from podium.competition.declaration import Competition
from podium.competition.sources import find_source
from podium.errors import SubmissionError
from podium.formatting import sample
from podium.kaggle.download import fetched_sums
from podium.storage.store import Store

LONGEST_MESSAGE = 300


@dataclass(frozen=True)
class Plan:
    """What would be sent. `facts` go to the ledger; `notes` are for the person."""

    path: Path
    content: bytes
    message: str
    facts: Mapping[str, Any]
    notes: tuple[str, ...] = ()


def make_plan(
    competition: Competition, root: Path, path: Path | None, message: str, data: Path | None, force: bool
) -> Plan:
    """Raises SubmissionError for a file that must not be sent."""
    path = path or _newest(competition, root)
    if not path.is_file():
        raise SubmissionError(f"{path} must be a submission file, found none; name one that exists")
    manifest = _manifest(path)
    if manifest.get("toy") or path.name.startswith("toy-") or path.resolve().parent.name == "toy":
        raise SubmissionError(
            f"{path} must be made from real data, got a toy file; "
            f"run: podium fetch {competition.name}, then podium submit {competition.name}"
        )
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if manifest and manifest.get("sha256") != found:
        raise SubmissionError(
            f"{path} must be as its manifest describes it, got other bytes; "
            "make it again, or give it a name of its own"
        )
    if manifest.get("slug", competition.slug) != competition.slug:
        raise SubmissionError(
            f"{path} must be made for {competition.slug!r}, got one for {manifest['slug']!r}; name another"
        )
    if not manifest:
        _refuse_copy_of_toy(competition, root, path, content)
    notes = _data_notes(competition, root, path, manifest, force)
    notes += _check_rows(competition, path, content, _sample(competition, root, data), bool(manifest))
    text = " ".join((message or _compose(manifest) or path.name).split())
    if len(text) > LONGEST_MESSAGE:
        raise SubmissionError(
            f"the message must have at most {LONGEST_MESSAGE} characters, got {len(text)}; shorten it"
        )
    facts = {
        "file": path.name,
        "sha256": found,
        "predictions": predictions_id(content),
        "message": text,
        **expected(manifest),
    }
    return Plan(path, content, text, facts, tuple(notes))


def expected(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What a manifest promises of its submission."""
    return {k: manifest[k] for k in ("entry", "metric", "score", "standard_error") if k in manifest}


def predictions_id(content: bytes) -> str:
    """Equal for files that say the same of each row, in whatever order and notation."""
    header, *rows = _rows(content)
    lines = sorted(repr([_plain(cell) for cell in row]) for row in rows)
    return hashlib.sha256("\n".join([repr(header), *lines]).encode()).hexdigest()[:12]


def _plain(cell: str) -> str:
    try:
        return f"{float(cell):.12g}"
    except ValueError:
        return cell


def _rows(content: bytes) -> list[list[str]]:
    return [row for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")) if row]


def _newest(competition: Competition, root: Path) -> Path:
    """The file of the last run."""
    folder = root / "submissions" / competition.name
    found = [p for p in folder.glob("submission-*.json") if p.with_suffix(".csv").exists()]
    if found:
        return max(found, key=lambda p: p.stat().st_mtime).with_suffix(".csv")
    toy = ", only toy ones" if list(folder.glob("toy/toy-submission-*.csv")) else ""
    raise SubmissionError(
        f"{folder} must hold a submission with its manifest, found none{toy}; "
        f"run: podium fetch {competition.name}, then podium submit {competition.name}"
    )


def _manifest(path: Path) -> dict[str, Any]:
    """What stands beside the file; empty for one that podium did not write."""
    value = Store(path.parent).read_json(path.with_suffix(".json"))
    return value if isinstance(value, dict) else {}


def _refuse_copy_of_toy(competition: Competition, root: Path, path: Path, content: bytes) -> None:
    for toy in (root / "submissions" / competition.name / "toy").glob("toy-submission-*.csv"):
        if toy.read_bytes() == content:
            raise SubmissionError(
                f"{path} must be made from real data, got a copy of {toy.name}; name another"
            )


def _data_notes(
    competition: Competition, root: Path, path: Path, manifest: Mapping[str, Any], force: bool
) -> list[str]:
    """Raises SubmissionError if the file was made from other data than Kaggle's."""
    fetched, used = fetched_sums(competition, root), manifest.get("data") or {}
    shared = sorted(fetched.keys() & used.keys())
    other = [name for name in shared if fetched[name] != used[name]] if shared else sorted(used)
    if not manifest:
        return [f"{path.name} has no manifest beside it: what made it is not known"]
    if not fetched or not used:
        return [f"not compared: the data that made {path.name} with Kaggle's (podium fetch brings it)"]
    if other and not force:
        raise SubmissionError(
            f"{path} must be made from the data that podium fetch brought, got other files: {sample(other)}; "
            f"run podium submit {competition.name} on the fetched data, or pass --force"
        )
    return [f"forced: made from other data than Kaggle's: {sample(other)}"] if other else []


def _sample(competition: Competition, root: Path, data: Path | None) -> bytes | None:
    source, name = find_source(competition, root, data), competition.sample
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


def _check_rows(
    competition: Competition, path: Path, content: bytes, like: bytes | None, has_manifest: bool
) -> list[str]:
    """Raises SubmissionError unless the file has the sample's header and ids, each with a value."""
    advice = "mend the file"
    try:
        header, *rows = _rows(content) or [[]]
    except (UnicodeDecodeError, csv.Error) as error:
        raise SubmissionError(f"{path} must be a CSV file in UTF-8, got: {error}; {advice}") from error
    if not rows:
        raise SubmissionError(
            f"{path} must have a header and rows, got {len(header)} columns and none; {advice}"
        )
    if like is None:
        if has_manifest:
            return ["not compared with the sample submission here: it was when it was written"]
        raise SubmissionError(
            f"{path} must be checked against the sample submission, found no data; "
            f"run: podium fetch {competition.name}"
        )
    columns, *samples = _rows(like)
    if header != columns:
        raise SubmissionError(f"{path} must have the columns {columns}, got {header}; {advice}")
    if uneven := [
        i for i, row in enumerate(rows, 1) if len(row) != len(columns) or "" in map(str.strip, row)
    ]:
        raise SubmissionError(
            f"{path} must have a value in each cell, got {len(uneven)} rows without: {sample(uneven)}; "
            f"{advice}"
        )
    at = columns.index(competition.id_column) if competition.id_column in columns else 0
    ids, wanted = [row[at] for row in rows], [row[at] for row in samples]
    if sorted(ids) != sorted(wanted):
        missing, strange = sorted({*wanted} - {*ids}), sorted({*ids} - {*wanted})
        raise SubmissionError(
            f"{path} must have the sample's {len(wanted)} ids, each once, got {len(ids)} rows; "
            f"{len(missing)} missing: {sample(missing)}, {len(strange)} unknown: {sample(strange)}; {advice}"
        )
    return []


def _compose(manifest: Mapping[str, Any]) -> str:
    if not {"entry", "metric", "score", "standard_error"} <= manifest.keys():
        return ""
    members = [m["name"] for m in manifest.get("models", [])]
    of = f" of {', '.join(members)}" if len(members) > 1 else ""
    text = f"{manifest['entry']}{of}: {manifest['metric']}"
    text = text if len(text) < 200 else f"{manifest['entry']} of {len(members)} models: {manifest['metric']}"
    return f"{text} {manifest['score']:.5f} ± {manifest['standard_error']:.5f} cross-validated"
