"""Toy posts in the layout of the published files."""

from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from .posts import CLASS_NAMES, TEST_FILES, TRAIN_FILES

POSTS = 520
TEST_START = 400
FILE_ROWS = [slice(0, 300), slice(300, TEST_START), slice(TEST_START, POSTS)]
COMMENTS = 900
LABELS = ["2_way_label", "3_way_label", "6_way_label"]
THREE_WAY = np.array([0, 2, 2, 2, 2, 1])  # the class among three of each of the six
TRUE = 0
MANIPULATED = 4
THINGS = ["bridge", "cat", "old door", "in Ohio", "potato", 'again, "they" say', "at the lake"]
SUBREDDITS = ["pic", "theonion", "pareidolia", "subsimulatorgpt2", "psbattle_artwork", "propagandaposters"]
BODIES = ["Fake! \U0001f602", "LOL 100%", "is this real?", None, 'a "source",\nplease', "[deleted]"]


def toy(folder: Path) -> None:
    """Write posts, images of every fourth, and comments.

    The first word of a title tells the class, and so do the subreddit and the cells that are empty: the two
    leaks of the real data. The first posts share an image with the next one, and some comments have no text.
    """
    rng = np.random.default_rng(0)
    six_way = rng.choice(6, POSTS, p=[0.4, 0.1, 0.16, 0.08, 0.18, 0.08])
    posts = _posts(rng, six_way)
    for name, rows in zip([*TRAIN_FILES, *TEST_FILES], FILE_ROWS, strict=True):
        hidden = ["subreddit", *LABELS] if name in TEST_FILES else []
        posts[rows].drop(columns=hidden).to_csv(folder / name, sep="\t", index=False)
    sample = posts.loc[TEST_START:, ["id"]].assign(**{LABELS[0]: 0})
    sample.to_csv(folder / "sample_submission.csv", index=False)
    _write_images(six_way, folder / "images")
    _write_comments(rng, posts["id"], folder / "all_comments.tsv")


def _posts(rng: np.random.Generator, six_way: np.ndarray) -> pd.DataFrame:
    """Return posts with all columns of the published files. One title in ten does not begin with the name of
    its class."""
    is_manipulated = six_way == MANIPULATED
    names = np.array(CLASS_NAMES[6])[six_way]
    words = np.where(rng.random(POSTS) < 0.9, names, "pic of")
    titles = [f"{word} {rng.choice(THINGS)} {rng.choice(THINGS)}" for word in words]
    posts = pd.DataFrame({"clean_title": titles})
    posts["created_utc"] = 1.4e9 + 1e5 * rng.integers(0, 999, POSTS)
    posts["domain"] = np.where(is_manipulated, None, "i.imgur.com")
    posts["hasImage"] = True
    posts["id"] = [f"toy{number}" for number in range(POSTS)]
    posts["image_url"] = [f"http://i.imgur.com/{_image_number(number)}.jpg" for number in range(POSTS)]
    posts["linked_submission_id"] = np.where(is_manipulated, "toy0", None)
    posts["num_comments"] = np.where(is_manipulated, np.nan, rng.integers(0, 90, POSTS))
    posts["score"] = rng.integers(0, 900, POSTS)
    posts["subreddit"] = np.array(SUBREDDITS)[six_way]
    posts["title"] = np.where(six_way == TRUE, "PsBattle: ", "") + posts["clean_title"].str.capitalize()
    posts["upvote_ratio"] = posts["num_comments"] / 90
    posts["2_way_label"] = (six_way == TRUE).astype(int)
    posts["3_way_label"] = THREE_WAY[six_way]
    posts["6_way_label"] = six_way
    return posts


def _image_number(post: int) -> int:
    return post // 2 if post < 20 else post


def _write_images(six_way: np.ndarray, folder: Path) -> None:
    """Write an image of every fourth post, the brighter the higher its class."""
    folder.mkdir(exist_ok=True)
    for number in range(0, POSTS, 4):
        brightness = 40 * int(six_way[number])
        Image.new("L", (50, 40), brightness).save(folder / f"toy{number}.jpg")


def _write_comments(rng: np.random.Generator, ids: pd.Series, path: Path) -> None:
    posts = ids.sample(COMMENTS, replace=True, random_state=0)
    comments = posts.to_frame("submission_id").assign(body=rng.choice(BODIES, COMMENTS))
    comments.to_csv(path, sep="\t")
