import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from podium.errors import DataError, SubmissionError
from podium.pipeline.submission import build, check, read_sample, to_csv
from support.makers import answers, make_competition, make_dataset, make_predictions, quick

PETS = make_competition()
DATASET = make_dataset([0, 1, 2], classes=np.array(["ant", "bee", "cat"]))
SAID = make_predictions(answers([2, 0, 1], k=3))  # of the test rows 11, 12, 13
SAMPLE = pd.DataFrame({"Id": [11, 12, 13], "Label": "ant"})


def test_each_test_row_gets_its_most_probable_label():
    assert to_csv(build(PETS, DATASET, SAID, SAMPLE)) == b"Id,Label\n11,cat\n12,ant\n13,bee\n"


@quick
@given(st.permutations(range(3)))
def test_the_rows_follow_the_sample_whatever_its_order(order):
    frame = build(PETS, DATASET, SAID, SAMPLE.iloc[order])
    assert frame["Id"].tolist() == SAMPLE["Id"].iloc[order].tolist()
    assert dict(zip(frame["Id"], frame["Label"], strict=True)) == {11: "cat", 12: "ant", 13: "bee"}


@quick
@given(
    st.lists(st.integers(0, 3), min_size=3, max_size=3),
    st.sampled_from([np.arange(4), np.array(list("wxyz"))]),
)
def test_labels_come_back_from_the_file(codes, classes):
    dataset = make_dataset([0, 1, 2, 3], classes=classes)
    frame = build(PETS, dataset, make_predictions(answers(codes, k=4)), SAMPLE)
    read = pd.read_csv(io.BytesIO(to_csv(frame)))
    assert read["Label"].tolist() == classes[codes].tolist()
    check(PETS, dataset, read, SAMPLE)


def test_ids_of_text_are_kept():
    dataset = make_dataset([0, 1], test_ids=np.array(["t-3", "t-1", "t-2"]))
    sample = pd.DataFrame({"Id": ["t-1", "t-2", "t-3"], "Label": 0})
    frame = build(PETS, dataset, make_predictions(answers([1, 0, 0], k=2)), sample)
    assert to_csv(frame) == b"Id,Label\nt-1,0\nt-2,0\nt-3,1\n"


@pytest.mark.parametrize(
    ("columns", "faults"),
    [
        (
            {"Id": [11, 12, 13], "label": "ant"},
            ["must have the columns ['Id', 'Label'], got ['Id', 'label']"],
        ),
        ({"Label": "ant", "Id": [11, 12, 13]}, ["got ['Label', 'Id']"]),
        ({"Id": [11, 13], "Label": "ant"}, ["2 rows for 3", "1 ids missing: [12]", "0 unknown"]),
        ({"Id": [11, 12, 13, 14], "Label": "ant"}, ["4 rows for 3", "0 ids missing", "1 unknown: [14]"]),
        ({"Id": [11, 99, 13], "Label": "ant"}, ["1 ids missing: [12]", "1 unknown: [99]"]),
        ({"Id": [11, 12, 13, 12], "Label": "ant"}, ["1 repeated: [12]"]),
        ({"Id": [11, 13, 12], "Label": "ant"}, ["must keep the order of the sample's ids"]),
        (
            {"Id": [11, 12, 13], "Label": ["ant", "dog", "dog"]},
            ["['ant', 'bee', 'cat']", "got ['dog'] in 2 rows"],
        ),
        ({"Id": [11, 12, 13], "Label": ["ant", "bee", None]}, ["in 1 rows"]),
        ({"Id": [11, 12, 13], "Label": 0}, ["got [0] in 3 rows"]),
    ],
)
def test_each_violation_is_told_in_one_line(columns, faults):
    with pytest.raises(SubmissionError) as caught:
        check(PETS, DATASET, pd.DataFrame(columns), SAMPLE)
    message = str(caught.value)
    assert message.startswith("submission for 'pets' must ")
    assert [fault for fault in faults if fault not in message] == []
    assert "\n" not in message


def test_a_test_row_that_the_dataset_lacks_gets_no_invented_label():
    with pytest.raises(SubmissionError, match="in 1 rows"):
        build(PETS, DATASET, SAID, pd.DataFrame({"Id": [11, 12, 14], "Label": "ant"}))


def test_a_sample_that_fits_is_read_in_its_own_order(tmp_path):
    (tmp_path / "sample_submission.csv").write_text("Id,Label\n13,ant\n11,ant\n12,ant\n")
    assert read_sample(PETS, DATASET, tmp_path)["Id"].tolist() == ["13", "11", "12"]


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ("11,ant\n13,ant\n", r"missing: \[12\]"),
        ("11,ant\n12,ant\n13,ant\n14,ant\n", r"unknown: \[14\]"),
        ("11,ant\n12,ant\n12,ant\n", r"repeated: \[12\]"),
    ],
)
def test_a_sample_of_other_rows_is_refused(tmp_path, rows, fault):
    (tmp_path / "sample_submission.csv").write_text("Id,Label\n" + rows)
    with pytest.raises(DataError, match=rf"sample_submission\.csv must hold the ids.*{fault}"):
        read_sample(PETS, DATASET, tmp_path)


NUMBERS = make_dataset([1.5, 2, 3], classes=None)


def test_numbers_are_written_as_they_are_and_no_lower_than_the_metric_takes():
    said = make_predictions([[208500.123456789], [-1.0], [0.25]])
    prices = make_competition(metric="rmse")
    frame = build(prices, NUMBERS, said, SAMPLE)
    assert to_csv(frame) == b"Id,Label\n11,208500.123456789\n12,-1.0\n13,0.25\n"
    assert build(make_competition(metric="rmsle"), NUMBERS, said, SAMPLE)["Label"].tolist()[1:] == [0.0, 0.25]
    with pytest.raises(SubmissionError, match=r"must hold finite numbers, got \[nan\] in 1 rows"):
        check(prices, NUMBERS, frame.assign(Label=[1, None, 3]), SAMPLE)
    with pytest.raises(SubmissionError, match=r"must hold finite numbers, got .*many.* in 3 rows"):
        check(prices, NUMBERS, frame.assign(Label="many"), SAMPLE)


def test_ids_with_leading_zeros_stay_as_they_stand_in_the_sample(tmp_path):
    dataset = make_dataset([0, 1], test_ids=np.array(["007", "008", "10"]))
    (tmp_path / "s.csv").write_text("Id,Label\n007,0\n10,0\n008,0\n")
    competition = make_competition(sample="s.csv")
    sample = read_sample(competition, dataset, tmp_path)
    frame = build(competition, dataset, make_predictions(answers([1, 0, 0], k=2)), sample)
    assert to_csv(frame) == b"Id,Label\n007,1\n10,0\n008,0\n"
