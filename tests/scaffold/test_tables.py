"""What `podium new` makes of the tables that people download: odd cells, dates, headers, ids, formats."""

import os

import numpy as np
import pandas as pd
import pytest

from podium.data.table_formats import write_table
from podium.data.task import Regression
from podium.errors import DataError, ModelError
from podium.models import registry
from podium.pipeline.folds import make_folds
from podium.scaffold.column_kinds import kind_of
from podium.scaffold.inspect import inspect_files
from support import layouts
from support.scaffolded import M, N, declared, made, written_as_a_person_would

LABELS = {"y": np.arange(N) % 2}
ANSWER = {"y": 0}


def with_column(root, values):
    """The competition whose files have these values, in training and test rows, as the column z."""
    values = np.array(values, dtype=object)
    return made(root, {**LABELS, "z": values[:N]}, ANSWER, test={"z": values[N:]})


def odd(*cells):
    """Cells of plain numbers but for the first ones."""
    return [*cells, *(f"{row}.5" for row in range(N + M - len(cells)))]


@pytest.mark.parametrize(
    ("cells", "first", "told"),
    [
        (["inf"], [np.nan], "odd cells, read as gaps, in 'z' (1 cell: ['inf'])"),
        (["1e400"], [np.nan], "'z' (1 cell: ['1e400'])"),
        (["?", "?", "-"], [np.nan] * 3, "'z' (3 cells: ['?', '-'])"),
        (["n.a.", "unknown"], [np.nan] * 2, "read as gaps"),
        (["oops"], [np.nan], "'z' (1 cell: ['oops'])"),
        (["1,163.74"], [1163.74], "odd cells, read as numbers, in 'z' (1 cell: ['1,163.74'])"),
        (["12 %", "-$3", "7 €"], [12, -3, 7], "read as numbers, in 'z' (3 cells"),
    ],
)
def test_odd_cells_among_numbers_are_named_and_counted(empty, cells, first, told):
    _, dataset, said = with_column(empty, odd(*cells))
    assert "2 columns of numbers" in said
    assert told in said
    assert dataset.X["z"][: len(cells)].tolist() == pytest.approx(first, nan_ok=True)
    assert dataset.X["z"].iloc[-1] == 59.5 - len(cells)
    assert "NUMBERS, clean=True)" in (empty / "competitions" / "mine" / "competition.py").read_text()
    written_as_a_person_would(empty)


def test_plain_cells_are_read_strictly(empty):
    with_column(empty, odd())
    assert "clean" not in (empty / "competitions" / "mine" / "competition.py").read_text()


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["10 %", "20 %", "50 %"] * 30, "category"),
        (["0", "1", "2", "3+"] * 30, "category"),
        (["0", "1", "?"] * 30, "number"),
        ([f"{n} %" for n in range(40)], "number"),
        ([f"{n}" if n % 4 else f"A/{n}" for n in range(90)], "own"),
        ([f"{n}" for n in range(97)] + ["V57", "V58", "E9"], "own"),
        (["?", "-"] * 9, "category"),
    ],
)
def test_mostly_numbers_are_numbers_and_categories_stay_so(cells, kind):
    assert kind_of(pd.Series(cells)).kind == kind


DAY = "2021-03-{:02} 10:00:00"


@pytest.mark.parametrize(
    ("cell", "layout"),
    [
        ("2021-03-{:02} 10:00:00+00:00", "ISO8601"),
        ("2021-03-{:02} 10:00:00+02:00", "ISO8601"),
        ("2021-03-{:02} 10:00:00.125", "ISO8601"),
        ("2021-03-{:02}T10:00:00Z", "ISO8601"),
        ("2021-03-{:02}T10:00:00", "%Y-%m-%dT%H:%M:%S"),
        ("03/{:02}/2021 10:00 AM", "%m/%d/%Y %I:%M %p"),
        ("{:02}/03/2021 10:00", "%d/%m/%Y %H:%M"),
        ("Mar {:02}, 2021", "%b %d, %Y"),
    ],
)
def test_dates_are_read_however_they_are_written(empty, cell, layout):
    _, dataset, said = with_column(empty, [cell.format(row % 28 + 1) for row in range(N + M)])
    assert f"dates in 'z' as {layout}" in said
    assert dataset.X["z"].dt.day.tolist() == [row % 28 + 1 for row in range(N)]
    written_as_a_person_would(empty)


@pytest.mark.parametrize(
    "cell", ["9999-12-31 00:00:00", "0001-01-01 00:00:00", "1600-05-05 00:00:00", "soon"]
)
def test_a_cell_that_is_no_date_or_out_of_range_is_a_gap_that_is_told(empty, cell):
    days = pd.date_range("2021-03-01", periods=N + M - 1).strftime("%Y-%m-%d %H:%M:%S")
    _, dataset, said = with_column(empty, [cell, *days])
    assert f"odd cells, read as gaps, in 'z' (1 cell: [{cell!r}])" in said
    assert dataset.X["z"].isna().tolist() == [True] + [False] * (N - 1)


def test_months_and_days_that_may_be_swapped_are_a_guess(empty):
    _, _, said = with_column(empty, [f"{row % 12 + 1:02}/{row % 11 + 1:02}/2021" for row in range(N + M)])
    assert "dates in 'z': %m/%d/%Y is a guess, %d/%m/%Y fits too" in said


def test_headers_are_text(empty):
    columns = {"NA": np.arange(N) / 7, "None": np.arange(N) / 3, "nan": np.arange(N) / 11}
    test = {name: values[:M] for name, values in columns.items()}
    _, dataset, _ = made(empty, {**columns, **LABELS}, ANSWER, test=test)
    assert list(dataset.X) == ["x", "NA", "None", "nan"]
    assert dataset.X["None"].tolist() == columns["None"].tolist()


def test_columns_without_a_name_and_twice_the_same_get_one_that_is_told(empty):
    layouts.passengers(empty / "data")
    for name in ("train", "test"):
        path = empty / "data" / f"{name}.csv"
        table = pd.read_csv(path)
        table.insert(0, "", np.arange(len(table)))  # an index that somebody wrote
        table.insert(1, "", table["Age"], allow_duplicates=True)
        table["more"] = table["Age"] + 1
        table.rename(columns={"more": "Age"}).to_csv(path, index=False)
    _, dataset, said = declared(empty)
    assert "are called ['Unnamed: 0', 'Unnamed: 1', 'Age.1']" in said
    assert "left out, counts the rows: Unnamed: 0" in said
    assert (dataset.X["Age.1"] - dataset.X["Unnamed: 1"]).dropna().eq(1).all()


def grouped_ids(first, n):
    return np.array([f"{first + row // 2:04}_{row % 2 + 1:02}" for row in range(n)])


def test_cells_of_several_parts_are_a_category_that_models_split(empty):
    rng = np.random.default_rng(0)
    cells = [f"{rng.choice(list('ABC'))}/{row}/{rng.choice(['P', 'S'])}" for row in range(N + M)]
    _, dataset, said = with_column(empty, cells)
    assert "cells of several parts, which models of tables split: 'z' into 3" in said
    assert dataset.X["z"].tolist() == cells[:N]
    written_as_a_person_would(empty)


@pytest.mark.parametrize(
    ("rows", "library", "proposed"),
    [(500, True, True), (1_000_000, True, False), (500, False, True)],
    ids=["few rows", "many rows", "no library"],
)
def test_models_are_proposed_that_end_in_time_and_have_all_they_need(monkeypatch, rows, library, proposed):
    monkeypatch.setattr(registry.importlib.util, "find_spec", lambda name: "there" if library else None)
    names = registry.proposed_names("classification", rows)
    assert ("table-svm" in names) == proposed
    assert ("table-lightgbm" in names) == library
    assert "table-xgboost" in names


def test_a_model_without_its_library_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(registry.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"must have the library lightgbm, .* 'podium\[boost\]'"):
        registry.create("table-lightgbm", {}, 0, Regression())


def test_ids_that_name_a_group_keep_it_together(empty):
    ids = np.concatenate([grouped_ids(0, N), grouped_ids(5000, M)])
    competition, dataset, said = made(empty, LABELS, ANSWER, ids=ids)
    assert (
        f"ids such as '0000_01' share what stands before '_', never with a test row: {N // 2} groups" in said
    )
    assert dataset.groups.tolist() == [name[:4] for name in ids[:N]]
    for fold in make_folds(dataset, competition.folds):
        assert not set(dataset.groups[fold.train]) & set(dataset.groups[fold.valid])
    written_as_a_person_would(empty)


@pytest.mark.parametrize(
    "ids",
    [
        [f"train_{row}" for row in range(N)] + [f"test_{row}" for row in range(M)],
        grouped_ids(0, N + M)[np.random.default_rng(0).permutation(N + M)],
        [f"{row:04}_01" for row in range(N + M)],
    ],
)
def test_other_ids_name_no_groups(empty, ids):
    _, dataset, _ = made(empty, LABELS, ANSWER, ids=np.array(ids))
    assert dataset.groups is None


def test_an_id_of_two_columns_and_its_date(empty):
    days = pd.date_range("2026-01-01", periods=20).strftime("%Y-%m-%d")
    table = pd.DataFrame([(shop, day) for day in days for shop in (4, 7, 9, 11)], columns=["shop", "day"])
    table["x"] = np.arange(80) / 7
    train, test = table[:N].assign(sold=np.arange(N) / 9), table[N:]
    layouts.write(empty / "data", train, test, test[["day", "shop"]].assign(sold=0.0))
    competition, dataset, said = declared(empty)
    assert "the id is 'day' and 'shop' together" in said
    assert competition.id_column == ("day", "shop")
    assert dataset.test_ids[:2].tolist() == ["2026-01-16,4", "2026-01-16,7"]
    assert set(dataset.X) == {"shop", "x", "day"}
    assert dataset.times[0] == np.datetime64("2026-01-01")
    written_as_a_person_would(empty)


def test_whole_numbers_that_may_be_codes_are_told_with_the_option_that_settles_it(empty):
    codes = 100 + 7 * (np.arange(N) % 12) ** 2
    _, _, said = made(empty, {"y": codes}, {"y": 0.5})
    assert "12 different whole numbers, taken as amounts, a guess" in said
    assert "--metric accuracy" in said


def test_ordered_whole_numbers_are_told(empty):
    _, _, said = made(empty, {"y": np.arange(N) % 5 + 3}, {"y": 4})
    assert "whole numbers, taken as classes, a guess: if their order counts, --metric quadratic_kappa" in said


@pytest.mark.parametrize("digits", [16, 17, 18, 19])
def test_long_ids_keep_their_last_digit(empty, digits):
    ids = np.array([str(10 ** (digits - 1) + row) for row in range(N + M)])
    _, dataset, _ = made(empty, LABELS, ANSWER, ids=ids)
    assert [str(one) for one in dataset.test_ids] == ids[N:].tolist()


@pytest.mark.parametrize("suffix", [".tsv", ".csv.gz", ".json", ".jsonl", ".parquet"])
def test_other_formats_are_read_and_written(empty, suffix):
    made_of_json = suffix.startswith(".json")
    layouts.passengers(empty / "data")
    for name in ("train", "test"):
        path = empty / "data" / f"{name}.csv"
        table = pd.read_csv(path)
        if made_of_json:
            table["Name"] = [[f"one{row}", "two", "three", f"four\r{row}"] for row in range(len(table))]
        write_table(table, path.with_name(name + suffix))
        path.unlink()
    _, dataset, said = declared(empty)
    assert "2 classes [0, 1]" in said
    frame = dataset.X.parts["table"] if made_of_json else dataset.X
    assert list(frame) == ["Pclass", "Age", "Fare", "Sex", "Cabin", "Boarded"]
    assert dataset.test_ids.tolist() == list(range(161, 241))
    if made_of_json:
        assert dataset.X.parts["text"]["text"][1] == "one1 two three four\r1"
    written_as_a_person_would(empty)


def refused(folder, fault):
    layouts.passengers(folder)
    path = folder / "train.csv"
    fault(path)
    with pytest.raises(DataError) as raised:
        inspect_files(folder)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def to_folder(path):
    path.unlink()
    path.mkdir()


def to_pipe(path):
    path.unlink()
    os.mkfifo(path)


def to_loop(path):
    path.unlink()
    path.symlink_to(path)


@pytest.mark.parametrize("fault", [to_folder, to_pipe, to_loop])
def test_a_training_file_that_is_none_is_one_line(tmp_path, fault):
    assert "train.csv must be a file, got a folder, a pipe or a broken link" in refused(tmp_path, fault)


def test_two_files_that_may_be_the_training_file_are_asked_for(tmp_path):
    def two(path):
        path.rename(path.with_name("train_2025.csv"))
        path.with_name("train_2026.csv").write_text("a,b\n1,2\n")

    assert "must hold one train file, got ['train_2025.csv', 'train_2026.csv']" in refused(tmp_path, two)


def test_the_training_file_is_read_few_times(tmp_path, monkeypatch):
    layouts.houses(tmp_path)
    whole = []
    read = pd.read_csv

    def counted(path, **options):
        if "nrows" not in options and str(path).endswith("train.csv"):
            whole.append(path)
        return read(path, **options)

    monkeypatch.setattr(pd, "read_csv", counted)
    inspect_files(tmp_path)
    assert len(whole) <= 4  # the target, the ids, which columns are numbers, and the others as text
