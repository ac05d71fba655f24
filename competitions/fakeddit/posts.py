"""Posts of Reddit: read from the published files, and made into rows for the models."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from podium.data.csv_files import named_columns, read_pieces, read_texts, read_whole_numbers
from podium.data.images import ImageFiles, find_by_stem
from podium.data.multimodal import MultimodalRows
from podium.plots import balance, examples, leaders, mark_counts, numbers, over_time
from podium.plots.text_marks import TEXT_MARKS, count_text_marks

TRAIN_FILES = ["multimodal_train.tsv", "multimodal_validate.tsv"]
TEST_FILES = ["multimodal_test_public.tsv"]
CLASS_NAMES = {
    2: ["fake", "true"],
    3: ["true", "fake with true text", "fake"],
    6: ["true", "satire", "false connection", "imposter", "manipulated", "misleading"],
}
NUMBERS = ["created_utc", "num_comments", "score", "upvote_ratio"]
COMMENT_COUNTS = ["comments", *(f"{mark} in comments" for mark in TEXT_MARKS)]
PLOTS = (
    balance(downsampled=True),
    over_time("created_utc"),
    numbers("num_comments", "comments a post", log=True),
    leaders("subreddit", other_than="true"),
    *mark_counts("title"),
    *(numbers(f"{mark} in comments", f"{mark} in the comments of a post") for mark in TEXT_MARKS),
    examples(),
)


def read_posts(folder: Path, names: Sequence[str]) -> pd.DataFrame:
    """Return the posts of the files of these names, one file after the other, without their labels.

    `NUMBERS` are floats, all other columns texts, and an empty cell is a missing value. `COMMENT_COUNTS` are
    added, missing where the folder has no file of comments.
    """
    columns = [column for column in named_columns(folder / names[0]) if not column.endswith("_way_label")]
    texts = pd.concat([read_texts(folder / name, columns) for name in names], ignore_index=True)
    known_numbers = [column for column in NUMBERS if column in texts]
    values = texts[known_numbers].apply(pd.to_numeric, errors="coerce")
    posts = texts.replace("", None).assign(**values)
    comments = sorted(folder.glob("*comments.tsv"))  # published as comments.tsv, later as all_comments.tsv
    if not comments:
        return posts.reindex(columns=[*posts, *COMMENT_COUNTS])
    return posts.join(count_comments(comments[0], posts["id"]))


def read_labels(folder: Path, names: Sequence[str], ways: int) -> np.ndarray:
    """Return the class codes (n,) of the posts of the files of these names, for 2, 3 or 6 classes."""
    column = f"{ways}_way_label"
    labels = [read_whole_numbers(folder / name, [column], low=0, high=ways - 1) for name in names]
    return pd.concat(labels)[column].to_numpy(dtype=np.int64)


def count_comments(path: Path, ids: pd.Series) -> pd.DataFrame:
    """Return the `COMMENT_COUNTS` (n, 6) of the posts with these ids: how many comments a post has, and how
    often each of `TEXT_MARKS` stands in all of them.

    A comment without a text or without a post does not count. The file is read in pieces, because it may be
    larger than the memory.
    """
    counts = pd.DataFrame(0, index=pd.Index(ids.unique()), columns=COMMENT_COUNTS)
    for piece in read_pieces(path, ["submission_id", "body"]):
        comments = piece.dropna()
        comments = comments[comments["submission_id"].isin(counts.index)]
        found = count_text_marks(comments["body"]).add_suffix(" in comments").assign(comments=1)
        per_post = found.groupby(comments["submission_id"]).sum()
        counts.loc[per_post.index] += per_post
    return counts.loc[ids].reset_index(drop=True)


def make_rows(folder: Path, posts: pd.DataFrame, titles: pd.Series) -> MultimodalRows:
    """Return what models are given of the posts: the `text` of the title, a `table` of its shape and of the
    time of the post, and the `images`, blank where the folder has no file named by the id of the post.

    All else that the files say is left out: readers made it later, or whether it is empty tells where a post
    came from.
    """
    images = ImageFiles.of_ids(posts["id"].tolist(), find_by_stem(folder))
    created = pd.to_datetime(posts["created_utc"], unit="s")
    return _join(titles, created, images)


def question_rows(titles: list[str], images: ImageFiles) -> MultimodalRows:
    """Return a row for each title and image of a person, with no time."""
    texts = pd.Series(titles, dtype=str)
    never = pd.to_datetime(texts.map(lambda _: None))
    return _join(texts, never, images)


def _join(titles: pd.Series, created: pd.Series, images: ImageFiles) -> MultimodalRows:
    text = titles.str.strip()
    table = describe_shape(text).assign(created=created)
    return MultimodalRows({"text": text.to_frame("text"), "table": table, "images": images})


def describe_shape(texts: pd.Series) -> pd.DataFrame:
    """Return how often each of `TEXT_MARKS` stands in each text, its length in characters, and its words
    (n, 7)."""
    return count_text_marks(texts).assign(length=texts.str.len(), words=texts.str.count(r"\S+"))
