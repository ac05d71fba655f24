"""What was sent to Kaggle, and what became of it: submissions/<competition>/ledger.jsonl.

One JSON object a line, only ever added to. Each submission has a tag that also stands in its
description at Kaggle, so the two lists can be laid side by side, whatever got lost between:

intent    before anything is sent: the tag, the file with its sums, the score we expect
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

TAG = re.compile(r"podium-([0-9a-f]{12})-[0-9a-f]{8}")
SAID = ("ref", "date", "status", "public", "private", "error", "description", "file", "team")
STATES = {"intent": "open", "answer": "open", "kaggle": "sent", "refused": "refused"}


def make_tag(predictions: str) -> str:
    """Names the predictions as well: a lost ledger can tell from Kaggle's list what was sent."""
    return f"podium-{predictions}-{secrets.token_hex(4)}"


@dataclass(frozen=True)
class Sent:
    """One submission, or the intent of one. `state` is "open" while nobody knows whether Kaggle has
    it, then "sent" or "refused". `facts` are the ledger's, the newer over the older."""

    tag: str
    state: str
    when: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ref(self) -> int:
        return self.facts.get("ref", 0)

    @property
    def predictions(self) -> str:
        named = TAG.fullmatch(self.tag)
        return self.facts.get("predictions") or (named.group(1) if named else "")


class Ledger:
    """Opened by `open_ledger`, which keeps others from it."""

    def __init__(self, path: Path, handle: int):
        self._path, self._handle = path, handle
        self._mend()
        self._lines = list(_read(path))

    def sent(self) -> list[Sent]:
        """Every submission in the order of its first line."""
        return _sent(self._lines)

    def find(self, tag: str) -> Sent:
        return next(s for s in self.sent() if s.tag == tag)

    def add(self, event: str, tag: str, **facts: Any) -> None:
        """On the disk when this returns. Raises StoreError if it cannot be."""
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

    def absorb(self, listed: Iterable[Mapping[str, Any]]) -> None:
        """Take over what Kaggle's list says, the oldest first; a line only for what is news."""
        sent = self.sent()
        by_tag, by_ref = {s.tag: s for s in sent if s.tag}, {s.ref: s for s in sent if s.ref}
        for said in reversed(list(listed)):
            named = TAG.search(said["description"])
            known = (by_tag.get(named.group(0)) if named else None) or by_ref.get(said["ref"])
            tag = known.tag if known else named.group(0) if named else ""
            facts = {k: said[k] for k in SAID if said.get(k) not in (None, "")}
            if not (known and known.state == "sent" and facts.items() <= known.facts.items()):
                self.add("kaggle", tag, **facts)

    def _mend(self) -> None:
        """Cut off a last line that has no end: who wrote it was killed before it acted on it."""
        data = self._path.read_bytes()
        whole = data.rfind(b"\n") + 1
        if whole < len(data):
            os.ftruncate(self._handle, whole)


def read_ledger(folder: Path) -> list[Sent]:
    """What `Ledger.sent` gives, for those who only look: nothing is held, made or mended."""
    path = folder / "ledger.jsonl"
    return _sent(_read(path)) if path.exists() else []


def _sent(lines: Iterable[Mapping[str, Any]]) -> list[Sent]:
    found: dict[str, Sent] = {}
    for line in lines:
        key = line["tag"] or f"ref {line['ref']}"
        old = found.get(key)
        state = "sent" if old and old.state == "sent" else STATES[line["event"]]
        when = old.when if old else datetime.fromisoformat(line["time"])
        facts = {k: v for k, v in line.items() if k not in ("event", "time", "tag")}
        found[key] = Sent(line["tag"], state, when, {**(old.facts if old else {}), **facts})
    return list(found.values())


def _read(path: Path) -> Iterator[dict[str, Any]]:
    for number, text in enumerate(path.read_text().split("\n")[:-1], start=1):
        try:
            line = json.loads(text)
            known = line["event"] in STATES and isinstance(line["tag"], str) and line["time"]
        except (ValueError, KeyError, TypeError):
            known = False
        if not known:
            raise StoreError(
                f"{path} must hold one of podium's records in each line, got {text[:40]!r} in line {number}; "
                "move the file away: podium scores makes it anew from Kaggle's list"
            )
        yield line


@contextmanager
def open_ledger(folder: Path) -> Iterator[Ledger]:
    """Held by one process at a time and freed by its end, however it ends."""
    path = folder / "ledger.jsonl"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    except OSError as error:
        raise StoreError(f"{path} must be writable, got: {error.strerror}; mend its rights") from error
    try:
        _hold(handle, path)
        _sync_folder(folder)
        yield Ledger(path, handle)
    finally:
        os.close(handle)


def _hold(handle: int, path: Path) -> None:
    if not take_lock(handle):
        raise StoreError(
            f"{path} must be used by one command at a time, got another that speaks with Kaggle; "
            "wait for it or end it"
        )


def _sync_folder(folder: Path) -> None:
    """A new file is only safe when its folder's list of names is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
