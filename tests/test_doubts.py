"""The rows that an entry gets most wrong, or is least sure of."""

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from makers import make_dataset, make_predictions
from podium.doubts import find_doubts, write_doubts
from podium.images import ImageFiles
from podium.store import Store

OOF = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.5, 0.5]])
TEST = np.array([[0.9, 0.1], [0.45, 0.55], [0.3, 0.7]])
CLASSES = np.array(["cat", "dog"])


def doubts_of(X, X_test):
    dataset = make_dataset([0, 0, 1, 1], X=X, X_test=X_test, classes=CLASSES)
    return dataset, make_predictions(OOF, test=TEST)


def test_the_worst_come_first_with_what_was_said_and_what_is_true():
    X = pd.DataFrame({"text": list("abcd"), "more": 0})
    found = find_doubts(*doubts_of(X, X[:3]))
    train, test = found[found["part"] == "train"], found[found["part"] == "test"]
    assert train["what"].tolist() == ["b", "c", "d", "a"]
    assert train["label"].tolist() == ["cat", "dog", "dog", "cat"]
    assert train["said"].tolist() == ["dog", "cat", "cat", "cat"]
    assert train["probability"].tolist() == [0.2, 0.4, 0.5, 0.9]
    assert test["row"].tolist() == [1, 2, 0]
    assert test["said"].tolist() == ["dog", "dog", "cat"]
    assert test["probability"].tolist() == [0.55, 0.7, 0.9]
    assert test["label"].isna().all()


def test_of_photos_there_is_a_sheet(tmp_path):
    paths = [tmp_path / "pets" / f"{n}.png" for n in range(4)]
    (tmp_path / "pets").mkdir()
    for number, path in enumerate(paths):
        Image.new("RGB", (30, 20), (60 * number, 0, 200)).save(path)
    store = Store(tmp_path / "store")
    write_doubts(store, *doubts_of(ImageFiles(paths), ImageFiles(paths[:3], blank=[1])))
    listed = pd.read_csv(store.root / "doubtful.csv")
    assert listed["what"].tolist()[:2] == ["pets/1.png", "pets/2.png"]
    sheet = Image.open(io.BytesIO((store.root / "doubtful.png").read_bytes()))
    assert sheet.getpixel((80, 80)) == pytest.approx((60, 0, 200))
    assert sheet.getpixel((240, 80)) == pytest.approx((120, 0, 200))


def test_of_numbers_the_largest_errors_come_first():
    dataset = make_dataset([10, 20, 30], classes=None)
    found = find_doubts(dataset, make_predictions([[11], [15], [33.5]]))
    assert found["row"].tolist() == [1, 2, 0]
    assert found["said"].tolist() == [15, 33.5, 11]
    assert found["label"].tolist() == [20, 30, 10]
    assert found["error"].tolist() == [-5, 3.5, 1]
