"""Collect one account's memes with their likes, into the files that this competition reads.

    TWITTER_BEARER_TOKEN=... python competitions/shitpost-likes/collect.py ACCOUNT FOLDER [--least 750]

Stopped at any time, it goes on from there when run again. Needs requests and tweepy: pip install requests
tweepy.
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
LINE_END = b"\r\n"  # what csv writes after a row; a line break within a text is \n alone
USER_AGENT = "podium-collect/1 (one account's pictures, one request a second)"
TRIES = 6  # of one request; the pause doubles with each
GONE = (403, 404, 410)
TOO_MANY_REQUESTS = 429
T = TypeVar("T")


def collect(client: tweepy.Client, account: str, folder: Path, least: int, pause: float) -> int:
    """Append to posts.csv each post with a photo and at least `least` likes that is not in it yet, and return
    how many were appended. The picture is in images/ before its row is written."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    known = _read_known_ids(folder / "posts.csv")
    count = 0
    with open(folder / "posts.csv", "a", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        if file.tell() == 0:
            rows.writerow(COLUMNS)
        for post, url in photo_posts(client, account, pause):
            likes = post.public_metrics["like_count"]
            if likes < least or str(post.id) in known:
                continue
            suffix = Path(urlsplit(url).path).suffix or ".jpg"
            image = f"images/{post.id}{suffix}"
            if not _download(url, folder / image, pause):
                continue
            text = post.text.replace("\r", "")
            rows.writerow([post.id, image, int(post.created_at.timestamp()), text, likes])
            file.flush()
            os.fsync(file.fileno())
            count += 1
    return count


def _read_known_ids(path: Path) -> set[str]:
    """Return the ids in the file, and remove from it a last row that is not whole, because its writer was
    stopped."""
    if not path.exists():
        return set()
    content = path.read_bytes()
    whole, end, _ = content.rpartition(LINE_END)
    os.truncate(path, len(whole + end))
    if not whole:
        return set()
    return set(pd.read_csv(path, dtype=str)["id"])


def photo_posts(client: tweepy.Client, account: str, pause: float) -> Iterator[tuple[tweepy.Tweet, str]]:
    """Yield each post of the account's own that has a photo, newest first, with the address of its first
    photo."""
    user = with_retries(lambda: client.get_user(username=account), pause).data
    if user is None:
        raise SystemExit(f"no account {account!r}")
    token = None
    while True:
        page = with_retries(lambda token=token: _get_page(client, user.id, token), pause)
        media = {item.media_key: item.url for item in page.includes.get("media", []) if item.type == "photo"}
        for post in page.data or []:
            keys = (post.attachments or {}).get("media_keys", [])
            urls = [media[key] for key in keys if key in media]
            if urls:
                yield post, urls[0]
        token = page.meta.get("next_token")
        if not token:
            return


def _get_page(client: tweepy.Client, user: int, token: str | None) -> Any:
    return client.get_users_tweets(
        user,
        max_results=100,
        pagination_token=token,
        exclude=["retweets", "replies"],
        expansions=["attachments.media_keys"],
        media_fields=["url", "type"],
        tweet_fields=["attachments", "created_at", "public_metrics"],
    )


def _download(url: str, path: Path, pause: float) -> bool:
    """Write the picture, whole or not at all, unless it is there already. Return False if it is gone."""
    if path.exists():
        return True
    try:
        response = with_retries(lambda: _get(url), pause)
    except requests.HTTPError as error:
        if error.response.status_code not in GONE:
            raise
        return False
    unfinished = path.with_name(f".{path.name}")
    unfinished.write_bytes(response.content)
    unfinished.replace(path)
    return True


def _get(url: str) -> requests.Response:
    response = requests.get(url, headers={"User-Agent": USER_AGENT}, timeout=60)
    response.raise_for_status()
    return response


def with_retries(request: Callable[[], T], pause: float) -> T:
    """Return what the request gives. Each try comes after a pause, twice as long as the one before.

    A request is tried again, after as long as the response says, if it has no response or one with the
    status 429 or 500 and above. Any other error is raised at once, and that of the last try too.
    """
    for number in range(TRIES - 1):
        time.sleep(pause * 2**number)
        try:
            return request()
        except (requests.RequestException, tweepy.HTTPException) as error:
            if _is_final(error.response):
                raise
            time.sleep(_seconds_until_allowed(error.response))
    time.sleep(pause * 2 ** (TRIES - 1))
    return request()


def _is_final(response: requests.Response | None) -> bool:
    """Return whether the response says that another try would fail too."""
    if response is None or response.status_code == TOO_MANY_REQUESTS:
        return False
    return response.status_code < 500


def _seconds_until_allowed(response: requests.Response | None) -> float:
    """Return for how many seconds the response asks to wait; 0 if it does not."""
    if response is None:
        return 0.0
    if "x-rate-limit-reset" in response.headers:
        return max(0.0, float(response.headers["x-rate-limit-reset"]) - time.time()) + 1
    return float(response.headers.get("retry-after", 0))


def split(folder: Path, share: float = 0.2) -> None:
    """Write the posts as train.csv, test.csv and sample_submission.csv; the same rows each time."""
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
    options = parser.parse_args()
    client = tweepy.Client(os.environ["TWITTER_BEARER_TOKEN"])
    count = collect(client, options.account, options.folder, options.least, options.pause)
    split(options.folder)
    print(f"{count} new posts in {options.folder}")


if __name__ == "__main__":
    main()
