"""The rows that an entry gets most wrong, or is least sure of."""

import numpy as np
import pandas as pd

from podium.data.images import ImageFiles
from podium.pipeline import error_analysis
from podium.pipeline.error_analysis import find_mislabelled, random_rows, worst_rows, write_worst_rows
from podium.storage.store import Store
from support.makers import make_dataset, make_predictions

OOF = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.5, 0.5]])
TEST = np.array([[0.9, 0.1], [0.45, 0.55], [0.3, 0.7]])
CLASSES = np.array(["cat", "dog"])


def cats_and_dogs(X, X_test):
    dataset = make_dataset([0, 0, 1, 1], X=X, X_test=X_test, classes=CLASSES)
    return dataset, make_predictions(OOF, test=TEST)


def test_the_worst_come_first_with_what_was_predicted_and_what_is_true():
    X = pd.DataFrame({"text": list("abcd"), "more": 0})
    found = worst_rows(*cats_and_dogs(X, X[:3]))
    train, test = found[found["part"] == "train"], found[found["part"] == "test"]
    assert train["what"].tolist() == ["b", "c", "d", "a"]
    assert train["label"].tolist() == ["cat", "dog", "dog", "cat"]
    assert train["predicted"].tolist() == ["dog", "cat", "cat", "cat"]
    assert train["probability"].tolist() == [0.2, 0.4, 0.5, 0.9]
    assert test["row"].tolist() == [1, 2, 0]
    assert test["predicted"].tolist() == ["dog", "dog", "cat"]
    assert test["probability"].tolist() == [0.55, 0.7, 0.9]
    assert test["label"].isna().all()


def test_answers_at_random_are_those_of_their_rows(monkeypatch):
    monkeypatch.setattr(error_analysis, "MOST_ROWS", 2)
    X = pd.DataFrame({"text": list("abcd"), "more": 0})
    found = random_rows(*cats_and_dogs(X, X[:3]))
    rows = found["row"].tolist()
    assert rows == sorted(set(rows))
    assert len(rows) == 2
    assert found["what"].tolist() == ["abc"[row] for row in rows]
    assert found["predicted"].tolist() == CLASSES[TEST[rows].argmax(axis=1)].tolist()
    assert found["probability"].tolist() == TEST[rows].max(axis=1).tolist()


def test_photos_are_named_and_tables_shown_by_their_first_columns(tmp_path):
    paths = [tmp_path / "pets" / f"{n}.png" for n in range(4)]
    dataset, predictions = cats_and_dogs(ImageFiles(paths), ImageFiles(paths[:3]))
    write_worst_rows(Store(tmp_path), dataset, predictions, np.arange(len(paths)))
    assert pd.read_csv(tmp_path / "worst-rows.csv")["what"].tolist()[:2] == ["pets/1.png", "pets/2.png"]
    table = pd.DataFrame({"rooms": range(4), "garden": True})
    assert worst_rows(*cats_and_dogs(table, table[:3]))["what"][0] == "rooms 1, garden True"


def test_a_label_is_doubted_where_another_class_is_as_likely_as_its_own_rows_have_it():
    # The cats' own rows have .7 for cat in the mean, the dogs' .6 for dog.
    oof = [[0.9, 0.1], [0.8, 0.2], [0.4, 0.6], [0.3, 0.7], [0.6, 0.4], [0.3, 0.7]]
    dataset = make_dataset([0, 0, 0, 1, 1, 1], classes=CLASSES)
    found, _ = find_mislabelled(dataset, make_predictions(oof), 20)
    assert found.drop(columns="what").to_dict("records") == [
        {"row": 2, "label": "cat", "likely": "dog", "probability": 0.4}
    ]


def test_the_clearest_mislabelled_row_comes_first_and_a_class_without_rows_is_never_likely():
    oof = [[0.2, 0.7, 0.1], [0.1, 0.9, 0.0], [0.0, 0.3, 0.7], [0.9, 0.1, 0.0]]
    dataset = make_dataset([0, 0, 1, 0], classes=np.array(["cat", "dog", "eel"]))
    found, count = find_mislabelled(dataset, make_predictions(oof), 1)
    assert found["row"].tolist() == [1]
    assert count == 2


def test_of_numbers_the_largest_errors_come_first():
    dataset = make_dataset([10, 20, 30], classes=None)
    found = worst_rows(dataset, make_predictions([[11], [15], [33.5]]))
    assert found["row"].tolist() == [1, 2, 0]
    assert found["predicted"].tolist() == [15, 33.5, 11]
    assert found["label"].tolist() == [20, 30, 10]
    assert found["error"].tolist() == [-5, 3.5, 1]
