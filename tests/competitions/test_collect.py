"""The collector of shitpost-likes, against a server here that plays Twitter's interface."""

import importlib
import io
import json
import sys
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from requests.adapters import HTTPAdapter

from podium.competition.registry import get_competition

tweepy = pytest.importorskip("tweepy")
PER_PAGE = 4


@pytest.fixture(scope="module")
def script(root):
    sys.path.insert(0, str(root))
    return importlib.import_module("competitions.shitpost-likes.collect")


class Twitter(ThreadingHTTPServer):
    """Ten posts with a photo and one without; `faults` maps a path to the answers that come first."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.requested = []
        self.agents = set()
        self.faults = {}
        self.posts = [self.post(number) for number in range(11)]

    def post(self, number):
        when = f"2023-01-01T{number:02}:00:00.000Z"
        attached = {"attachments": {"media_keys": [f"m{number}"]}} if number != 5 else {}
        likes = {"public_metrics": {"like_count": 700 + 25 * number}}
        text = f'a "meme",\nnumber {number}'
        name = str(9000 - number)
        return {
            "id": name,
            "edit_history_tweet_ids": [name],
            "text": text,
            "created_at": when,
            **attached,
            **likes,
        }

    def page(self, first):
        posts = self.posts[first : first + PER_PAGE]
        photos = [
            {"media_key": key, "type": "photo", "url": f"{self.url}/pictures/{key}.jpg"}
            for post in posts
            for key in post.get("attachments", {}).get("media_keys", [])
        ]
        more = {"next_token": str(first + PER_PAGE)} if first + PER_PAGE < len(self.posts) else {}
        return {"data": posts, "includes": {"media": photos}, "meta": {"result_count": len(posts), **more}}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        place = urlsplit(self.path)
        self.server.requested.append(place.path)
        self.server.agents.add(self.headers["User-Agent"])
        if self.server.faults.get(place.path):
            status, headers = self.server.faults[place.path].pop(0)
            self.answer(b"{}", status, headers)
        elif place.path.startswith("/2/users/by/username/"):
            user = {"id": "1", "name": "memes", "username": "memes"}
            self.answer(json.dumps({"data": user}).encode())
        elif place.path == "/2/users/1/tweets":
            first = int(parse_qs(place.query).get("pagination_token", ["0"])[0])
            self.answer(json.dumps(self.server.page(first)).encode())
        else:
            buffer = io.BytesIO()
            Image.new("RGB", (20, 20), (len(self.server.requested) % 255, 90, 90)).save(buffer, "JPEG")
            self.answer(buffer.getvalue())

    def answer(self, content, status=200, headers=()):
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


class Here(HTTPAdapter):
    """Requests to Twitter go to the server here."""

    def __init__(self, url):
        super().__init__()
        self.url = url

    def send(self, request, **options):
        request.url = request.url.replace("https://api.twitter.com", self.url)
        return super().send(request, **options)


@pytest.fixture
def twitter():
    server = Twitter()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def client_of(server):
    client = tweepy.Client("token")
    client.session.mount("https://api.twitter.com", Here(server.url))
    return client


def run(script, server, folder, least=750):
    return script.collect(client_of(server), "memes", folder, least, pause=0)


def test_posts_of_enough_likes_are_collected_with_their_pictures_once(script, twitter, tmp_path):
    assert run(script, twitter, tmp_path) == 8
    posts = pd.read_csv(tmp_path / "posts.csv")
    assert list(posts.columns) == ["id", "image", "created_utc", "title", "likes"]
    assert posts["likes"].min() == 750
    assert posts["id"].tolist() == [9000 - number for number in (2, 3, 4, 6, 7, 8, 9, 10)]
    assert posts["title"][0] == 'a "meme",\nnumber 2'
    assert posts["created_utc"][0] == datetime(2023, 1, 1, 2, tzinfo=UTC).timestamp()
    assert all(Image.open(tmp_path / image).size == (20, 20) for image in posts["image"])
    assert twitter.requested.count("/2/users/1/tweets") == 3
    assert run(script, twitter, tmp_path) == 0
    assert sum(path.startswith("/pictures/") for path in twitter.requested) == 8
    assert script.USER_AGENT in twitter.agents


def test_a_run_that_was_stopped_in_the_middle_of_a_row_goes_on(script, twitter, tmp_path):
    twitter.faults["/pictures/m6.jpg"] = [(400, {})]
    with pytest.raises(script.requests.HTTPError):
        run(script, twitter, tmp_path)
    whole = (tmp_path / "posts.csv").read_bytes()
    (tmp_path / "posts.csv").write_bytes(whole + b'8994,images/8994.jpg,167,"a ""meme"",\n')
    assert run(script, twitter, tmp_path) == 5
    assert (tmp_path / "posts.csv").read_bytes().startswith(whole)
    assert pd.read_csv(tmp_path / "posts.csv")["id"].is_unique


def test_it_waits_as_long_as_it_is_told_and_gives_up_in_the_end(script, twitter, tmp_path, monkeypatch):
    waited = []
    monkeypatch.setattr(script.time, "sleep", waited.append)
    monkeypatch.setattr(script.time, "time", lambda: 1000.0)
    twitter.faults["/2/users/1/tweets"] = [(429, {"x-rate-limit-reset": "1030"}), (503, {})]
    twitter.faults["/pictures/m2.jpg"] = [(429, {"Retry-After": "7"})]
    assert script.collect(client_of(twitter), "memes", tmp_path, 750, pause=0.5) == 8
    assert waited[:6] == [0.5, 0.5, 31, 1.0, 0, 2.0]
    assert 7 in waited
    twitter.faults["/2/users/1/tweets"] = [(503, {})] * script.TRIES
    with pytest.raises(tweepy.TwitterServerError):
        run(script, twitter, tmp_path)


def test_a_picture_that_is_gone_is_passed_over_and_a_wrong_token_is_not_tried_again(
    script, twitter, tmp_path
):
    twitter.faults["/pictures/m3.jpg"] = [(404, {})]
    assert run(script, twitter, tmp_path) == 7
    twitter.faults["/2/users/by/username/memes"] = [(401, {})]
    with pytest.raises(tweepy.Unauthorized):
        run(script, twitter, tmp_path)


def test_what_was_collected_is_what_the_competition_reads(script, twitter, tmp_path, root):
    run(script, twitter, tmp_path, least=0)
    script.split(tmp_path)
    dataset = get_competition(root, "shitpost-likes").load(tmp_path)
    assert (len(dataset.y), len(dataset.test_ids)) == (8, 2)
    assert np.asarray(dataset.X.parts["text"]["text"])[0].startswith("a ")
    assert "likes" not in pd.read_csv(tmp_path / "test.csv")
