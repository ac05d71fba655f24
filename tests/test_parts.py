"""Rows of which several things are known, images that some rows lack, and the posts that have both."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from makers import make_dataset
from podium.content import content_id
from podium.dataset import linked
from podium.errors import DataError, ModelError
from podium.images import ImageFiles, find_by_stem, find_classes, without_broken
from podium.lookalikes import lookalikes
from podium.parts import Parts, part
from podium.posts import COMMENTS, read_comments, read_posts


@pytest.fixture
def files(tmp_path):
    """Images of two of the ids a, b, c, d."""
    for name, grey in (("b", 10), ("d", 200)):
        noise = np.random.default_rng(grey).integers(0, 50, (20, 30, 3)) + grey
        Image.fromarray(noise.astype(np.uint8)).save(tmp_path / f"{name}.png")
    return ImageFiles.of_ids(["a", "b", "c", "d"], find_by_stem(tmp_path))


def test_rows_of_parts_are_taken_together():
    X = Parts({"text": pd.DataFrame({"text": list("abcd")}), "table": pd.DataFrame({"n": range(4)})})
    some = X[np.array([3, 1])]
    assert len(X) == 4
    assert part(some, "text")["text"].tolist() == ["d", "b"]
    assert part(some, "table")["n"].tolist() == [3, 1]
    assert part(X[2], "table")["n"].tolist() == [2]
    assert X.content_id != some.content_id == X[[3, 1]].content_id
    assert content_id(X) == content_id(Parts(dict(X.named)))


def test_a_part_that_is_not_there_is_named_and_other_rows_are_their_own_part():
    frame = pd.DataFrame({"n": [1]})
    assert part(frame, "table") is frame
    with pytest.raises(ModelError, match=r"must be given the part 'images', got rows with \['table'\]"):
        part(Parts({"table": frame}), "images")


def test_rows_without_an_image_are_blank_and_like_nothing_else(files):
    assert files.seen.tolist() == [False, True, False, True]
    assert files[[0, 3]].seen.tolist() == [False, True]
    assert len(files.whole) == 3  # one grey image stands for all that are missing
    assert len(set(lookalikes(files))) == 4
    assert files.broken() == {}


def test_the_id_of_images_follows_which_rows_have_one(files, tmp_path):
    found = find_by_stem(tmp_path)
    assert ImageFiles.of_ids(list("abcd"), found) == files
    assert ImageFiles.of_ids(list("bacd"), found) != files
    assert ImageFiles.of_ids(list("abcd"), {"b": found["b"]}) != files


def test_a_broken_image_of_a_row_that_is_more_than_that_is_blank(files, tmp_path):
    (tmp_path / "b.png").write_text("no image")
    broken = ImageFiles.of_ids(["a", "b", "c", "d"], find_by_stem(tmp_path))
    X = Parts({"text": pd.DataFrame({"text": list("abcd")}), "images": broken})
    rest, said = without_broken(make_dataset([0, 1, 0, 1], X=X, X_test=X[:3]))
    assert len(rest.X) == 4
    assert part(rest.X, "images").seen.tolist() == [False, False, False, True]
    assert len(said) == 2
    assert all("b.png must be decoded" in line for line in said)


def test_folders_are_classes_whatever_they_are_called(tmp_path):
    for name in ("b c", "あ", "Я"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.png").touch()
    assert list(find_classes(tmp_path)) == ["b c", "Я", "あ"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="empty must hold images"):
        find_classes(tmp_path)
    with pytest.raises(DataError, match="a folder of images for each class, got \\[\\]"):
        find_classes(tmp_path / "gone")


def test_rows_are_linked_by_a_chain_of_equal_values():
    first = pd.Series(["a", "a", "b", "", None, ""])
    second = pd.Series(["1", "2", "2", "3", "4", "3"])
    groups = linked(first, second)
    assert groups[0] == groups[1] == groups[2]
    assert groups[3] == groups[5]
    assert len(set(groups)) == 3
    assert len(set(linked(pd.Series(["", ""])))) == 2


def test_comments_are_joined_to_their_posts_and_incomplete_ones_left_out(tmp_path):
    rows = ["\tbody\tsubmission_id", "0\tWow!\tp1", "1\t\tp1", "2\thi\t", '3\t"two\nlines, ""A"""\tp1']
    (tmp_path / "comments.tsv").write_text("\n".join([*rows, "4\tlost\tp9"]) + "\n")
    found = read_comments(tmp_path / "comments.tsv", pd.Series(["p2", "p1"]))
    assert found["comments"].tolist() == [0, 2]
    assert found["capitals in comments"].tolist() == [0, 2]
    assert found["exclamation marks in comments"].tolist() == [0, 1]


MEASURE = """
import resource, sys
import pandas as pd
from pathlib import Path
from podium.posts import read_comments

before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = read_comments(Path(sys.argv[1]), pd.Series([f"p{i}" for i in range(500)]))
print(found["comments"].sum(), found["exclamation marks in comments"].sum())
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_comments_are_read_in_pieces_whatever_their_number(tmp_path):
    path, body = tmp_path / "all_comments.tsv", "So long a comment! " * 20
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
    assert list(posts.columns) == ["id", "score", "title", *COMMENTS]
    assert posts[COMMENTS].isna().all(axis=None)
    assert posts["title"].fillna("-").tolist() == ["nan", "-", "nan", "-"]
    assert posts["score"].isna().tolist() == [False, True, False, True]
