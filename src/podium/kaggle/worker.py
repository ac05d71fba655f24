"""Runs the official kaggle client in a process of its own: the only file that imports it.

Requests come on standard input, one {"call": ..., "arguments": {...}} a line. Answers go to standard output:
{"stage": ...} while a call is under way, then {"value": ...} or {"fault": {"kind", "status", "reason"}}. What
the library prints is thrown away.
"""

from __future__ import annotations

import json
import os
import queue
import re
import sys
import threading
from collections.abc import Callable, Iterator
from typing import IO, Any

Json = dict[str, Any]
Send = Callable[[Json], None]
PAGE_SIZE = 100  # submissions a page
SMALLEST_PAGE = 20  # what Kaggle gives when not asked for a number: a shorter page is the last one
LONGEST_REASON = 300  # characters


def serve() -> None:
    """Answer requests until standard input ends, which is when the parent does: nothing may be sent to
    Kaggle once the parent was killed."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    requests = os.fdopen(os.dup(0))
    sys.stdin.close()  # the library's exit() closes it, and would wait for the thread that reads it
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

    def send(value: Json) -> None:
        answers.write(json.dumps(value) + "\n")

    for line in _until_the_parent_ends(requests):
        request = json.loads(line)
        send(answer(request["call"], request["arguments"], send))


def _until_the_parent_ends(requests: IO[str]) -> Iterator[str]:
    """Yield the lines of the requests, and end the process where they end, even in the middle of a call."""
    lines: queue.Queue[str] = queue.Queue()

    def listen() -> None:
        for line in requests:
            lines.put(line)
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        yield lines.get()


def answer(call: str, arguments: Json, send: Send) -> Json:
    """Return {"value": ...} or {"fault": {"kind", "status", "reason"}}; the stages go to `send`."""
    try:
        api = _api()
        send({"stage": "ready"})
        try:
            return {"value": CALLS[call](api, send, **arguments)}
        except Exception as error:
            return {"fault": _fault(error, _secrets(api))}
    except SystemExit:
        return {"fault": {"kind": "credentials"}}
    except ImportError as error:
        return {"fault": {"kind": "missing", "reason": str(error)}}
    except Exception as error:
        return {"fault": _fault(error, _secrets(None))}


def _api() -> Any:
    import kaggle

    if not getattr(kaggle.api, "_authenticated", False):
        kaggle.api.authenticate()  # again, as importing has swallowed the reason why not
        kaggle.api._authenticated = True
    return kaggle.api


def _secrets(api: Any) -> list[str]:
    """Return the credentials, which no message may hold."""
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


def _one_line(text: str) -> str:
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= LONGEST_REASON else line[:LONGEST_REASON] + "..."


def _reason(response: Any) -> tuple[int, str]:
    """Return the status that the server means, and its own words, in either of the shapes that it has
    used."""
    status = response.status_code
    try:
        body = response.json()
    except ValueError:
        body = None
    if isinstance(body, dict):
        inner = body["error"] if isinstance(body.get("error"), dict) else body
        code = inner.get("code")
        if status < 400 and isinstance(code, int):
            status = code
        words = inner.get("message") or inner.get("errorDescription") or inner.get("error_description")
        if words:
            return status, str(words)
    text = response.text.strip()
    if text and not text.startswith(("<", "{")) and len(text) < LONGEST_REASON:
        return status, text
    return status, response.reason or ""


def _competition(api: Any, send: Send, slug: str) -> Json:
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


def _limits(api: Any, send: Send, slug: str) -> Json:
    found = api.competition_get_submission_limits(slug)
    return {
        "today": found.num_today,
        "total": found.num_total,
        "allowed": found.num_allowed_now,
        "limited_by_total": bool(found.limited_by_total),
    }


def _submissions(api: Any, send: Send, slug: str, newest: bool) -> list[Json]:
    found: dict[int, Json] = {}
    page = 0
    while True:
        page += 1
        got = api.competition_submissions(slug, page_number=page, page_size=PAGE_SIZE) or []
        new = {s.ref: _submission(s) for s in got if s.ref not in found}
        found |= new
        if newest or not new or len(got) < SMALLEST_PAGE:
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
    """Return a score, or None for the empty text that stands for an absent one."""
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _submit(api: Any, send: Send, slug: str, path: str, description: str) -> Json:
    put = api.upload_complete

    def put_with_stages(*arguments: Any, **options: Any) -> Any:
        send({"stage": "put"})
        result = put(*arguments, **options)
        send({"stage": "create"})
        return result

    api.upload_complete = put_with_stages
    try:
        response = api.competition_submit(path, description, slug, quiet=True)
    finally:
        del api.upload_complete
    arrived = response.message != api.COMPETITION_SUBMIT_UPLOAD_FAILED_MESSAGE
    return {"ref": response.ref or 0, "arrived": arrived}


def _download(api: Any, send: Send, slug: str, folder: str) -> None:
    api.competition_download_files(slug, path=folder, force=True, quiet=True)


def _leaderboard(api: Any, send: Send, slug: str, folder: str) -> None:
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
