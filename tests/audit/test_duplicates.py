"""Copies of rows: within the training rows, with other labels, among the test rows."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from podium.audit import audit
from support.audit_data import TEXTS, M, N, coin, copies, dataset_of, kinds, of_files, rng
from support.makers import make_dataset, smooth_photo


def texts_of(*texts):
    return pd.DataFrame({"text": texts})


def text_dataset(y, texts, test, **changes):
    X, X_test = texts_of(*texts), texts_of(*test)
    return make_dataset(y, X=X, X_test=X_test, test_ids=np.arange(len(test)), **changes)


def test_texts_are_copies_verbatim_and_normalised():
    again = [TEXTS[0], f"{TEXTS[1].upper()} http://t.co/x"]
    new = "Something else entirely this is"
    test = [TEXTS[2] + "  ", new, new, new.upper()]
    dataset = text_dataset([0, 1, 0, 0, 1], [*TEXTS, *again], test)
    within, in_test, in_itself = copies(dataset)
    assert within.summary.startswith(
        "4 training texts in 2 sets are copies of each other, 2 in 1 set verbatim; folds may split them"
    )
    assert within.examples[0] == f"data rows [1, 4], targets [0]: {TEXTS[0]} = {TEXTS[0]}"
    assert in_test.summary.startswith("1 of 4 test texts also occur in the training set, 0 verbatim")
    assert in_itself.summary == "3 test texts in 1 set are copies of each other, 2 in 1 set verbatim"
    assert kinds([within, in_test, in_itself]) == [("duplicates", alarm) for alarm in (True, True, False)]


def test_copies_that_groups_keep_together_are_no_alarm():
    texts = [*TEXTS, TEXTS[0], TEXTS[1]]
    kept, parted = (
        copies(text_dataset([0, 1, 0, 0, 1], texts, ["Something else entirely this is"], groups=np.array(g)))
        for g in ([7, 8, 9, 7, 8], [7, 8, 9, 7, 5])
    )
    assert kinds(kept) == [("duplicates", False)]
    assert "keep them together" in kept[0].summary
    assert kinds(parted) == [("duplicates", True)]
    assert "folds may split 2 of them in 1 set" in parted[0].summary


def test_copies_with_other_labels_are_conflicts():
    dataset = text_dataset([0, 1, 0, 1], [*TEXTS, TEXTS[0]], ["Something else entirely this is"])
    conflict, _ = copies(dataset)
    assert kinds([conflict]) == [("conflicts", True)]
    assert conflict.summary.startswith(
        "2 training texts in 1 set have other labels than their copies, 2 in 1 set verbatim; correct them"
    )
    numbers = text_dataset(
        [0, 1, 0, 1], [*TEXTS, TEXTS[0]], ["Something else entirely this is"], classes=None
    )
    assert not copies(numbers)[0].is_alarm


def test_rows_of_arrays_and_tables_are_compared_by_value():
    pixels = rng().integers(0, 255, (60, 4, 4, 1), dtype=np.uint8)
    pixels[59] = pixels[0]
    tables = [pixels, pixels.reshape(60, 16).astype(float), pd.DataFrame(pixels.reshape(60, 16))]
    for X in tables:
        test = X[1:3] if isinstance(X, np.ndarray) else X.iloc[1:3]
        dataset = make_dataset(coin(60), X=X, X_test=test, test_ids=np.arange(2))
        summaries = [finding.summary for finding in copies(dataset)]
        assert any(
            s.startswith("2 training rows in 1 set are copies of each other, 2 in 1") for s in summaries
        )
        assert any(s.startswith("2 of 2 test rows also occur in the training set, 2") for s in summaries)


@pytest.mark.parametrize(
    "X", [np.array([*TEXTS, TEXTS[0]]), np.array([*TEXTS, TEXTS[0]], dtype=object)[:, None]]
)
def test_arrays_of_texts_are_compared_as_tables(X):
    (within, in_test) = copies(make_dataset([0, 1, 0, 0], X=X, X_test=X[1:2], test_ids=[0]))
    assert within.summary.startswith(
        "2 training texts in 1 set are copies of each other, 2 in 1 set verbatim"
    )
    assert in_test.summary.startswith("1 of 1 test texts also occur in the training set, 1 verbatim")


def test_empty_cells_do_not_make_prose_a_name():
    X = pd.DataFrame({"text": [TEXTS[0], TEXTS[0], TEXTS[1], *[""] * 9], "number": np.arange(12.0)})
    findings = copies(make_dataset(coin(12), X=X, X_test=X[:0], test_ids=[]))
    assert all("training texts" in finding.summary for finding in findings)
    assert findings


def test_equal_rows_of_columns_with_few_values_are_chance():
    X = pd.DataFrame({"class": rng().integers(1, 4, N), "sex": rng(1).choice(["f", "m"], N)})
    (finding,) = copies(dataset_of(X=X, X_test=X[:M]))
    assert not finding.is_alarm
    assert "no more than chance explains" in finding.summary


@pytest.fixture
def photos(tmp_path):
    """Ten photos: of the first a copy and a smaller JPEG, of the second a copy; and two blank ones."""
    for number in range(10):
        smooth_photo(number, size=(80, 60)).save(tmp_path / f"{number}.png")
    (tmp_path / "copy-of-0.png").write_bytes((tmp_path / "0.png").read_bytes())
    (tmp_path / "copy-of-1.png").write_bytes((tmp_path / "1.png").read_bytes())
    smooth_photo(0, size=(80, 60)).resize((60, 44)).save(tmp_path / "smaller-0.jpg", quality=85)
    for colour in ("white", "black"):
        Image.new("RGB", (50, 50), colour).save(tmp_path / f"{colour}.png")
    return tmp_path


def test_images_are_copies_by_their_bytes_and_by_their_looks(photos):
    names = [*(f"{n}.png" for n in range(8)), "copy-of-0.png", "smaller-0.jpg", "white.png", "black.png"]
    dataset = of_files(photos, names, ["copy-of-1.png", "9.png"], np.array([0, 1] * 4 + [1, 0, 1, 1]))
    conflict, within, in_test = copies(dataset)
    assert conflict.summary.startswith("3 training images in 1 set have other labels")
    assert "0.png" in conflict.examples[0]
    assert within.summary.startswith(
        "3 training images in 1 set are copies of each other, 2 in 1 set byte for byte"
    )
    assert in_test.summary.startswith("1 of 2 test images also occur in the training set, 1 byte for byte")
    assert "copy-of-1.png" in in_test.examples[0]


def test_images_without_test_rows_are_audited(photos):
    dataset = of_files(photos, [f"{number}.png" for number in range(8)], [], np.arange(8) % 2)
    assert [finding.kind for finding in audit(dataset)] == ["balance"]


def test_broken_images_are_an_alarm_and_the_rest_is_looked_at(photos):
    (photos / "2.png").write_bytes(b"broken")
    names = [*(f"{n}.png" for n in range(8)), "copy-of-0.png"]
    alarms = [f for f in audit(of_files(photos, names, ["9.png"], np.arange(9) % 2)) if f.is_alarm]
    assert [f.kind for f in alarms] == ["files", "duplicates"]
    assert "2.png must be decoded as an image" in alarms[0].examples[0]
