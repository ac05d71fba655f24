"""Record each upload to Kaggle and its result in submissions/<competition>/ledger.jsonl.

It holds one JSON object a line, and lines are only ever added. Each submission has a tag that also stands in
its description at Kaggle, so that the ledger and Kaggle's list can be compared, whatever got lost between
them. The events are:

intent    before anything is sent: the tag, the file with its sums, the score that we expect
answer    the number (ref) that Kaggle answered with
kaggle    what Kaggle's own list says of it; only this proves that it was sent
refused   it is not in Kaggle's list, and why
"""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from podium.errors import StoreError
from podium.storage.atomic import cannot_write, take_lock

FILE_NAME = "ledger.jsonl"
TAG = re.compile(r"podium-([0-9a-f]{12})-[0-9a-f]{8}")
LISTED_FACTS = ("ref", "date", "status", "public", "private", "error", "description", "file", "team")
STATES = {"intent": "open", "answer": "open", "kaggle": "sent", "refused": "refused"}


def make_tag(predictions: str) -> str:
    """Return a new tag. It names the predictions as well, so that a lost ledger can be made again from
    Kaggle's list."""
    return f"podium-{predictions}-{secrets.token_hex(4)}"


@dataclass(frozen=True)
class SubmissionRecord:
    """One submission, or the intent of one.

    `state` is "open" while nobody knows whether Kaggle has it, then "sent" or "refused". `when` is the time
    of its first line. `facts` are those of all its lines, the newer over the older.
    """

    tag: str
    state: str
    when: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ref(self) -> int:
        """Return Kaggle's number of the submission, or 0."""
        return self.facts.get("ref", 0)

    @property
    def predictions(self) -> str:
        """Return the id of its predictions (see `preflight.predictions_id`), or ""."""
        if self.facts.get("predictions"):
            return self.facts["predictions"]
        match = TAG.fullmatch(self.tag)
        return match.group(1) if match else ""


class Ledger:
    """The ledger of one competition, made by `open_ledger`, which keeps other processes from it."""

    def __init__(self, path: Path, handle: int):
        self._path = path
        self._handle = handle
        self._cut_unfinished_line()
        self._lines = list(_read_lines(path))

    def records(self) -> list[SubmissionRecord]:
        """Return every submission, in the order of its first line."""
        return _collect_records(self._lines)

    def find(self, tag: str) -> SubmissionRecord:
        """Return the submission with this tag, which must be there."""
        return next(record for record in self.records() if record.tag == tag)

    def add(self, event: str, tag: str, **facts: Any) -> None:
        """Add a line, which is on the disk when this returns. Raise StoreError if it cannot be."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        line = {"event": event, "time": now, "tag": tag, **facts}
        data = json.dumps(line, ensure_ascii=False).encode() + b"\n"
        try:
            if os.write(self._handle, data) < len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(self._handle)
        except OSError as error:
            raise cannot_write(self._path, error) from error
        self._lines.append(line)

    def merge(self, listed: Iterable[Mapping[str, Any]]) -> None:
        """Take over what Kaggle's list says, the oldest first; add a line only where there is news."""
        records = self.records()
        by_tag = {record.tag: record for record in records if record.tag}
        by_ref = {record.ref: record for record in records if record.ref}
        for entry in reversed(list(listed)):
            match = TAG.search(entry["description"])
            tag = match.group(0) if match else ""
            known = by_tag.get(tag) or by_ref.get(entry["ref"])
            facts = {key: entry[key] for key in LISTED_FACTS if entry.get(key) not in (None, "")}
            if known is None:
                self.add("kaggle", tag, **facts)
            elif known.state != "sent" or not facts.items() <= known.facts.items():
                self.add("kaggle", known.tag, **facts)

    def _cut_unfinished_line(self) -> None:
        """Cut off a last line that has no end: its writer was killed before it acted on it."""
        data = self._path.read_bytes()
        whole = data.rfind(b"\n") + 1
        if whole < len(data):
            os.ftruncate(self._handle, whole)


def read_ledger(folder: Path) -> list[SubmissionRecord]:
    """Return what `Ledger.records` gives, without a lock, and without making or mending the file."""
    path = folder / FILE_NAME
    return _collect_records(_read_lines(path)) if path.exists() else []


def _collect_records(lines: Iterable[Mapping[str, Any]]) -> list[SubmissionRecord]:
    found: dict[str, SubmissionRecord] = {}
    for line in lines:
        key = line["tag"] or f"ref {line['ref']}"
        facts = {name: value for name, value in line.items() if name not in ("event", "time", "tag")}
        state = STATES[line["event"]]
        old = found.get(key)
        if old is None:
            found[key] = SubmissionRecord(line["tag"], state, datetime.fromisoformat(line["time"]), facts)
        else:
            state = "sent" if old.state == "sent" else state
            found[key] = SubmissionRecord(line["tag"], state, old.when, {**old.facts, **facts})
    return list(found.values())


def _read_lines(path: Path) -> Iterator[dict[str, Any]]:
    for number, text in enumerate(path.read_text().split("\n")[:-1], start=1):
        try:
            line = json.loads(text)
            is_ours = line["event"] in STATES and isinstance(line["tag"], str) and line["time"]
        except (ValueError, KeyError, TypeError):
            is_ours = False
        if not is_ours:
            raise StoreError(
                f"{path} must hold one of podium's records in each line, got {text[:40]!r} in line {number}; "
                "move the file away: podium scores makes it anew from Kaggle's list"
            )
        yield line


@contextmanager
def open_ledger(folder: Path) -> Iterator[Ledger]:
    """Open the ledger in a folder. One process at a time has it, and frees it when it ends, however it ends.

    Raises StoreError for a file that cannot be written, is not a ledger, or is used by another process.
    """
    path = folder / FILE_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    except OSError as error:
        raise StoreError(f"{path} must be writable, got: {error.strerror}; mend its rights") from error
    try:
        _lock(handle, path)
        _sync_folder(folder)
        yield Ledger(path, handle)
    finally:
        os.close(handle)


def _lock(handle: int, path: Path) -> None:
    if not take_lock(handle):
        raise StoreError(
            f"{path} must be used by one command at a time, got another that speaks with Kaggle; "
            "wait for it or end it"
        )


def _sync_folder(folder: Path) -> None:
    """Sync the folder: a new file is only safe when its folder's list of names is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
