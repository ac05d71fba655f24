"""Collect one account's memes with their likes, into the files that this competition reads.

    TWITTER_BEARER_TOKEN=... python competitions/shitpost-likes/collect.py ACCOUNT FOLDER [--least 750]

Stopped at any time, it goes on from there when run again. Needs tweepy: pip install 'podium[collect]'.
"""

import argparse
import csv
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pandas as pd
import requests
import tweepy

COLUMNS = ["id", "image", "created_utc", "title", "likes"]
AGENT = "podium-collect/1 (one account's pictures, one request a second)"
TRIES = 6  # of one request; the pause doubles with each
T = TypeVar("T")


def collect(client: tweepy.Client, account: str, folder: Path, least: int, pause: float) -> int:
    """Append to posts.csv each post of at least `least` likes with a photo that is not in it yet, once its
    picture lies in images/; gives how many there were."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    known, count = _known(folder / "posts.csv"), 0
    with open(folder / "posts.csv", "a", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        if not file.tell():
            rows.writerow(COLUMNS)
        for post, url in photos(client, account, pause):
            likes = post.public_metrics["like_count"]
            if likes < least or str(post.id) in known:
                continue
            image = f"images/{post.id}{Path(urlsplit(url).path).suffix or '.jpg'}"
            if not _fetched(url, folder / image, pause):
                continue
            text = post.text.replace("\r", "")
            rows.writerow([post.id, image, int(post.created_at.timestamp()), text, likes])
            file.flush()
            os.fsync(file.fileno())
            count += 1
    return count


def _known(path: Path) -> set[str]:
    """The ids in the file, from which a row that was cut off when its writer was stopped is removed."""
    if not path.exists():
        return set()
    content = path.read_bytes()
    if not content.endswith(b"\r\n"):  # a line break within a text is \n alone
        os.truncate(path, content.rfind(b"\r\n") + 2 if b"\r\n" in content else 0)
    return set(pd.read_csv(path, dtype=str)["id"]) if path.stat().st_size else set()


def photos(client: tweepy.Client, account: str, pause: float) -> Iterator[tuple[tweepy.Tweet, str]]:
    """Each post of the account's own, newest first, with the address of its first photo."""
    user, token = patiently(lambda: client.get_user(username=account), pause).data, None
    if user is None:
        raise SystemExit(f"no account {account!r}")
    while True:
        page = patiently(lambda token=token: _page(client, user.id, token), pause)
        media = {m.media_key: m.url for m in page.includes.get("media", []) if m.type == "photo"}
        for post in page.data or []:
            found = [media[key] for key in (post.attachments or {}).get("media_keys", []) if key in media]
            if found:
                yield post, found[0]
        token = page.meta.get("next_token")
        if not token:
            return


def _page(client: tweepy.Client, user: int, token: str | None) -> Any:
    return client.get_users_tweets(
        user,
        max_results=100,
        pagination_token=token,
        exclude=["retweets", "replies"],
        expansions=["attachments.media_keys"],
        media_fields=["url", "type"],
        tweet_fields=["attachments", "created_at", "public_metrics"],
    )


def _fetched(url: str, path: Path, pause: float) -> bool:
    """The picture, whole or not at all; none that lies there is asked for again. False where it is gone."""
    if path.exists():
        return True
    try:
        answer = patiently(lambda: _get(url), pause)
    except requests.HTTPError as error:
        if error.response.status_code not in (403, 404, 410):
            raise
        return False
    path.with_name(f".{path.name}").write_bytes(answer.content)
    path.with_name(f".{path.name}").replace(path)
    return True


def _get(url: str) -> requests.Response:
    answer = requests.get(url, headers={"User-Agent": AGENT}, timeout=60)
    answer.raise_for_status()
    return answer


def patiently(ask: Callable[[], T], pause: float) -> T:
    """Asks after a pause; again when there was no answer, or one of 429 or 500 and more: after as long as it
    says, else after twice the pause."""
    for number in range(TRIES):
        time.sleep(pause * 2**number)
        try:
            return ask()
        except (requests.RequestException, tweepy.HTTPException) as error:
            answer = error.response
            refused = answer is not None and answer.status_code < 500 and answer.status_code != 429
            if refused or number == TRIES - 1:
                raise
            time.sleep(_asked_for(answer))
    raise AssertionError("unreachable")


def _asked_for(answer: requests.Response | None) -> float:
    """Seconds until an answer says that one may ask again."""
    headers = {} if answer is None else answer.headers
    if "x-rate-limit-reset" in headers:
        return max(0.0, float(headers["x-rate-limit-reset"]) - time.time()) + 1
    return float(headers.get("retry-after", 0))


def split(folder: Path, share: float = 0.2) -> None:
    """posts.csv as train.csv, test.csv and sample_submission.csv; the same rows each time."""
    posts = pd.read_csv(folder / "posts.csv", dtype={"id": str, "title": str}, keep_default_na=False)
    test = posts.sample(frac=share, random_state=0).sort_index()
    posts.drop(test.index).to_csv(folder / "train.csv", index=False)
    test.drop(columns="likes").to_csv(folder / "test.csv", index=False)
    test[["id"]].assign(likes=0).to_csv(folder / "sample_submission.csv", index=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("account")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--least", type=int, default=750, help="likes that a post must have")
    parser.add_argument("--pause", type=float, default=1.0, help="seconds between two requests")
    asked = parser.parse_args()
    client = tweepy.Client(os.environ["TWITTER_BEARER_TOKEN"])
    count = collect(client, asked.account, asked.folder, asked.least, asked.pause)
    split(asked.folder)
    print(f"{count} new posts in {asked.folder}")


if __name__ == "__main__":
    main()
