"""What `podium new` says of the target and of the submission's format, and what it asks back."""

import numpy as np
import pandas as pd
import pytest

from podium.errors import CompetitionError, DataError
from podium.metrics import METRICS, get_metric
from podium.pipeline.folds import make_folds
from podium.scaffold.create import METRICS_AT_KAGGLE
from podium.scaffold.target import Asked
from support.scaffolded import M, N, made, written_as_a_person_would


def test_a_sample_of_fractions_asks_for_the_probability_of_the_positive_class(empty):
    competition, dataset, said = made(empty, {"y": np.arange(N) % 2}, {"y": 0.5})
    assert competition.metric == "roc_auc"
    assert "metric roc_auc, a guess (--metric names another)" in said
    assert "the positive class is 1 (--positive names another)" in said
    assert competition.submission.label == 1
    written_as_a_person_would(empty)
    assert dataset.task.classes.tolist() == [0, 1]


def test_with_the_area_as_metric_a_sample_of_zeros_is_of_probabilities_all_the_same(empty):
    competition, _, said = made(empty, {"y": np.arange(N) % 2}, {"y": 0}, Asked("roc_auc"))
    assert competition.submission.name == "the probability of one class"
    assert "a guess" not in said.partition("positive")[0]


@pytest.mark.parametrize("metric", ["f1", "average_precision", "roc_auc"])
def test_which_class_is_positive_is_asked_where_nothing_says_it(empty, metric):
    labels = np.array(["attack", "normal"])[np.arange(N) % 2]
    with pytest.raises(CompetitionError, match=r"which one is positive; name it: --positive attack or --pos"):
        made(empty, {"y": labels}, {"y": "normal"}, Asked(metric))
    competition, dataset, said = made(empty, {"y": labels}, {"y": "normal"}, Asked(metric, "attack"))
    assert dataset.task.classes.tolist() == ["normal", "attack"]
    assert "the positive class is 'attack'" in said
    assert competition.metric == metric


def test_a_positive_class_that_is_none_is_refused(empty):
    with pytest.raises(CompetitionError, match=r"--positive must be one of \['no', 'yes'\], got 'maybe'"):
        made(empty, {"y": np.array(["no", "yes"])[np.arange(N) % 2]}, {"y": 0.5}, Asked("", "maybe"))


def test_a_column_for_each_class_keeps_its_prefix_and_the_order_of_the_sample(empty):
    labels = np.array(["C", "CL", "D"])[np.arange(N) % 3]
    sample = {"Status_D": 0.3, "Status_C": 0.3, "Status_CL": 0.3}
    competition, dataset, said = made(empty, {"Status": labels}, sample)
    assert competition.metric == "log_loss"
    assert competition.submission.prefix == "Status_"
    assert dataset.task.classes.tolist() == ["C", "CL", "D"]
    assert "called Status_<class>" in said
    written_as_a_person_would(empty)


def test_a_column_for_each_class_of_numbers(empty):
    competition, dataset, _ = made(empty, {"kind": np.arange(N) % 3}, {"0": 0.3, "1": 0.3, "2": 0.3})
    assert set(competition.submission.names) == {"0", "1", "2"}
    assert dataset.task.classes.tolist() == [0, 1, 2]


def test_several_columns_of_ones_and_zeros_are_labels(empty):
    train = {"toxic": np.arange(N) % 2, "threat": np.arange(N) % 3 // 2}
    competition, dataset, said = made(empty, train, {"toxic": 0.5, "threat": 0.5})
    assert dataset.task.kind == "multilabel"
    assert competition.metric == "mean_roc_auc"
    assert "labels of ones and zeros, metric mean_roc_auc, a guess" in said
    assert dataset.y.shape == (N, 2)
    written_as_a_person_would(empty)


def test_several_columns_of_numbers_are_judged_by_a_mean_over_them(empty):
    train = {"e": np.linspace(0, 1, N), "g": np.linspace(1, 3, N)}
    competition, dataset, said = made(empty, train, {"e": 0.0, "g": 0.0}, Asked("rmsle"))
    assert dataset.task.names == ["e", "g"]
    assert competition.metric == "mean_rmsle"
    assert "the mean over them" in said
    assert competition.roster["table-ridge"] == {"log": True}


def test_columns_that_are_neither_targets_nor_classes_are_refused(empty):
    with pytest.raises(
        DataError, match=r"must hold the sample submission's columns \['a', 'b'\], or a column"
    ):
        made(empty, {"y": np.arange(N) % 3}, {"a": 0, "b": 0})


def test_texts_are_read_beside_the_other_columns(empty):
    texts = np.array([f"the story of number {row} in four words" for row in range(N + M)])
    train, test = {"y": np.arange(N) % 2, "story": texts[:N]}, {"story": texts[N:]}
    competition, dataset, said = made(empty, train, {"y": 0}, test=test)
    assert "texts in 'story'" in said
    assert dataset.X.parts["text"]["text"].tolist() == texts[:N].tolist()
    assert list(dataset.X.parts["table"]) == ["x"]
    assert {"text-logistic-regression", "table-ridge"} <= set(competition.roster)
    written_as_a_person_would(empty)


def test_texts_may_be_all_that_there_is(empty):
    texts = [f"the story of number {row} in four words" for row in range(N + M)]
    train, test = {"y": np.arange(N) / 7, "story": texts[:N]}, {"story": texts[N:]}
    competition, dataset, _ = made(empty, train, {"y": 0.0}, test=test, numbers=False)
    assert list(dataset.X) == ["text"]
    on_words = {"text-ridge", "text-sgd", "text-xgboost", "text-knn"}
    assert set(competition.roster) == {"constant", *on_words, "text-embeddings"}
    written_as_a_person_would(empty)


def hours(starts):
    return pd.DatetimeIndex(np.concatenate([pd.date_range(s, periods=20, freq="8h") for s in starts]))


def test_an_id_that_is_a_later_date_is_a_feature_and_folds_follow_time(empty):
    ids = hours(["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"]).strftime("%Y-%m-%d %H:%M:%S")
    competition, dataset, said = made(empty, {"y": np.linspace(0, 1, N)}, {"y": 0.0}, ids=ids)
    assert "the id 'id' is a date, and a feature; all test rows are later" in said
    assert dataset.X["id"].dtype.kind == "M"
    written_as_a_person_would(empty)
    folds = make_folds(dataset, competition.folds)
    assert all(dataset.times[fold.train].max() < dataset.times[fold.valid].min() for fold in folds)


def test_whole_weeks_are_scored_together_where_test_dates_lie_between(empty):
    ids = hours(["2026-01-01", "2026-03-01", "2026-04-01", "2026-02-01"]).strftime("%Y-%m-%d %H:%M:%S")
    competition, dataset, said = made(empty, {"y": np.linspace(0, 1, N)}, {"y": 0.0}, ids=ids)
    assert "test rows lie between the training rows" in said
    written_as_a_person_would(empty)
    weeks = dataset.X["id"].dt.strftime("%G-%V").to_numpy()
    for fold in make_folds(dataset, competition.folds):
        assert not set(weeks[fold.train]) & set(weeks[fold.valid])


def test_kaggle_s_metrics_are_all_known():
    for name in set(METRICS_AT_KAGGLE.values()):
        assert get_metric(name).name == name
    assert len(set(METRICS_AT_KAGGLE.values()) & set(METRICS)) > 15


@pytest.mark.parametrize(
    "name", ['x"""+str(print(7))+"""', "price\\usd", "a\\N", "new\nline", "{braces}", "$sign"]
)
def test_names_in_the_files_stay_text(empty, name, capsys):
    competition, dataset, _ = made(empty, {name: np.arange(N) / 7}, {name: 0.0})
    assert competition.target_column == name
    assert dataset.y[7] == 1
    assert capsys.readouterr().out == ""


def test_labels_and_prefixes_stay_text(empty):
    labels = np.array(['a"b', "c\\d", "{e}"])[np.arange(N) % 3]
    sample = {f'p"{label}': 0.3 for label in ('a"b', "c\\d", "{e}")}
    competition, dataset, _ = made(empty, {"kind": labels}, sample)
    assert competition.submission.prefix == 'p"'
    assert sorted(dataset.task.names) == ['a"b', "c\\d", "{e}"]
