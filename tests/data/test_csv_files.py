import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from podium.data.csv_files import (
    named_columns,
    read_features,
    read_header,
    read_numbers,
    read_pieces,
    read_table,
    read_texts,
    read_whole_numbers,
    renamed_columns,
    require_texts,
)
from podium.errors import DataError
from support.makers import quick


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("tables") / "train.csv"


def read_bytes(path, content):
    path.write_bytes(content)
    return read_whole_numbers(path, ["a", "b"], low=0, high=255)


@quick
@given(st.lists(st.tuples(st.integers(0, 255), st.integers(0, 255)), min_size=1, max_size=9))
def test_what_was_written_is_read(path, rows):
    text = "a,b\n" + "".join(f"{a},{b}\n" for a, b in rows)
    assert read_bytes(path, text.encode()).to_numpy().tolist() == [list(row) for row in rows]


def test_the_order_of_columns_in_the_file_does_not_matter(path):
    forward = read_bytes(path, b"a,b\n1,2\n3,4\n")
    backward = read_bytes(path, b"b,a\n2,1\n4,3\n")
    assert list(forward) == list(backward) == ["a", "b"]
    assert forward.equals(backward)


def test_columns_that_nobody_asked_for_are_left_out(path):
    assert list(read_bytes(path, b"note,a,b\nx,1,2\n")) == ["a", "b"]


def test_numbers_take_the_smallest_type_that_holds_their_bounds(path):
    assert read_bytes(path, b"a,b\n1,2\n").dtypes.unique().tolist() == [np.uint8]
    path.write_bytes(b"a\n-3\n")
    assert read_whole_numbers(path, ["a"], low=-9, high=9)["a"].tolist() == [-3]


def test_low_and_high_are_both_held(path):
    path.write_bytes(b"a\n-1\n255\n")
    assert read_whole_numbers(path, ["a"], low=-1, high=255)["a"].tolist() == [-1, 255]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "an empty file"),
        (b"\n", "an empty file"),
        (b"a,b\n", "must have at least one row"),
        (b"a,c\n1,2\n", "must have the column ['b'], got ['a', 'c']"),
        (b"x,y\n1,2\n", "must have the columns ['a', 'b']"),
        (b"a,b\n1,2\n3,x\n", "got 'x' in column 'b' of data row 2 (1 such cells)"),
        (b"a,b\nx,2\n3,x\n", "got 'x' in column 'a' of data row 1 (2 such cells)"),
        (b"a,b\n1,2\n3,\n", "got an empty cell in column 'b' of data row 2"),
        (b"a,b\n1,2\n3\n", "got an empty cell in column 'b' of data row 2"),
        (b"a,b\n1,2.5\n", "got '2.5' in column 'b' of data row 1"),
        (b"a,b\n1,300\n", "got '300' in column 'b' of data row 1"),
        (b"a,b\n1,-1\n", "got '-1' in column 'b' of data row 1"),
        (b"a,b\n1,4294967297\n", "got '4294967297' in column 'b' of data row 1"),
        (b"a,b\n1,99999999999999999999\n", "got '99999999999999999999' in column 'b' of data row 1"),
        (b'a,b\n1,"2\n3"\n', "got '2\\n3' in column 'b' of data row 1"),
        (b"a,b\n1,2\n3,4,5\n", "must be a table of even rows"),
        (b"a,b\n1,2,3\n4,5,6\n", "must be a table of even rows"),
        (b'a,b\n1,"2\n', "must be a table of even rows"),
        (b"a,b\n1,2\n3,\xff\n", "must be UTF-8 text"),
        (b"a,\xff\n1,2\n", "must be UTF-8 text"),
    ],
)
def test_a_bad_file_is_told_in_one_line_with_its_path_and_fault(path, content, fault):
    with pytest.raises(DataError) as caught:
        read_bytes(path, content)
    message = str(caught.value)
    assert message.startswith(f"{path} must ")
    assert fault in message
    assert "\n" not in message


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match=r"nowhere\.csv must exist"):
        read_table(tmp_path / "nowhere.csv", ["a"])


def test_text_columns_keep_their_text(path):
    path.write_bytes("a,b\nKöln,007\n".encode())
    assert read_table(path, ["b", "a"], dtype=str).iloc[0].tolist() == ["007", "Köln"]


def test_texts_come_as_they_stand_in_the_file(path):
    path.write_text('id,text\n01,NA\n2,"two\nlines, 3"\n3,\n')
    assert read_texts(path, ["id", "text"]).to_numpy().tolist() == [
        ["01", "NA"],
        ["2", "two\nlines, 3"],
        ["3", ""],
    ]


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["a", " \n", ""], r"texts of 1 to 20 .* got an empty one in data row 2 \(2 such\)"),
        (["a", "b", "c" * 21], r"got one of 21 in data row 3 \(1 such\).* quote left open"),
    ],
)
def test_a_text_that_is_empty_or_too_long_is_named(texts, message, path):
    with pytest.raises(DataError, match=message):
        require_texts(pd.Series(texts, name="text"), path, longest=20)


TABLE = "id,height,colour,born\n1,1.5,red,2001-02-03\n2,,NA,\n3,-2e3,blue,1999-12-31 18:00\n"


def test_features_are_floats_texts_and_times_with_gaps(tmp_path):
    path = tmp_path / "train.csv"
    path.write_text(TABLE)
    frame = read_features(path, ["height"], ["colour"], {"born": "ISO8601"})
    assert frame["height"].tolist()[::2] == [1.5, -2000]
    assert frame["colour"].tolist()[::2] == ["red", "blue"]
    assert frame["born"][2] == pd.Timestamp("1999-12-31 18:00")
    assert frame.iloc[1].isna().all()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("1.5", "tall", "numbers in column 'height', got 'tall' in data row 1 (1 such cells)"),
        ("1.5", "inf", "numbers in column 'height', got 'inf'"),
        ("1999-12-31", "31/12/99", "dates of the format 'ISO8601' in column 'born', got '31/12/99 18:00'"),
        ("height", "width", "must have the column ['height']"),
    ],
)
def test_a_feature_of_another_kind_is_named(tmp_path, old, new, said):
    path = tmp_path / "train.csv"
    path.write_text(TABLE.replace(old, new))
    with pytest.raises(DataError) as raised:
        read_features(path, ["height"], ["colour"], {"born": "ISO8601"})
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_numbers_without_gaps_are_asked_for(tmp_path):
    path = tmp_path / "train.csv"
    path.write_text(TABLE)
    assert read_numbers(path, ["id"])["id"].tolist() == [1.0, 2.0, 3.0]
    with pytest.raises(DataError, match="got an empty cell in data row 2"):
        read_numbers(path, ["height"])


def test_odd_cells_are_cleaned_where_that_is_asked_for(tmp_path):
    path = tmp_path / "train.csv"
    path.write_text('a,b,when\n1,x,2001-02-03\n"1,163.5",y,9999-12-31\ninf,?,soon\n')
    frame = read_features(path, ["a"], ["b"], {"when": "%Y-%m-%d"}, clean=True)
    assert frame["a"].tolist() == pytest.approx([1, 1163.5, np.nan], nan_ok=True)
    assert frame["b"].tolist() == ["x", "y", "?"]
    assert frame["when"].isna().tolist() == [False, True, True]
    with pytest.raises(DataError, match="must hold numbers in column 'b'"):
        read_features(path, ["a", "b"], clean=True)


def test_a_column_without_a_name_and_one_that_stands_twice_have_the_same_names_for_all_readers(path):
    path.write_bytes(b",NA,x,x\n5,6,7,8\n")
    names = ["Unnamed: 0", "NA", "x", "x.1"]
    assert read_header(path) == names
    assert named_columns(path) == names[1:]
    assert renamed_columns(path) == {"Unnamed: 0": "", "x.1": "x"}
    assert read_texts(path, names).iloc[0].tolist() == ["5", "6", "7", "8"]
    assert read_features(path, names).iloc[0].tolist() == [5, 6, 7, 8]
    assert pd.concat(read_pieces(path, names)).iloc[0].tolist() == ["5", "6", "7", "8"]


def test_a_folder_is_no_table(tmp_path):
    with pytest.raises(DataError, match="must be a file that can be read, got: Is a directory"):
        read_table(tmp_path, ["a"])


def test_texts_are_held_alike_whether_pyarrow_is_there_or_not(tmp_path):
    path = tmp_path / "train.csv"
    path.write_text("a\nx\n")
    assert read_texts(path, ["a"])["a"].dtype.storage == "python"
