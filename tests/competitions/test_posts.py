"""Posts of Reddit and the comments below them."""

import subprocess
import sys

import pandas as pd
from competitions.fakeddit.posts import COMMENT_COUNTS, count_comments, read_posts


def test_comments_are_joined_to_their_posts_and_incomplete_ones_left_out(tmp_path):
    rows = ["\tbody\tsubmission_id", "0\tWow!\tp1", "1\t\tp1", "2\thi\t", '3\t"two\nlines, ""A"""\tp1']
    (tmp_path / "comments.tsv").write_text("\n".join([*rows, "4\tlost\tp9"]) + "\n")
    found = count_comments(tmp_path / "comments.tsv", pd.Series(["p2", "p1"]))
    assert found["comments"].tolist() == [0, 2]
    assert found["capitals in comments"].tolist() == [0, 2]
    assert found["exclamation marks in comments"].tolist() == [0, 1]


MEASURE = """
import resource, sys
import pandas as pd
from pathlib import Path
from competitions.fakeddit.posts import count_comments

before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = count_comments(Path(sys.argv[1]), pd.Series([f"p{i}" for i in range(500)]))
print(found["comments"].sum(), found["exclamation marks in comments"].sum())
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_comments_are_read_in_pieces_whatever_their_number(tmp_path):
    path = tmp_path / "all_comments.tsv"
    body = "So long a comment! " * 20
    with open(path, "w") as file:
        file.write("\tid\tauthor\tbody\tsubmission_id\tups\n")
        file.writelines(f"{i}\tc{i}\tsomeone\t{body}\tp{i % 2000}\t1\n" for i in range(200_000))
    ran = subprocess.run([sys.executable, "-c", MEASURE, path], capture_output=True, text=True, check=True)
    comments, exclamations, megabytes = map(int, ran.stdout.split())
    assert (comments, exclamations) == (50_000, 20 * 50_000)
    assert path.stat().st_size > 70e6
    assert megabytes < 100


def test_posts_are_read_without_their_labels(tmp_path):
    lines = ["\tid\tscore\ttitle\t2_way_label", "0\ta\t3\tnan\t1", "1\tb\t\t\t0"]
    for name in ("one.tsv", "two.tsv"):
        (tmp_path / name).write_text("\n".join(lines) + "\n")
    posts = read_posts(tmp_path, ["one.tsv", "two.tsv"])
    assert list(posts.columns) == ["id", "score", "title", *COMMENT_COUNTS]
    assert posts[COMMENT_COUNTS].isna().all(axis=None)
    assert posts["title"].fillna("-").tolist() == ["nan", "-", "nan", "-"]
    assert posts["score"].isna().tolist() == [False, True, False, True]
