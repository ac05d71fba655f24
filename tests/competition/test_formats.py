"""What a submission holds, read back from what is written."""

import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from podium.competition.formats import columns, label_set, probability, row_for_each, top
from podium.data.dataset import Dataset
from podium.data.task import Multilabel, Regression
from podium.errors import CompetitionError, DataError, SubmissionError
from podium.pipeline.submission import build, check, read_sample, require_agreement, to_csv
from support.makers import make_competition, make_dataset, make_predictions

AUTHORS = make_dataset([0, 1, 2], classes=["EAP", "HPL", "MWS"])
P = np.array([[0.2, 0.3, 0.5], [0.1, 0.8, 0.1], [0.6, 0.2, 0.2]])  # of the test rows 11, 12, 13
LOSS = make_competition(
    metric="log_loss", submission=columns("MWS", "EAP", "HPL"), target_column="", id_column="id"
)
IDS = {"id": ["11", "12", "13"]}


def targets(task, y):
    return Dataset(
        X=np.arange(3), y=np.array(y), X_test=np.arange(3), test_ids=np.array([11, 12, 13]), task=task
    )


LABELS = targets(Multilabel(["toxic", "threat"]), [[1, 0], [1, 1], [0, 0]])
PRICES = targets(Regression(["low", "high"]), [[1.0, 2], [3, 4], [5, 6]])


def written(competition, dataset, predicted, sample):
    require_agreement(competition, dataset)
    frame = build(competition, dataset, make_predictions(predicted), pd.DataFrame(sample))
    return pd.read_csv(io.BytesIO(to_csv(frame)))


def test_a_column_for_each_class_keeps_the_order_of_the_sample():
    sample = {**IDS, "MWS": 0.33, "EAP": 0.33, "HPL": 0.33}
    found = written(LOSS, AUTHORS, P, sample)
    assert list(found) == ["id", "MWS", "EAP", "HPL"]
    assert np.allclose(found[["EAP", "HPL", "MWS"]], P)


def test_probabilities_sum_to_one_where_the_metric_needs_probabilities():
    sample = {**IDS, "MWS": 0.33, "EAP": 0.33, "HPL": 0.33}
    found = written(LOSS, AUTHORS, 3 * P, sample)
    assert np.allclose(found[["EAP", "HPL", "MWS"]], P)
    frame = found.assign(id=IDS["id"], MWS=[0.5, 0.9, 0.2])
    with pytest.raises(
        SubmissionError, match=r"must hold probabilities .* sum to 1 in a row, got .* in 1 rows"
    ):
        check(LOSS, AUTHORS, frame, pd.DataFrame(sample))


def test_a_prefix_stands_before_the_names_of_the_classes():
    competition = replace(LOSS, submission=columns("Status_C", "Status_CL", prefix="Status_"))
    dataset = make_dataset([0, 1], classes=["C", "CL"])
    found = written(competition, dataset, P[:, :2], {**IDS, "Status_C": 0.5, "Status_CL": 0.5})
    assert np.allclose(found["Status_C"], P[:, 0] / P[:, :2].sum(axis=1))


@pytest.mark.parametrize(("label", "column"), [(None, 1), ("attack", 0), ("normal", 1)])
def test_the_probability_of_one_class(label, column):
    competition = make_competition(metric="roc_auc", submission=probability(label))
    dataset = make_dataset([0, 1], classes=["attack", "normal"])
    p = np.array([[0.3, 0.7], [0.9, 0.1], [0.5, 0.5]])
    found = written(competition, dataset, p, {"Id": ["11", "12", "13"], "Label": 0})
    assert np.allclose(found["Label"], p[:, column])


def test_a_column_for_each_of_several_labels():
    competition = replace(LOSS, metric="mean_roc_auc", submission=columns("toxic", "threat"))
    p = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.3]])
    sample = {**IDS, "toxic": 0, "threat": 0}
    assert np.allclose(written(competition, LABELS, p, sample)[["toxic", "threat"]], p)
    answers = written(replace(competition, metric="f1_micro"), LABELS, p, sample)
    assert answers["toxic"].tolist() == [1, 0, 0]


def test_a_column_for_each_of_several_numbers():
    competition = replace(LOSS, metric="mean_rmsle", submission=columns("high", "low"))
    found = written(competition, PRICES, [[1.5, -2], [3, 4], [5, 6]], {**IDS, "high": 0, "low": 0})
    assert found["low"].tolist() == [1.5, 3, 5]
    assert found["high"].tolist() == [0, 4, 6]  # a logarithm takes no less


def test_the_most_probable_labels_in_one_cell():
    competition = make_competition(metric="map@3", submission=top(3))
    dataset = make_dataset([0, 1, 2, 3], classes=list("ABCD"))
    p = [[0.1, 0.4, 0.3, 0.2], [0.7, 0.1, 0.1, 0.1], [0, 0, 0, 1]]
    sample = pd.DataFrame({"Id": ["11", "12", "13"], "Label": "A B C"})
    found = written(competition, dataset, p, sample)
    assert found["Label"].tolist() == ["B C D", "A B C", "D A B"]
    for cell in ("B B", "A B C D", "", "Z"):
        with pytest.raises(SubmissionError, match="must hold at most 3 different labels"):
            check(competition, dataset, found.assign(Id=sample["Id"], Label=["A", "B", cell]), sample)


def test_all_labels_of_a_row_in_one_cell():
    competition = make_competition(metric="f1_samples", submission=label_set())
    found = written(
        competition,
        LABELS,
        [[0.9, 0.8], [0.1, 0.6], [0.2, 0.3]],
        {"Id": ["11", "12", "13"], "Label": "toxic"},
    )
    assert found["Label"].tolist() == ["toxic threat", "threat", "threat"]


def test_several_rows_for_one_test_row():
    competition = make_competition(
        metric="mean_roc_auc",
        submission=row_for_each("{id}{number:02}", first=1),
        target_column="Probability",
    )
    dataset = replace(LABELS, test_ids=np.array([1, 2, 3]))
    sample = {"Id": ["201", "101", "102", "202", "301", "302"], "Probability": 0}
    p = np.array([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]])
    found = written(competition, dataset, p, sample)
    assert found["Id"].tolist() == [201, 101, 102, 202, 301, 302]
    assert found["Probability"].tolist() == [0.3, 0.1, 0.2, 0.4, 0.5, 0.6]
    with pytest.raises(CompetitionError, match="must make another id for each row, got 1 repeated"):
        row_for_each("{id}{number}").row_ids(Multilabel([str(i) for i in range(11)]), np.array([1, 11]))


def test_an_id_in_two_columns_and_columns_that_are_neither_stay(tmp_path):
    competition = make_competition(id_column=("store", "day"), target_column="kind")
    dataset = make_dataset([0, 1], classes=["a", "b"], test_ids=np.array(["1,mon", "1,tue", "2,mon"]))
    (tmp_path / "sample_submission.csv").write_text("kind,store,note,day\na,2,x,mon\na,1,y,mon\na,1,z,tue\n")
    sample = read_sample(competition, dataset, tmp_path)
    frame = build(competition, dataset, make_predictions([[0.9, 0.1], [0.2, 0.8], [0.1, 0.9]]), sample)
    assert to_csv(frame).decode() == "kind,store,note,day\nb,2,x,mon\na,1,y,mon\nb,1,z,tue\n"


def test_ids_stay_as_the_sample_writes_them_to_the_last_digit(tmp_path):
    competition = make_competition()
    ids = [1234567890123456789, 1234567890123456790, 1234567890123456791]
    dataset = make_dataset([0, 1], classes=["a", "b"], test_ids=np.array(ids))
    lines = [f"{test_id},a" for test_id in ids]
    (tmp_path / "sample_submission.csv").write_text("Id,Label\n" + "\n".join(lines) + "\n")
    sample = read_sample(competition, dataset, tmp_path)
    frame = build(competition, dataset, make_predictions([[0.9, 0.1], [0.2, 0.8], [0.9, 0.1]]), sample)
    assert to_csv(frame).decode().splitlines()[2] == "1234567890123456790,b"


def test_a_sample_without_one_of_the_columns_is_refused(tmp_path):
    (tmp_path / "sample_submission.csv").write_text("id,MWS,EAP\n11,0,0\n")
    with pytest.raises(DataError, match=r"must have the column \['HPL'\]"):
        read_sample(LOSS, AUTHORS, tmp_path)


@pytest.mark.parametrize(
    ("changes", "dataset", "message"),
    [
        ({}, AUTHORS, "'log_loss' needs probabilities, got a submission of one answer for each row"),
        ({"metric": "roc_auc"}, make_dataset([0, 1]), r"needs ranking, .* declare submission=probability"),
        ({"metric": "map@3"}, AUTHORS, r"'map@3' needs top labels, .*top\(k\)"),
        (
            {"metric": "accuracy", "submission": columns("EAP", "HPL", "MWS")},
            AUTHORS,
            r"declare .*answer\(\)",
        ),
        ({"metric": "rmse", "submission": probability()}, AUTHORS, "'rmse' needs numbers"),
        ({"submission": probability()}, AUTHORS, "must be of another task, got classification with 3"),
        ({"submission": probability("x")}, make_dataset([0, 1]), r"probability\('x'\) must name one of"),
        ({"submission": columns("EAP", "HPL", "Mary")}, AUTHORS, "submission columns must be one for each"),
        ({"metric": "mean_rmse"}, PRICES, r"must be of another task, got regression .*columns\(\.\.\.\)"),
        ({"metric": "map@2", "submission": top(2)}, make_dataset([0, 1], classes=["a b", "c"]), "no space"),
    ],
)
def test_what_the_metric_needs_and_the_file_holds_must_agree(changes, dataset, message):
    competition = make_competition(**{"metric": "log_loss", **changes})
    with pytest.raises(CompetitionError, match=message) as caught:
        require_agreement(competition, dataset)
    assert len(str(caught.value)) <= 300
