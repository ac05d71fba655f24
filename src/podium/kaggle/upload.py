"""A submission to Kaggle: never lost, never sent twice, never called sent when it was not.

plan      the file was checked here before (see `remote.plan`)
send      the intent goes to the ledger, then the file to Kaggle, once
settle    whatever Kaggle answered, its own list says whether it has the submission
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from podium.competition.declaration import Competition
from podium.errors import RemoteError, SubmissionError
from podium.kaggle.client import Client, KaggleError, seconds
from podium.kaggle.download import require_open
from podium.kaggle.ledger import Ledger, Sent, make_tag, open_ledger
from podium.kaggle.preflight import Plan, make_plan

Say = Callable[[str], None]
LOOKS = 5  # at Kaggle's list for a submission in doubt, with growing pauses


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
            if ledger.find(tag).state == "sent":
                say("stopped waiting: podium scores shows the score when it is there")
                return ledger.find(tag)
            raise _unclear(slug, plan.path, ledger.find(tag), "it was stopped") from None


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
