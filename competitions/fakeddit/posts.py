"""Posts of Reddit: what their files say, what is written below them, and what a title looks like."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from podium.data.csv_files import read_header, read_pieces, read_texts
from podium.data.images import ImageFiles, find_by_stem
from podium.data.multimodal import MultimodalRows
from podium.plots import balance, examples, leaders, marks, numbers, over_time
from podium.plots.text_marks import TEXT_MARKS, count_text_marks

NUMBERS = ["created_utc", "num_comments", "score", "upvote_ratio"]
COMMENTS = ["comments", *(f"{mark} in comments" for mark in TEXT_MARKS)]
PLOTS = (
    balance(downsampled=True),
    over_time("created_utc"),
    numbers("num_comments", "comments a post", log=True),
    leaders("subreddit", other_than="true"),
    *marks("title"),
    *(numbers(f"{mark} in comments", f"{mark} in the comments of a post") for mark in TEXT_MARKS),
    examples(),
)


def read_posts(folder: Path, names: Sequence[str]) -> pd.DataFrame:
    """All columns of the files of those names, but for labels: `NUMBERS` as floats, the rest as text, what
    is empty missing; and what `read_comments` counts, missing where the folder has no comments."""
    columns = [column for column in read_header(folder / names[0]) if not column.endswith("_way_label")]
    texts = pd.concat([read_texts(folder / name, columns) for name in names], ignore_index=True)
    numbers = texts[[c for c in NUMBERS if c in texts]].apply(pd.to_numeric, errors="coerce")
    posts = texts.replace("", None).assign(**numbers)
    found = sorted(folder.glob("*comments.tsv"))  # published as comments.tsv, later as all_comments.tsv
    return (
        posts.join(read_comments(found[0], posts["id"]))
        if found
        else posts.reindex(columns=[*posts, *COMMENTS])
    )


def parts(folder: Path, posts: pd.DataFrame, titles: pd.Series) -> MultimodalRows:
    """What models are given of posts: their titles as `text`; a `table` of when they were posted and the
    titles' shape; their `images`, where the folder has files named by their ids. All else that the files say
    was made by readers afterwards, or tells by being empty where a post came from."""
    created = pd.to_datetime(posts["created_utc"], unit="s")
    return _parts(titles.str.strip(), created, ImageFiles.of_ids(posts["id"].tolist(), find_by_stem(folder)))


def asked(titles: list[str], images: ImageFiles) -> MultimodalRows:
    """The same of titles (n,) and their images (n,), of which nothing else is known."""
    text = pd.Series(titles, dtype=str).str.strip()
    return _parts(text, pd.to_datetime(text.map(lambda _: None)), images)


def _parts(text: pd.Series, created: pd.Series, images: ImageFiles) -> MultimodalRows:
    return MultimodalRows(
        {"text": text.to_frame("text"), "table": shape(text).assign(created=created), "images": images}
    )


def shape(texts: pd.Series) -> pd.DataFrame:
    """How often each of `TEXT_MARKS` stands in each text, and how long it is (n, 7)."""
    return count_text_marks(texts).assign(length=texts.str.len(), words=texts.str.count(r"\S+"))


def read_comments(path: Path, ids: pd.Series) -> pd.DataFrame:
    """A row for each of `ids` with the `COMMENTS` (n, 6): how many its post has, and the sum of each of
    `TEXT_MARKS` in them. A comment without text or post is left out. The file is read in pieces, however
    long it is."""
    total = pd.DataFrame(0, index=pd.Index(ids.unique()), columns=COMMENTS)
    for piece in read_pieces(path, ["submission_id", "body"]):
        piece = piece.dropna()
        piece = piece[piece["submission_id"].isin(total.index)]
        counts = count_text_marks(piece["body"]).add_suffix(" in comments").assign(comments=1)
        counts = counts.groupby(piece["submission_id"]).sum()
        total.loc[counts.index] += counts
    return total.loc[ids].reset_index(drop=True)
