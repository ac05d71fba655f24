import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from podium.competition.sources import Source, find_source, unpack
from podium.errors import DataError
from support.makers import make_competition

PETS = make_competition()
NUMBERS = np.random.default_rng(0).integers(100, size=5000)
TABLE = b"a\n" + b"".join(b"%d\n" % number for number in NUMBERS)


def zip_of(**entries):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


WHOLE = zip_of(**{"train.csv": TABLE})


def flipped(content, position):
    return content[:position] + bytes([content[position] ^ 0xFF]) + content[position + 1 :]


def put(path, content=b"content"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.fixture
def outside(tmp_path):
    (tmp_path / "downloads").mkdir()
    return tmp_path / "downloads"


@pytest.mark.parametrize("by_variable", [False, True])
def test_data_is_found_as_a_folder_or_a_zip_of_the_slug(tmp_path, outside, monkeypatch, by_variable):
    if by_variable:
        monkeypatch.setenv("PODIUM_DATA", str(outside))
    named = None if by_variable else outside
    put(outside / "pets-2026" / "train.csv")
    assert find_source(PETS, tmp_path, named) == Source(outside / "pets-2026")
    put(outside / "pets-2026.zip")
    assert find_source(PETS, tmp_path, named) == Source(outside / "pets-2026.zip")


def test_a_named_place_goes_before_the_variable(tmp_path, outside, monkeypatch):
    monkeypatch.setenv("PODIUM_DATA", str(tmp_path / "elsewhere"))
    put(outside / "pets-2026.zip")
    assert find_source(PETS, tmp_path, outside).path == outside / "pets-2026.zip"


@pytest.mark.parametrize(
    ("held", "message"), [(["cats.zip"], r"got \['cats\.zip'\]"), ([], r"got \[\]"), (None, "got no folder")]
)
def test_a_named_place_without_the_competition_is_an_error(tmp_path, outside, held, message):
    put(tmp_path / "competitions" / "pets" / "data" / "train.csv")
    for name in held or []:
        put(outside / name)
    place = outside if held is not None else tmp_path / "nowhere"
    with pytest.raises(
        DataError, match=rf"must hold pets-2026\.zip, pets-2026/ or the competition.s files, {message}"
    ):
        find_source(PETS, tmp_path, place)


def test_then_comes_the_own_data_folder_and_at_last_toy_data(tmp_path):
    own = tmp_path / "competitions" / "pets" / "data"
    put(own / ".gitignore")
    assert find_source(PETS, tmp_path, None).is_toy
    for path in (own / "train.csv", own / "pets-2026" / "train.csv"):
        put(path)
        assert find_source(PETS, tmp_path, None) == Source(path.parent)
    put(own / "pets-2026.zip")
    assert find_source(PETS, tmp_path, None) == Source(own / "pets-2026.zip")


def test_a_folder_is_used_where_it_lies(tmp_path, outside):
    assert unpack(Source(outside), PETS, tmp_path / "cache") == outside
    assert not (tmp_path / "cache").exists()


def test_toy_data_is_written_by_the_competition(tmp_path):
    folder = unpack(Source(None), PETS, tmp_path)
    assert [(p.name, p.read_text()) for p in folder.iterdir()] == [("train.csv", "toy")]


def test_a_zip_is_unpacked_once(tmp_path, outside):
    source = Source(put(outside / "pets-2026.zip", WHOLE))
    folder = unpack(source, PETS, tmp_path / "cache")
    assert (folder / "train.csv").read_bytes() == TABLE
    before = (folder / "train.csv").stat()
    assert unpack(source, PETS, tmp_path / "cache") == folder
    after = (folder / "train.csv").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_another_zip_of_the_same_name_is_unpacked_beside_it(tmp_path, outside):
    path = outside / "pets-2026.zip"
    first = unpack(Source(put(path, WHOLE)), PETS, tmp_path)
    second = unpack(Source(put(path, zip_of(**{"train.csv": b"new"}))), PETS, tmp_path)
    assert (first / "train.csv").read_bytes() == TABLE
    assert (second / "train.csv").read_bytes() == b"new"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "must be a whole zip file"),
        (b"<html>log in first</html>", "must be a whole zip file"),
        (WHOLE[: len(WHOLE) // 2], "must be a whole zip file"),
        (WHOLE[:-1], "must be a whole zip file"),
        (flipped(WHOLE, 100), "must be a whole zip file"),
        (flipped(WHOLE, len(WHOLE) // 2), "must be a whole zip file"),
        (zip_of(**{"train.csv": b"a", "../evil.csv": b"b"}), "got ['../evil.csv']; do not trust"),
        (zip_of(**{"sub/../../evil.csv": b"b"}), "got ['sub/../../evil.csv']; do not trust"),
        (zip_of(**{"/tmp/evil.csv": b"b"}), "got ['/tmp/evil.csv']; do not trust"),
    ],
)
def test_a_bad_zip_is_refused_in_one_line_and_leaves_nothing(tmp_path, outside, content, fault):
    path = put(outside / "pets-2026.zip", content)
    with pytest.raises(DataError) as caught:
        unpack(Source(path), PETS, tmp_path / "cache")
    message = str(caught.value)
    assert message.startswith(f"{path} must ")
    assert fault in message
    assert "\n" not in message
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [path]
    assert list((tmp_path / "cache").iterdir()) == []
    assert not Path("/tmp/evil.csv").exists()


def test_a_path_may_be_the_zip_itself_or_what_a_browser_made_of_its_name(tmp_path, outside):
    again = put(outside / "pets-2026 (1).zip")
    assert find_source(PETS, tmp_path, outside).path == again
    assert find_source(PETS, tmp_path, again).path == again
    put(outside / "pets-2026.zip")
    assert find_source(PETS, tmp_path, outside).path == outside / "pets-2026.zip"


def test_a_path_may_be_the_folder_of_the_files(tmp_path, outside):
    put(outside / "train.csv")
    put(outside / "._sample_submission.csv")
    with pytest.raises(DataError, match="or the competition's files"):
        find_source(PETS, tmp_path, outside)
    put(outside / "sample_submission.csv")
    assert find_source(PETS, tmp_path, outside).path == outside


def test_archives_inside_the_archive_are_opened_where_their_files_belong(tmp_path, outside):
    pictures = {"a.png": b"a", "b.png": b"b"}
    content = zip_of(
        **{
            "train.csv.zip": zip_of(**{"train.csv": TABLE, "__MACOSX/._train.csv": b"x"}),
            "train.zip": zip_of(**pictures),
            "images.zip": zip_of(**{f"images/{name}": data for name, data in pictures.items()}),
            "deep.zip": zip_of(**{"deeper.zip": zip_of(**pictures)}),
        }
    )
    folder = unpack(Source(put(outside / "pets-2026.zip", content)), PETS, tmp_path / "cache")
    assert (folder / "train.csv").read_bytes() == TABLE
    for place in ("train", "images", "deep/deeper"):
        assert (folder / place / "b.png").read_bytes() == b"b"


def test_an_inner_archive_that_would_leave_its_folder_is_refused(tmp_path, outside):
    content = zip_of(**{"train.zip": zip_of(**{"../../x.csv": b"x"})})
    with pytest.raises(DataError, match="must hold only entries inside its folder"):
        unpack(Source(put(outside / "pets-2026.zip", content)), PETS, tmp_path / "cache")
    assert not (tmp_path / "cache").exists() or not list((tmp_path / "cache").glob("*/train*"))


def test_an_inner_archive_that_is_cut_is_told_in_one_line(tmp_path, outside):
    content = zip_of(**{"train.csv.zip": WHOLE[:100]})
    with pytest.raises(DataError, match="must be a whole zip file"):
        unpack(Source(put(outside / "pets-2026.zip", content)), PETS, tmp_path / "cache")
