"""Talks to Kaggle through its official client, which runs in a worker process that can be killed.

The official client has no timeouts, prints to standard output, ends the process where credentials are
missing, and tries to reach the network when it is imported. A person's command therefore never imports it:
it starts `kaggle.worker`, writes JSON requests, one a line, and reads JSON answers, one a line. The worker
inherits the credentials with the environment; none is ever an argument.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any, cast

from podium.errors import RemoteError

Json = dict[str, Any]
Tell = Callable[[str], None]  # takes a line for the person who runs the command
TRIES = 3  # of a question; a call that changes anything at Kaggle is never repeated
SETTINGS_PAGE = "https://www.kaggle.com/settings"
CALLS = {  # how an error names each call
    "competition": "a question about",
    "limits": "a question for the quota of",
    "submissions": "a question for the submissions to",
    "submit": "a submission to",
    "download": "a download of the data of",
    "leaderboard": "a download of the leaderboard of",
}
MESSAGES = {  # by kind of fault
    "credentials": (
        "Kaggle must be given credentials, found none that it takes; "
        f"put a token from {SETTINGS_PAGE} into ~/.kaggle/access_token or into KAGGLE_API_TOKEN"
    ),
    "missing": (
        "the package kaggle must be installed, got: {reason}; run make test, which sets up all it needs"
    ),
    "timeout": (
        "Kaggle must answer {request} within {limit:g} s, got nothing; "
        "run again later (PODIUM_KAGGLE_TIMEOUT sets the seconds)"
    ),
    "network": "Kaggle must be reached for {request}, got {got}; look at the network and run again",
    "garbled": (
        "Kaggle must answer {request} in its own format, got {got}; "
        "a proxy or a login page may stand between, or the package kaggle may need an update"
    ),
    "unknown user": (
        f"Kaggle must know the credentials for {{request}}, got {{got}}; make a new token at {SETTINGS_PAGE}"
    ),
    "status": "Kaggle must accept {request}, got {got}; {advice}",
}


class KaggleError(RemoteError):
    """Kaggle did not do what it was asked.

    `kind` is "credentials" or "missing" where there are no credentials or no package kaggle, "status" where
    Kaggle answered with an HTTP `status`, "timeout", "network" where Kaggle was not reached or the
    connection was cut off, and "garbled" for an answer that cannot be read. `reason` holds Kaggle's own
    words. `stage` is how far the call got: "ready" when the client had started, for a submission then "put"
    and "create"; Kaggle can only have taken a submission whose stage is "create".
    """

    def __init__(self, message: str, kind: str, status: int = 0, reason: str = "", stage: str = ""):
        super().__init__(message)
        self.kind = kind
        self.status = status
        self.reason = reason
        self.stage = stage

    @property
    def is_passing(self) -> bool:
        """Return whether the same question may well be answered a moment later."""
        return self.kind == "network" or self.status == 429 or self.status >= 500

    @property
    def cause(self) -> str:
        """Return the reason in a few words."""
        return self.reason or self.kind


def read_seconds(variable: str, default: float) -> float:
    """Return a number of seconds that an environment variable may set.

    Raises RemoteError for a value that is no number.
    """
    text = os.environ.get(variable)
    if not text:
        return default
    try:
        return float(text)
    except ValueError:
        raise RemoteError(f"{variable} must be a number of seconds, got {text!r}; mend it") from None


class Client:
    """Asks Kaggle. A question is repeated up to three times where Kaggle stumbles; each call raises
    KaggleError."""

    def __init__(self) -> None:
        self.limit = read_seconds("PODIUM_KAGGLE_TIMEOUT", 60)
        self.pause = read_seconds("PODIUM_KAGGLE_PAUSE", 2)
        self._worker: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end_worker()

    def competition(self, slug: str) -> Json:
        """Return the competition's facts: `has_entered`, `rank`, `submissions_disabled`, `notebooks_only`,
        `a_day`, `metric`."""
        return self._ask("competition", slug=slug)

    def limits(self, slug: str) -> Json:
        """Return the quota: `allowed` now, used `today` and in `total`, whether `limited_by_total`."""
        return self._ask("limits", slug=slug)

    def submissions(self, slug: str, newest: bool = False) -> list[Json]:
        """Return our submissions, the newest first: all of them, or the newest page."""
        return self._ask("submissions", slug=slug, newest=newest)

    def submit(self, slug: str, path: Path, description: str) -> int:
        """Send a file once. Return the number that Kaggle answers with, which proves nothing yet."""
        answer = self._call_once("submit", slug=slug, path=str(path), description=description)
        if not answer["arrived"]:
            reason = "the file did not arrive at its storage"
            raise KaggleError(_explain("submit", slug, "status", 0, reason), "status", 0, reason, "put")
        return answer["ref"]

    def download(self, slug: str, folder: Path) -> None:
        """Write Kaggle's files to `folder`/<slug>.zip. The zip may be cut short: the caller tests it."""
        self._call_once("download", slug=slug, folder=str(folder))

    def leaderboard(self, slug: str, folder: Path) -> None:
        """Write the public leaderboard to `folder`/<slug>.zip, which the caller tests as well."""
        self._call_once("leaderboard", slug=slug, folder=str(folder))

    def _ask(self, call: str, **arguments: Any) -> Any:
        for attempt in range(TRIES - 1):
            try:
                return self._call_once(call, **arguments)
            except KaggleError as error:
                if not error.is_passing:
                    raise
            time.sleep(self.pause * 2**attempt)
        return self._call_once(call, **arguments)

    def _call_once(self, call: str, **arguments: Any) -> Any:
        stage = ""
        answer: Json = {}
        for answer in self._exchange({"call": call, "arguments": arguments}):
            stage = answer.get("stage", stage)
        if "value" in answer:
            return answer["value"]
        fault = answer.get("fault") or {"kind": "timeout"}
        kind = fault["kind"]
        status = fault.get("status", 0)
        reason = fault.get("reason", "")
        message = _explain(call, arguments["slug"], kind, status, reason, self.limit * _patience(stage))
        raise KaggleError(message, kind, status, reason, stage)

    def _exchange(self, request: Json) -> Iterator[Json]:
        """Yield stages, and at last a value or a fault; neither of them where the time is up."""
        self._worker = self._worker or _start_worker()
        worker = self._worker
        requests = cast(IO[bytes], worker.stdin)
        try:
            requests.write(json.dumps(request).encode() + b"\n")
            requests.flush()
            for line in self._lines(worker, request["arguments"].get("folder")):
                answer = json.loads(line)
                yield answer
                if "stage" not in answer:
                    return
            self._end_worker()
        except BaseException as error:
            self._end_worker()
            if not isinstance(error, OSError | EOFError):
                raise
            yield {"fault": {"kind": "garbled", "reason": f"its client ended: {error}"}}

    def _lines(self, worker: subprocess.Popen[bytes], folder: str | None) -> Iterator[bytes]:
        """Yield the worker's lines.

        Kills the worker when for the limit no line came, and no byte arrived in `folder`; the lines that it
        wrote before are yielded. Raises EOFError if it ends by itself.
        """
        pipe = cast(IO[bytes], worker.stdout).fileno()
        unfinished = b""
        size = -1
        deadline = time.monotonic() + self.limit * _patience("")
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                break
            if select.select([pipe], [], [], min(left, 1.0))[0]:
                chunk = os.read(pipe, 1 << 16)
                if not chunk:
                    raise EOFError("without a word")
                *lines, unfinished = (unfinished + chunk).split(b"\n")
                for line in lines:
                    stage = json.loads(line).get("stage", "ready")
                    deadline = time.monotonic() + self.limit * _patience(stage)
                    yield line
            elif folder:
                written = _bytes_in(Path(folder))
                if written != size:
                    size = written
                    deadline = time.monotonic() + self.limit
        worker.kill()
        yield from (unfinished + worker.communicate()[0]).split(b"\n")[:-1]

    def _end_worker(self) -> None:
        if self._worker:
            self._worker.kill()
            self._worker.communicate()
            self._worker = None


def _start_worker() -> subprocess.Popen[bytes]:
    # -P: a folder called kaggle where the person stands must not be imported in its place. A session
    # of its own: Ctrl-C must not end the worker between two steps before we have seen why.
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "podium.kaggle.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _patience(stage: str) -> int:
    """Return how many times the limit a stage may take: a client may first have to start, and a large file
    takes long to send."""
    return {"": 2, "put": 5}.get(stage, 1)


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _explain(call: str, slug: str, kind: str, status: int, reason: str, limit: float = 0) -> str:
    """Return one line: what was asked, what Kaggle answered, what to do."""
    got = f"{status} ({reason})" if reason and status else reason or str(status)
    message = MESSAGES["unknown user" if kind == "status" and status == 401 else kind]
    return message.format(
        request=f"{CALLS[call]} {slug!r}",
        reason=reason,
        got=got,
        limit=limit,
        advice=_advice(call, slug, status),
    )


def _advice(call: str, slug: str, status: int) -> str:
    page = f"https://www.kaggle.com/competitions/{slug}"
    if status == 403:
        return f"accept the rules at {page}/rules, and look at the slug and the account"
    if status == 404:
        return "look at the slug that competition.py declares"
    if status == 429:
        return "it is asked too often: wait a minute and run again"
    if status >= 500:
        return "the fault is Kaggle's: run again later"
    if call == "submit" and not status:
        return "nothing was submitted: run again"
    return f"read {page}"
