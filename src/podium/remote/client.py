"""Talks to Kaggle through its official client, which runs in a child process that can be killed.

That client has no timeouts, prints to standard output, ends the process where credentials are
missing, and tries to reach the network when it is imported. So a person's command never imports it:
it starts this file as a child, writes one JSON request a line and reads one JSON answer a line. The
child inherits the credentials with the environment; none is ever an argument.
"""

from __future__ import annotations

import json
import os
import queue
import re
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any, cast

from podium.errors import RemoteError

Json = dict[str, Any]
TRIES = 3  # of a question; nothing that changes anything at Kaggle is ever asked twice
PAGE = 100  # submissions a page
SMALLEST_PAGE = 20  # what Kaggle gives when not asked for a number: a shorter page is the last one
WHAT = {
    "competition": "a question about",
    "limits": "a question for the quota of",
    "submissions": "a question for the submissions to",
    "submit": "a submission to",
    "download": "a download of the data of",
    "leaderboard": "a download of the leaderboard of",
}


class KaggleError(RemoteError):
    """`kind`: "credentials" where there are none, "status" where Kaggle answered with an HTTP `status`,
    "timeout", "network" where it was not reached or was cut off, "garbled" for an answer that cannot
    be read. `stage` is how far it got: "ready" when the client had started, for a submission then "put" and
    "create"; only in the last can Kaggle have taken it."""

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
        [sys.executable, "-P", "-m", "podium.remote.client"],
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


# From here on everything runs in the child.


def serve() -> None:
    """Answer requests until standard input ends, which is when the parent does: nothing may be sent
    after a parent that was killed."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    requests = os.fdopen(os.dup(0))
    sys.stdin.close()  # the library's exit() does so, and would wait for whoever reads it
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

    def say(value: Json) -> None:
        answers.write(json.dumps(value) + "\n")

    for line in _until_the_parent_ends(requests):
        request = json.loads(line)
        say(answer(request["call"], request["arguments"], say))


def _until_the_parent_ends(requests: IO[str]) -> Iterator[str]:
    lines: queue.Queue[str] = queue.Queue()

    def listen() -> None:
        for line in requests:
            lines.put(line)
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        yield lines.get()


def answer(call: str, arguments: Json, say: Callable[[Json], None]) -> Json:
    """{"value": ...} or {"fault": {"kind", "status", "reason"}}; `say` hears the stages."""
    try:
        api = _api()
        say({"stage": "ready"})
        try:
            return {"value": CALLS[call](api, say, **arguments)}
        except Exception as error:
            return {"fault": _fault(error, _secrets(api))}
    except SystemExit:
        return {"fault": {"kind": "credentials"}}
    except ImportError as error:
        return {"fault": {"kind": "garbled", "reason": f"{error}: run make to set up all that it needs"}}
    except Exception as error:
        return {"fault": _fault(error, _secrets(None))}


def _api() -> Any:
    import kaggle

    if not getattr(kaggle.api, "_authenticated", False):
        kaggle.api.authenticate()  # again, as importing has swallowed the reason why not
        kaggle.api._authenticated = True
    return kaggle.api


def _secrets(api: Any) -> list[str]:
    from kagglesdk.kaggle_env import get_access_token_from_env

    names = ("KAGGLE_API_TOKEN", "KAGGLE_KEY", "KAGGLE_TOKEN")
    held = [os.environ.get(name) for name in names] + [get_access_token_from_env()[0]]
    held += [api.config_values.get(name) for name in ("key", "token")] if api else []
    return [secret for secret in held if secret]


def _fault(error: Exception, secrets: list[str]) -> Json:
    from requests import ConnectionError, HTTPError, Timeout
    from requests.exceptions import ChunkedEncodingError

    response = getattr(error, "response", None)
    if isinstance(error, HTTPError) and response is not None:
        status, reason = _reason(response)
        fault = {"kind": "status", "status": status, "reason": reason}
    elif isinstance(error, ConnectionError | Timeout | ChunkedEncodingError):
        # Its text holds addresses with tokens in them.
        fault = {"kind": "network", "reason": "a connection that failed or was cut off"}
    elif isinstance(error, json.JSONDecodeError):
        fault = {"kind": "garbled", "reason": "an answer that is not JSON"}
    else:
        fault = {"kind": "garbled", "reason": f"{type(error).__name__}: {error}"}
    for secret in secrets:
        fault["reason"] = str(fault["reason"]).replace(secret, "***")
    fault["reason"] = _one_line(re.sub(r"https?://\S+", "<address>", str(fault["reason"])))
    return fault


def _one_line(text: str, most: int = 300) -> str:
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= most else line[:most] + "..."


def _reason(response: Any) -> tuple[int, str]:
    """The server's own words, in either of the shapes that it has used, and the status it means."""
    status = response.status_code
    try:
        body = response.json()
    except ValueError:
        body = None
    if isinstance(body, dict):
        inner = body["error"] if isinstance(body.get("error"), dict) else body
        code = inner.get("code")
        status = code if status < 400 and isinstance(code, int) else status
        words = inner.get("message") or inner.get("errorDescription") or inner.get("error_description")
        if words:
            return status, str(words)
    text = response.text.strip()
    if text and not text.startswith(("<", "{")) and len(text) < 300:
        return status, text
    return status, response.reason or ""


def _competition(api: Any, say: Callable[[Json], None], slug: str) -> Json:
    from kagglesdk.competitions.types.competition_api_service import ApiGetCompetitionRequest

    request = ApiGetCompetitionRequest()
    request.competition_name = slug
    with api.build_kaggle_client() as kaggle:
        found = kaggle.competitions.competition_api_client.get_competition(request)
    return {
        "has_entered": found.user_has_entered,
        "rank": found.user_rank or None,
        "submissions_disabled": found.submissions_disabled,
        "notebooks_only": found.is_kernels_submissions_only,
        "a_day": found.max_daily_submissions,
        "metric": found.evaluation_metric,
    }


def _limits(api: Any, say: Callable[[Json], None], slug: str) -> Json:
    found = api.competition_get_submission_limits(slug)
    return {
        "today": found.num_today,
        "total": found.num_total,
        "allowed": found.num_allowed_now,
        "limited_by_total": bool(found.limited_by_total),
    }


def _submissions(api: Any, say: Callable[[Json], None], slug: str, newest: bool) -> list[Json]:
    found: dict[int, Json] = {}
    page = 0
    while True:
        page += 1
        got = api.competition_submissions(slug, page_number=page, page_size=PAGE) or []
        fresh = {s.ref: _submission(s) for s in got if s.ref not in found}
        found |= fresh
        if newest or not fresh or len(got) < SMALLEST_PAGE:
            return list(found.values())


def _submission(found: Any) -> Json:
    return {
        "ref": found.ref,
        "date": found.date.isoformat(timespec="seconds") + "Z" if found.date else "",
        "status": found.status.name.rpartition("_")[2].lower(),
        "public": _number(found.public_score),
        "private": _number(found.private_score),
        "error": _one_line(found.error_description or ""),
        "description": found.description or "",
        "file": found.file_name or "",
        "team": found.team_name or "",
    }


def _number(text: str | None) -> float | None:
    """A score; absent ones are empty texts, and none is not zero."""
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _submit(api: Any, say: Callable[[Json], None], slug: str, path: str, description: str) -> Json:
    put = api.upload_complete

    def put_and_say(*arguments: Any, **options: Any) -> Any:
        say({"stage": "put"})
        result = put(*arguments, **options)
        say({"stage": "create"})
        return result

    api.upload_complete = put_and_say
    try:
        response = api.competition_submit(path, description, slug, quiet=True)
    finally:
        del api.upload_complete
    arrived = response.message != api.COMPETITION_SUBMIT_UPLOAD_FAILED_MESSAGE
    return {"ref": response.ref or 0, "arrived": arrived}


def _download(api: Any, say: Callable[[Json], None], slug: str, folder: str) -> None:
    api.competition_download_files(slug, path=folder, force=True, quiet=True)


def _leaderboard(api: Any, say: Callable[[Json], None], slug: str, folder: str) -> None:
    api.competition_leaderboard_download(slug, folder)


CALLS: dict[str, Callable[..., Any]] = {
    "competition": _competition,
    "limits": _limits,
    "submissions": _submissions,
    "submit": _submit,
    "download": _download,
    "leaderboard": _leaderboard,
}

if __name__ == "__main__":
    serve()
