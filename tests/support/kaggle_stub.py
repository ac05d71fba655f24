"""Kaggle on the loopback, as its real client sees it, with faults by script.

`faults[method]` is a list of what becomes of the next requests, then all is well again:
    (status, body)             answer so, and do nothing
    "reset"                    close the connection, and do nothing
    "hang"                     never answer, and do nothing
    ("done", status, body)     do it, but answer so
    "lost"                     do it, and close the connection without an answer
    "late"                     do it, and never answer
    "cut", "cut-silently"      half of the body, its length told or not
    "drip"                     all of it, a MiB at a time
    None                       all is well
A PUT of a file goes by the name "PUT", the GET of data by "GET".
"""

import http.server
import io
import json
import socket
import threading
import zipfile
from datetime import UTC, datetime

BODILY = ("cut", "cut-silently", "drip")
HEADER = "Rank,TeamId,TeamName,LastSubmissionDate,Score,SubmissionCount,TeamMemberUserNames"


def zipped(entries):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def board_zip(scores, slug="tiny-slug"):
    rows = [f"{i},{i},team {i},2026-11-01 00:00:00,{score},1,user{i}" for i, score in enumerate(scores, 1)]
    text = "\ufeff" + "\n".join([HEADER, *rows]) + "\n"
    return zipped({f"{slug}-publicleaderboard-2026-11-20T10:00:00.csv": text})


class Stub(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 50

    def __init__(self, data=b"", board=b""):
        super().__init__(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server_address[1]}"
        self.closing = threading.Event()
        self.reset(data, board)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def reset(self, data, board):
        self.closing.set()  # who still waits for an answer waits in vain
        self.closing, self.lock = threading.Event(), threading.Lock()
        self.data, self.board = data, board
        self.faults, self.log, self.subs, self.blobs = {}, [], [], {}
        self.about = {"userHasEntered": True, "maxDailySubmissions": 5, "userRank": 3}
        self.limits = {"numToday": 1, "numTotal": 1, "numAllowedNow": 4}
        # What becomes of each submission once it has been listed `after` times.
        self.outcome = lambda sub: {"status": "COMPLETE", "publicScore": "0.9", "privateScore": ""}
        self.after = 1
        self.hidden = 0  # lists to come that lack the newest submission

    def env(self, home):
        """What leads the real client here; whatever went elsewhere would be refused."""
        return {
            "HOME": str(home),
            "KAGGLE_API_ENVIRONMENT": "LOCALHOST",
            "KAGGLE_USERNAME": "tester",
            "KAGGLE_KEY": "SECRET-KEY",
            "http_proxy": self.base,
            "https_proxy": "http://127.0.0.1:1",
            "PODIUM_KAGGLE_PAUSE": "0.01",  # seconds
            "PODIUM_KAGGLE_TIMEOUT": "20",
            "PODIUM_KAGGLE_WAIT": "5",
        }

    def close(self):
        self.closing.set()
        self.shutdown()
        self.server_close()

    def count(self, name):
        return sum(logged == name for logged in self.log)

    def take(self, description, file):
        ref = 1000 + len(self.subs)
        sub = {
            "ref": ref,
            "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.123Z"),
            "fileName": file,
            "status": "PENDING",
            "description": description,
            "teamName": "us",
            "listed": 0,
        }
        self.subs.insert(0, sub)
        return ref

    def page(self, number, size):
        for sub in self.subs:
            sub["listed"] += 1
            if sub["status"] == "PENDING" and sub["listed"] > self.after:
                sub.update(self.outcome(sub))
        shown = self.subs
        if self.hidden:
            self.hidden -= 1
            shown = shown[1:]
        return shown[(number - 1) * size : number * size]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave together: apart they would wait for each other's receipt
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def handle_all(self):
        stub, path = self.server, self.path.split("?")[0]
        name = self.command if self.command != "POST" else path.rsplit("/", 1)[-1]
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = json.loads(raw) if self.command == "POST" and raw else {}
        closing = stub.closing
        with stub.lock:
            stub.log.append(name)
            script = stub.faults.get(name)
            fault = script.pop(0) if script else None
            done = fault is None or fault in ("lost", "late") or fault[0] == "done" or fault in BODILY
            answer = self.act(name, path, request, raw) if done else None
        if fault in ("reset", "lost"):
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        elif fault in ("hang", "late"):
            closing.wait(60)
            self.close_connection = True
        elif isinstance(fault, tuple):
            self.reply(*fault[-2:])
        else:
            self.reply(*answer, how=fault)

    def act(self, name, path, request, raw):
        stub = self.server
        if name == "PUT":
            stub.blobs[path.rsplit("/", 1)[-1]] = raw
            return 200, b""
        if name == "GET":
            return 200, stub.data, {"Content-Type": "application/zip"}
        if name == "StartSubmissionUpload":
            token = f"token-{len(stub.log)}"
            stub.blobs[token] = request["fileName"]
            return 200, {"token": token, "createUrl": f"http://storage.test/{token}?sig=SECRET-SIG"}
        if name == "CreateSubmission":
            ref = stub.take(request.get("submissionDescription", ""), "submission.csv")
            return 200, {"message": "Successfully submitted to tiny", "ref": ref}
        if name == "ListSubmissions":
            return 200, {"submissions": stub.page(request.get("page", 1), request.get("pageSize", 20))}
        if name == "DownloadDataFiles":
            return 302, b"", {"Location": "http://storage.test/archive.zip?sig=SECRET-SIG"}
        if name == "DownloadLeaderboard":
            return 200, stub.board, {"Content-Type": "application/zip"}
        if name == "IntrospectToken":
            return 200, {"active": True, "username": "tester"}
        if name == "GetCompetition":
            ref = f"https://www.kaggle.com/competitions/{request['competitionName']}"
            return 200, {"ref": ref, **stub.about}
        if name == "GetSubmissionLimits":
            return 200, stub.limits
        return 404, {"code": 404, "message": "Not found"}

    def reply(self, status, body=b"", headers=None, how=None):
        content = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else b""
        kind = "text/html" if isinstance(body, str) else "application/json"
        if isinstance(body, bytes) and not body.startswith(b"{"):
            kind = "text/plain"
        if not isinstance(body, bytes | str):
            content = json.dumps(body).encode()
        headers = {"Content-Type": kind, **(headers or {})}
        self.send_response(status)
        if how == "cut-silently":
            self.close_connection = True
            headers["Connection"] = "close"
        else:
            headers["Content-Length"] = str(len(content))
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()
        if how == "drip":
            for start in range(0, len(content), 1 << 20):
                self.wfile.write(content[start : start + (1 << 20)])
                self.wfile.flush()
                self.server.closing.wait(0.7)
            return
        cut = how in ("cut", "cut-silently")
        self.wfile.write(content[: len(content) // 2] if cut else content)
        if cut:
            self.close_connection = True
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)

    do_GET = do_POST = do_PUT = handle_all  # noqa: N815
