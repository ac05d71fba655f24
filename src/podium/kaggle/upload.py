"""Uploads a submission to Kaggle: never lost, never sent twice, never called sent when it was not.

preflight   the file was checked here before (see `kaggle.preflight`)
send        the intent goes to the ledger, then the file to Kaggle, once
settle      whatever Kaggle answered, its own list says whether it has the submission
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from podium.competition.declaration import Competition
from podium.competition.registry import results_folder
from podium.errors import RemoteError, SubmissionError
from podium.kaggle.client import Client, Json, KaggleError, Tell, read_seconds
from podium.kaggle.download import require_rules_accepted
from podium.kaggle.ledger import Ledger, SubmissionRecord, make_tag, open_ledger
from podium.kaggle.preflight import Preflight, UploadOptions, make_preflight

LOOKS = 5  # at Kaggle's list for a submission in doubt, with growing pauses
LONGEST_PAUSE = 30.0  # seconds between two questions for a score


def upload(
    competition: Competition,
    root: Path,
    client: Client,
    tell: Tell,
    options: UploadOptions,
) -> SubmissionRecord | None:
    """Send a submission. Return what Kaggle's list holds in the end, with its score if there was one in
    time, or None for a dry run.

    Raises SubmissionError for a file that must not be sent, RemoteError where Kaggle does not take it or
    leaves it in doubt; both before and after, the ledger tells what is known.
    """
    preflight = make_preflight(competition, root, options)
    for note in preflight.notes:
        tell(note)
    slug = competition.slug
    with open_ledger(results_folder(root, competition.name)) as ledger:
        about = client.competition(slug)
        limits = _ask_limits(client, slug, tell)
        settle(ledger, client.submissions(slug))
        _require_new(ledger, preflight, options.force)
        _require_allowed(slug, about, limits)
        attempt = _Attempt(ledger, client, slug, preflight, make_tag(preflight.facts["predictions"]), tell)
        tell(f"{preflight.path} -> {slug}: {preflight.message!r}; {limits['allowed']} submissions left today")
        if options.dry_run:
            tell("dry run: nothing was sent")
            return None
        ledger.add("intent", attempt.tag, **preflight.facts)
        try:
            attempt.send()
            return attempt.wait_for_score()
        except KeyboardInterrupt:
            if attempt.record.state == "sent":
                tell("stopped waiting: podium scores shows the score when it is there")
                return attempt.record
            raise attempt.unclear("it was stopped") from None


def settle(ledger: Ledger, listed: list[Json]) -> None:
    """Compare the ledger with Kaggle's whole list: an intent of long ago that is not in it was never
    sent."""
    ledger.merge(listed)
    long_ago = datetime.now(UTC) - timedelta(seconds=_doubt_seconds())
    for record in ledger.records():
        if record.state == "open" and record.when <= long_ago:
            ledger.add("refused", record.tag, reason="it never arrived")


def _require_new(ledger: Ledger, preflight: Preflight, force: bool) -> None:
    """Raise SubmissionError for predictions that Kaggle has already, or may have."""
    for record in ledger.records():
        same_file = record.facts.get("sha256") == preflight.facts["sha256"]
        same = same_file or record.predictions == preflight.facts["predictions"]
        if not same or record.state == "refused":
            continue
        if record.state == "open":
            until = record.when + timedelta(seconds=_doubt_seconds())
            raise SubmissionError(
                f"{preflight.path} must not be sent twice, got an upload at {_clock(record.when)} whose fate "
                f"is not known; it may still arrive: look with podium scores, or send it again after "
                f"{_clock(until)}"
            )
        failed = record.facts.get("status") == "error"
        if failed and force:
            continue
        advice = "mend the file, or pass --force" if failed else "submit other predictions"
        raise SubmissionError(
            f"{preflight.path} must be new to Kaggle, got predictions that it has as {_describe(record)}; "
            f"{advice}"
        )


def _describe(record: SubmissionRecord) -> str:
    facts = record.facts
    day = facts.get("date", "")[:10] or _clock(record.when)
    public = f", public score {facts['public']}" if facts.get("public") is not None else ""
    failed = f", not scored: {facts.get('error')}" if facts.get("status") == "error" else ""
    return f"submission {record.ref} of {day}{public}{failed}"


def _ask_limits(client: Client, slug: str, tell: Tell) -> Mapping[str, Any]:
    """Return the quota. Where Kaggle does not tell it, the upload goes on: Kaggle refuses by itself."""
    try:
        return client.limits(slug)
    except KaggleError as error:
        if error.status not in (400, 403, 404):
            raise
        tell(f"Kaggle does not tell the quota: {error.reason or error.status}")
        return {"allowed": "unknown", "total": 0}


def _require_allowed(slug: str, about: Mapping[str, Any], limits: Mapping[str, Any]) -> None:
    """Raise RemoteError where Kaggle would refuse whatever it is sent."""
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
    if not limits["total"]:  # all are zero for an account that has not joined
        require_rules_accepted(slug, about)
    if limits["limited_by_total"]:
        raise RemoteError(
            f"{slug!r} must have submissions left, got {limits['total']} made and no more allowed in all"
        )
    hours, minutes = _until_midnight()
    raise RemoteError(
        f"{slug!r} must have submissions left today, got {limits['today']} made and none allowed; "
        f"run again after 00:00 UTC, in {hours} h {minutes} min"
    )


def _until_midnight() -> tuple[int, int]:
    """Return the hours and minutes until 00:00 UTC, when Kaggle's quota is new."""
    now = datetime.now(UTC)
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0)
    return divmod(int((midnight - now).total_seconds()) // 60, 60)


@dataclass(frozen=True)
class _Attempt:
    """One submission on its way to Kaggle."""

    ledger: Ledger
    client: Client
    slug: str
    preflight: Preflight
    tag: str
    tell: Tell

    @property
    def record(self) -> SubmissionRecord:
        return self.ledger.find(self.tag)

    def send(self) -> None:
        """Send the file once. Return when Kaggle's list has the submission; raise RemoteError otherwise."""
        fault = self._submit()
        is_refused = fault is not None and _is_refusal(fault)
        list_fault = self._look(looks=1 if is_refused else LOOKS)
        if self.record.state == "sent":
            return
        if fault is not None and is_refused:
            self.ledger.add("refused", self.tag, reason=fault.cause)
            raise fault
        raise self.unclear(_reason_for_doubt(fault, list_fault)) from (list_fault or fault)

    def wait_for_score(self) -> SubmissionRecord:
        """Return the submission when it has a score, or when it is not worth waiting longer. Raise
        RemoteError if Kaggle cannot score it."""
        self.tell(f"Kaggle has it as number {self.record.ref}")
        started = time.monotonic()
        for pause in _pauses(self.client.pause, read_seconds("PODIUM_KAGGLE_WAIT", 600)):
            fault = self._refresh_pending()
            record = self.record
            if record.facts["status"] == "error":
                raise RemoteError(
                    f"Kaggle must be able to score submission {record.ref}, got: "
                    f"{record.facts.get('error') or 'no reason given'}; mend the file and upload it"
                )
            if record.facts["status"] != "pending":
                return self._with_rank(record)
            passed = f"{time.monotonic() - started:.0f} s"
            self.tell(f"waiting for the score, {passed}" + (f" ({fault.cause})" if fault else ""))
            time.sleep(pause)
        self.tell("no score yet: podium scores shows it when it is there")
        return self.record

    def unclear(self, reason: str) -> RemoteError:
        """Return the error for a submission of which nobody knows whether Kaggle has it."""
        record = self.record
        until = _clock(record.when + timedelta(seconds=_doubt_seconds()))
        number = f" (it named number {record.ref})" if record.ref else ""
        return RemoteError(
            f"Kaggle must list the submission of {self.preflight.path.name} to {self.slug!r}, "
            f"got no proof that it has it{number}: {reason}; run podium scores to look again; "
            f"the same file is not sent again before {until}"
        )

    def _submit(self) -> KaggleError | None:
        """Send what was checked, even if the file has changed since. Return Kaggle's fault, if any."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / self.preflight.path.name
            path.write_bytes(self.preflight.content)
            try:
                ref = self.client.submit(self.slug, path, f"{self.tag} {self.preflight.message}")
            except KaggleError as error:
                self.tell("no good answer: looking for it in Kaggle's list")
                return error
        if ref > 0:
            self.ledger.add("answer", self.tag, ref=ref)
        return None

    def _look(self, looks: int) -> KaggleError | None:
        """Look for the submission in Kaggle's list. Return a fault if the list could not be had even
        once."""
        faults = []
        for look in range(looks):
            if look:
                time.sleep(self.client.pause * 2 ** (look - 1))
            try:
                self.ledger.merge(self.client.submissions(self.slug, newest=True))
            except KaggleError as error:
                faults.append(error)
            if self.record.state == "sent":
                return None
        return faults[-1] if len(faults) == looks else None

    def _refresh_pending(self) -> KaggleError | None:
        """Ask again for a submission that has no score yet. Return Kaggle's fault, if any: the submission is
        sent, whatever happens here."""
        try:
            if self.record.facts["status"] == "pending":
                self.ledger.merge(self.client.submissions(self.slug, newest=True))
        except KaggleError as error:
            return error
        return None

    def _with_rank(self, record: SubmissionRecord) -> SubmissionRecord:
        """Return the submission with our rank, or without where Kaggle does not tell it."""
        try:
            rank = self.client.competition(self.slug)["rank"]
        except KaggleError:
            return record
        if rank:
            self.ledger.add("kaggle", self.tag, rank=rank)
        return self.record


def _is_refusal(error: KaggleError) -> bool:
    """Return whether Kaggle has certainly not taken the file: the last step was not begun, or was
    refused."""
    return error.stage != "create" or (error.kind == "status" and 400 <= error.status < 500)


def _reason_for_doubt(fault: KaggleError | None, list_fault: KaggleError | None) -> str:
    if list_fault:
        first = f"{fault.cause}, " if fault else ""
        return f"{first}and its list gave no answer ({list_fault.cause})"
    if fault:
        return fault.cause
    return "it answered as if all were well, but does not list it"


def _pauses(first: float, total: float) -> Iterator[float]:
    """Yield growing pauses, each of half a minute at most and all of `total` seconds."""
    spent = 0.0
    while spent < total:
        pause = min(first, LONGEST_PAUSE, total - spent)
        yield pause
        spent += pause
        first *= 1.5


def _doubt_seconds() -> float:
    """Return how long a submission that got no answer may still turn up in Kaggle's list."""
    return read_seconds("PODIUM_KAGGLE_DOUBT", 900)


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M:%S} UTC"
