"""Talks to Kaggle through its official client, which runs in a child process that can be killed.

That client has no timeouts, prints to standard output, ends the process where credentials are
missing, and tries to reach the network when it is imported. So a person's command never imports it:
it starts `remote.child`, writes one JSON request a line and reads JSON answers, one a line. The child
inherits the credentials with the environment; none is ever an argument.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any, cast

from podium.errors import RemoteError

Json = dict[str, Any]
TRIES = 3  # of a question; nothing that changes anything at Kaggle is ever asked twice
WHAT = {
    "competition": "a question about",
    "limits": "a question for the quota of",
    "submissions": "a question for the submissions to",
    "submit": "a submission to",
    "download": "a download of the data of",
    "leaderboard": "a download of the leaderboard of",
}


class KaggleError(RemoteError):
    """`kind`: "credentials" or "missing" where there are none or no package kaggle, "status" where Kaggle
    answered with an HTTP `status`, "timeout", "network" where it was not reached or was cut off, "garbled"
    for an answer that cannot be read. `stage` is how far it got: "ready" when the client had started, for
    a submission then "put" and "create"; only in the last can Kaggle have taken it."""

    def __init__(self, message: str, kind: str, status: int = 0, reason: str = "", stage: str = ""):
        super().__init__(message)
        self.kind, self.status, self.reason, self.stage = kind, status, reason, stage

    @property
    def is_passing(self) -> bool:
        """Whether the same question may well be answered a moment later."""
        return self.kind == "network" or self.status == 429 or self.status >= 500


def seconds(variable: str, default: float) -> float:
    """A time that the environment may set."""
    text = os.environ.get(variable)
    try:
        return float(text) if text else default
    except ValueError:
        raise RemoteError(f"{variable} must be a number of seconds, got {text!r}; mend it") from None


class Client:
    """A question is asked up to three times where Kaggle stumbles. Each call raises KaggleError."""

    def __init__(self) -> None:
        self.limit = seconds("PODIUM_KAGGLE_TIMEOUT", 60)
        self.pause = seconds("PODIUM_KAGGLE_PAUSE", 2)
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def competition(self, slug: str) -> Json:
        return self._asked("competition", slug=slug)

    def limits(self, slug: str) -> Json:
        """`allowed` now, used `today` and in `total`, whether `limited_by_total`."""
        return self._asked("limits", slug=slug)

    def submissions(self, slug: str, newest: bool = False) -> list[Json]:
        """Ours, the newest first; all of them, or the newest page."""
        return self._asked("submissions", slug=slug, newest=newest)

    def submit(self, slug: str, path: Path, description: str) -> int:
        """Send once. Gives the number that Kaggle answers with, which does not prove anything yet."""
        answer = self._once("submit", slug=slug, path=str(path), description=description)
        if not answer["arrived"]:
            reason = "the file did not arrive at its storage"
            raise KaggleError(_explain("submit", slug, "status", 0, reason), "status", 0, reason, "put")
        return answer["ref"]

    def download(self, slug: str, folder: Path) -> None:
        """Kaggle's files as `folder`/<slug>.zip. The caller tests it: it may be cut short."""
        self._once("download", slug=slug, folder=str(folder))

    def leaderboard(self, slug: str, folder: Path) -> None:
        """The public leaderboard as `folder`/<slug>.zip, to be tested as well."""
        self._once("leaderboard", slug=slug, folder=str(folder))

    def _asked(self, call: str, **arguments: Any) -> Any:
        for attempt in range(TRIES):
            try:
                return self._once(call, **arguments)
            except KaggleError as error:
                if not error.is_passing or attempt == TRIES - 1:
                    raise
                time.sleep(self.pause * 2**attempt)
        raise AssertionError

    def _once(self, call: str, **arguments: Any) -> Any:
        stage, answer = "", None
        for answer in self._exchange({"call": call, "arguments": arguments}):
            stage = answer.get("stage", stage)
        if answer is not None and "value" in answer:
            return answer["value"]
        fault = (answer or {}).get("fault") or {"kind": "timeout"}
        kind, status, reason = fault["kind"], fault.get("status", 0), fault.get("reason", "")
        message = _explain(call, arguments["slug"], kind, status, reason)
        if kind == "timeout":
            message = message.format(limit=self.limit * _patience(stage))
        raise KaggleError(message, kind, status, reason, stage)

    def _exchange(self, request: Json) -> Iterator[Json]:
        """Stages, and at last a value or a fault; neither where the time is up."""
        child = self._child = self._child or _start()
        requests = cast(IO[bytes], child.stdin)
        try:
            requests.write(json.dumps(request).encode() + b"\n")
            requests.flush()
            for line in self._lines(child, request["arguments"].get("folder")):
                heard = json.loads(line)
                yield heard
                if "stage" not in heard:
                    return
            self._end()
        except BaseException as error:
            self._end()
            if not isinstance(error, OSError | EOFError):
                raise
            yield {"fault": {"kind": "garbled", "reason": f"its client ended: {error}"}}

    def _lines(self, child: subprocess.Popen[bytes], folder: str | None) -> Iterator[bytes]:
        """Kills the child when for the limit there came no line, and no byte to `folder`; what it said
        up to then is heard. Raises EOFError if it ends by itself."""
        pipe = cast(IO[bytes], child.stdout).fileno()
        held, size, deadline = b"", -1, time.monotonic() + self.limit * _patience("")
        while (left := deadline - time.monotonic()) > 0:
            if select.select([pipe], [], [], min(left, 1.0))[0]:
                chunk = os.read(pipe, 1 << 16)
                if not chunk:
                    raise EOFError("without a word")
                *lines, held = (held + chunk).split(b"\n")
                for line in lines:
                    deadline = time.monotonic() + self.limit * _patience(
                        json.loads(line).get("stage", "ready")
                    )
                    yield line
            elif folder and (now := _bytes_in(Path(folder))) != size:
                size, deadline = now, time.monotonic() + self.limit
        child.kill()
        yield from (held + child.communicate()[0]).split(b"\n")[:-1]

    def _end(self) -> None:
        if self._child:
            self._child.kill()
            self._child.communicate()
            self._child = None


def _start() -> subprocess.Popen[bytes]:
    # -P: a folder called kaggle where the person stands must not be imported in its place. A session
    # of its own: Ctrl-C must not end the child between two steps before we have seen why.
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "podium.kaggle.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _patience(stage: str) -> int:
    """Times the limit: a client may first have to start, and a large file is long on its way."""
    return {"": 2, "put": 5}.get(stage, 1)


def _bytes_in(folder: Path) -> int:
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())


def _explain(call: str, slug: str, kind: str, status: int, reason: str) -> str:
    """One line: what was asked, what came, what to do."""
    what = f"{WHAT[call]} {slug!r}"
    page = f"https://www.kaggle.com/competitions/{slug}"
    said = f"{status} ({reason})" if reason and status else reason or str(status)
    settings = "https://www.kaggle.com/settings"
    if kind == "credentials":
        return (
            "Kaggle must be given credentials, found none that it takes; "
            f"put a token from {settings} into ~/.kaggle/access_token or into KAGGLE_API_TOKEN"
        )
    if kind == "missing":
        return (
            f"the package kaggle must be installed, got: {reason}; run make test, which sets up all it needs"
        )
    if kind == "timeout":
        return (
            f"Kaggle must answer {what} within {{limit:g}} s, got nothing; "
            "run again later (PODIUM_KAGGLE_TIMEOUT sets the seconds)"
        )
    if kind == "network":
        return f"Kaggle must be reached for {what}, got {said}; look at the network and run again"
    if kind == "garbled":
        advice = "a proxy or a login page may stand between, or the package kaggle may need an update"
        return f"Kaggle must answer {what} in its own format, got {said}; {advice}"
    if status == 401:
        return f"Kaggle must know the credentials for {what}, got {said}; make a new token at {settings}"
    advice = f"read {page}"
    if status == 403:
        advice = f"accept the rules at {page}/rules, and look at the slug and the account"
    elif status == 404:
        advice = "look at the slug that competition.py declares"
    elif status == 429:
        advice = "it is asked too often: wait a minute and run again"
    elif status >= 500:
        advice = "the fault is Kaggle's: run again later"
    elif call == "submit" and not status:
        advice = "nothing was submitted: run again"
    return f"Kaggle must accept {what}, got {said}; {advice}"
