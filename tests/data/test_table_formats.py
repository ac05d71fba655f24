import pytest

from podium.data.csv_files import read_header, read_table, read_texts
from podium.errors import DataError


def test_objects_of_json_are_rows_whatever_their_cells(tmp_path):
    path = tmp_path / "train.json"
    path.write_text('[{"a": 1, "b": ["x", "y"], "c": true}, {"a": null, "b": [], "c": false, "d": {"e": 1}}]')
    assert read_header(path) == ["a", "b", "c", "d"]
    assert read_texts(path, ["a", "b", "c", "d"]).to_numpy().tolist() == [
        ["1", "x y", "True", ""],
        ["", "", "False", '{"e": 1}'],
    ]


def test_a_file_that_changes_is_read_again(tmp_path):
    path = tmp_path / "train.jsonl"
    path.write_text('{"a": 1}\n{"a": 2}\n')
    assert read_table(path, ["a"])["a"].tolist() == [1, 2]
    path.write_text('{"a": 10}\n')
    assert read_table(path, ["a"])["a"].tolist() == [10]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("[1, 2]", "must hold a list of objects, or one on each line, got 2 others"),
        ("[]", "got none"),
        ("", "got none"),
        ('{"a": 1', "must be JSON"),
        ("[" * 100_000, "must be JSON"),
    ],
)
def test_json_that_is_no_table_is_one_line(tmp_path, content, fault):
    path = tmp_path / "train.json"
    path.write_text(content)
    with pytest.raises(DataError) as raised:
        read_table(path, ["a"])
    assert fault in str(raised.value)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 300


def test_parquet_without_pyarrow_says_how_to_install_it(tmp_path, monkeypatch):
    def missing(path):
        raise ImportError

    monkeypatch.setattr("pandas.read_parquet", missing)
    path = tmp_path / "train.parquet"
    path.touch()
    with pytest.raises(DataError, match=r"run: pip install pyarrow"):
        read_table(path, ["a"])
