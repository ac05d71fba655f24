"""A submission to Kaggle: never lost, never sent twice, never called sent when it was not.

plan      the file, checked here: against the sample, its manifest, the ledger
send      the intent goes to the ledger, then the file to Kaggle, once
settle    whatever Kaggle answered, its own list says whether it has the submission
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from podium.competition import Competition
from podium.content import file_sum
from podium.errors import RemoteError, SubmissionError, sample
from podium.files import Source, find_source
from podium.remote.client import Client, KaggleError, seconds
from podium.remote.fetch import fetched_sums, require_open
from podium.remote.ledger import Ledger, Sent, make_tag, open_ledger

Say = Callable[[str], None]
LOOKS = 5  # at Kaggle's list for a submission in doubt, with growing pauses
LONGEST_MESSAGE = 300


@dataclass(frozen=True)
class Plan:
    """What would be sent. `facts` go to the ledger; `notes` are for the person."""

    path: Path
    content: bytes
    message: str
    facts: Mapping[str, Any]
    notes: tuple[str, ...] = ()


def upload(
    competition: Competition,
    root: Path,
    client: Client,
    say: Say,
    path: Path | None = None,
    message: str = "",
    data: Path | None = None,
    force: bool = False,
    dry_run: bool = False,
) -> Sent | None:
    """What Kaggle's list holds in the end, with its score if there was one in time; None for a dry run.

    Raises SubmissionError for a file that must not be sent, RemoteError where Kaggle does not take it
    or leaves it in doubt; both before and after, the ledger tells what is known.
    """
    plan = make_plan(competition, root, path, message, data, force)
    for note in plan.notes:
        say(note)
    slug = competition.slug
    with open_ledger(root / "submissions" / competition.name) as ledger:
        about = client.competition(slug)
        limits = _limits(client, slug, say)
        settle(ledger, client.submissions(slug))
        _require_new(ledger, plan, force)
        _require_allowed(slug, about, limits)
        tag = make_tag(plan.facts["predictions"])
        say(f"{plan.path} -> {slug}: {plan.message!r}; {limits['allowed']} submissions left today")
        if dry_run:
            say("dry run: nothing was sent")
            return None
        ledger.add("intent", tag, **plan.facts)
        try:
            _send(ledger, client, slug, plan, tag, say)
            return _scored(ledger, client, slug, tag, say)
        except KeyboardInterrupt:
            raise _unclear(slug, plan.path, ledger.find(tag), "it was stopped") from None


# ---- plan


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
    if manifest and manifest.get("sha256") != file_sum(path):
        raise SubmissionError(
            f"{path} must be as its manifest describes it, got other bytes; "
            "make it again, or give it a name of its own"
        )
    if manifest.get("slug", competition.slug) != competition.slug:
        raise SubmissionError(
            f"{path} must be made for {competition.slug!r}, got one for {manifest['slug']!r}; name another"
        )
    content = path.read_bytes()
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
        "sha256": hashlib.sha256(content).hexdigest(),
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
    try:
        value = json.loads(path.with_suffix(".json").read_text())
    except (FileNotFoundError, ValueError):
        return {}
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
    source, name = find_source(competition, root, data), "sample_submission.csv"
    if source == Source(None) or source.path is None:
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


# ---- what stands in the way


def _require_new(ledger: Ledger, plan: Plan, force: bool) -> None:
    """Raises SubmissionError for what Kaggle has already, or may have."""
    for old in ledger.sent():
        same = old.facts.get("sha256") == plan.facts["sha256"] or old.predictions == plan.facts["predictions"]
        if not same or old.state == "refused":
            continue
        if old.state == "open":
            until = old.when + timedelta(seconds=_doubtful_for())
            raise SubmissionError(
                f"{plan.path} must not be sent twice, got an upload at {_clock(old.when)} whose fate is not "
                f"known; it may still arrive: look with podium scores, or send it again after {_clock(until)}"
            )
        failed = old.facts.get("status") == "error"
        if failed and force:
            continue
        raise SubmissionError(
            f"{plan.path} must be new to Kaggle, got predictions that it has as {_named(old)}"
            + ("; mend the file, or pass --force" if failed else "; submit other predictions")
        )


def _limits(client: Client, slug: str, say: Say) -> Mapping[str, Any]:
    """The quota is not worth failing for where Kaggle does not tell it: it refuses by itself."""
    try:
        return client.limits(slug)
    except KaggleError as error:
        if error.status not in (400, 403, 404):
            raise
        say(f"Kaggle does not tell the quota: {error.reason or error.status}")
        return {"allowed": "unknown", "total": 0}


def _require_allowed(slug: str, about: Mapping[str, Any], limits: Mapping[str, Any]) -> None:
    """Raises RemoteError where Kaggle would refuse whatever it is sent."""
    if about["submissions_disabled"]:
        raise RemoteError(
            f"Kaggle must take submissions to {slug!r}, got a closed competition; nothing to do"
        )
    if about["notebooks_only"]:
        raise RemoteError(
            f"{slug!r} must take files, got a competition that takes notebooks only; submit one at Kaggle"
        )
    if limits["allowed"] != 0:
        return
    if not limits["total"]:  # all are zero for who has not joined
        require_open(slug, about)
    if limits["limited_by_total"]:
        raise RemoteError(
            f"{slug!r} must have submissions left, got {limits['total']} made and no more allowed in all"
        )
    now = datetime.now(UTC)
    left = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0) - now
    hours, minutes = divmod(int(left.total_seconds()) // 60, 60)
    raise RemoteError(
        f"{slug!r} must have submissions left today, got {limits['today']} made and none allowed; "
        f"run again after 00:00 UTC, in {hours} h {minutes} min"
    )


# ---- send


def _send(ledger: Ledger, client: Client, slug: str, plan: Plan, tag: str, say: Say) -> None:
    """Once. Returns when Kaggle's list has the submission; else raises RemoteError."""
    fault: KaggleError | None = None
    try:
        ref = _submit(client, slug, plan, tag)
        if ref > 0:
            ledger.add("answer", tag, ref=ref)
    except KaggleError as error:
        fault = error
        say("no good answer: looking for it in Kaggle's list")
    refused = fault is not None and _is_refusal(fault)
    try:
        _look(ledger, client, slug, tag, looks=1 if refused else LOOKS)
    except KaggleError as error:
        if not refused:
            why = f"{fault.reason or fault.kind}, " if fault else ""
            why += f"and its list gave no answer ({error.reason or error.kind})"
            raise _unclear(slug, plan.path, ledger.find(tag), why) from error
    if ledger.find(tag).state == "sent":
        return
    if fault is not None and refused:
        ledger.add("refused", tag, reason=fault.reason or fault.kind)
        raise fault
    why = fault.reason or fault.kind if fault else "it answered as if all were well, but does not list it"
    raise _unclear(slug, plan.path, ledger.find(tag), why) from fault


def _submit(client: Client, slug: str, plan: Plan, tag: str) -> int:
    """What is sent is what was checked, even if the file changes under our hands."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / plan.path.name
        path.write_bytes(plan.content)
        return client.submit(slug, path, f"{tag} {plan.message}")


def _is_refusal(error: KaggleError) -> bool:
    """Whether it is certain that Kaggle has not taken it: the last step was not begun, or was refused."""
    return error.stage != "create" or (error.kind == "status" and 400 <= error.status < 500)


def _look(ledger: Ledger, client: Client, slug: str, tag: str, looks: int) -> None:
    """Raises KaggleError if the list could not be had even once."""
    faults = []
    for look in range(looks):
        if look:
            time.sleep(client.pause * 2 ** (look - 1))
        try:
            ledger.absorb(client.submissions(slug, newest=True))
        except KaggleError as error:
            faults.append(error)
        if ledger.find(tag).state == "sent":
            return
    if len(faults) == looks:
        raise faults[-1]


def _unclear(slug: str, path: Path, sent: Sent, why: str) -> RemoteError:
    until = _clock(sent.when + timedelta(seconds=_doubtful_for()))
    number = f" (it named number {sent.ref})" if sent.ref else ""
    return RemoteError(
        f"Kaggle must list the submission of {path.name} to {slug!r}, got no proof that it has it{number}: "
        f"{why}; run podium scores to look again; the same file is not sent again before {until}"
    )


def settle(ledger: Ledger, listed: list[dict[str, Any]]) -> None:
    """Lay the ledger beside Kaggle's whole list: what was meant long ago and is not there never was."""
    ledger.absorb(listed)
    long_ago = datetime.now(UTC) - timedelta(seconds=_doubtful_for())
    for sent in ledger.sent():
        if sent.state == "open" and sent.when <= long_ago:
            ledger.add("refused", sent.tag, reason="it never arrived")


# ---- the score


def _scored(ledger: Ledger, client: Client, slug: str, tag: str, say: Say) -> Sent:
    """Wait for the score. It is sent by now, whatever happens here."""
    say(f"Kaggle has it as number {ledger.find(tag).ref}")
    started, fault = time.monotonic(), ""
    for pause in _pauses(client.pause, seconds("PODIUM_KAGGLE_WAIT", 600)):
        try:
            if ledger.find(tag).facts["status"] == "pending":
                ledger.absorb(client.submissions(slug, newest=True))
            fault = ""
        except KaggleError as error:
            fault = error.reason or error.kind
        sent = ledger.find(tag)
        if sent.facts["status"] == "error":
            raise RemoteError(
                f"Kaggle must be able to score submission {sent.ref}, got: "
                f"{sent.facts.get('error') or 'no reason given'}; mend the file and upload it"
            )
        if sent.facts["status"] != "pending":
            return _with_rank(ledger, client, slug, sent)
        say(f"waiting for the score, {time.monotonic() - started:.0f} s" + (f" ({fault})" if fault else ""))
        time.sleep(pause)
    say("no score yet: podium scores shows it when it is there")
    return ledger.find(tag)


def _pauses(first: float, most: float) -> Iterator[float]:
    """Growing ones, up to half a minute each and `most` seconds in all."""
    spent = 0.0
    while spent < most:
        pause = min(first, 30.0, most - spent)
        yield pause
        spent += pause
        first *= 1.5


def _with_rank(ledger: Ledger, client: Client, slug: str, sent: Sent) -> Sent:
    """The rank is an extra: none is given where Kaggle does not tell."""
    try:
        rank = client.competition(slug)["rank"]
    except KaggleError:
        return sent
    if rank:
        ledger.add("kaggle", sent.tag, rank=rank)
    return ledger.find(sent.tag)


def _named(sent: Sent) -> str:
    score = sent.facts.get("public")
    public = f", public score {score}" if score is not None else ""
    failed = f", not scored: {sent.facts.get('error')}" if sent.facts.get("status") == "error" else ""
    return f"submission {sent.ref} of {sent.facts.get('date', '')[:10] or _clock(sent.when)}{public}{failed}"


def _doubtful_for() -> float:
    """How long a submission that got no answer may still turn up in Kaggle's list."""
    return seconds("PODIUM_KAGGLE_DOUBT", 900)


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M:%S} UTC"
