"""Each transformer of tables learns what it should of the training rows, and nothing of a row's own label."""

import numpy as np
import pandas as pd
import pytest

from podium.data.multimodal import MultimodalRows
from podium.data.task import Classification, Regression
from podium.models.tabular.columns import for_linear_models, for_trees
from podium.models.tabular.encoders import CellParts, OtherRows, TargetMeans
from podium.models.text.summary import TextSummary

CLASSES = Classification(np.array([0, 1]))


def test_cell_parts_stand_beside_the_column():
    frame = pd.DataFrame({"cabin": [f"{d}/{n}/P" for d in "AB" for n in range(30)], "age": 1.0})
    found = CellParts().fit(frame).transform(frame.head(1))
    assert found.columns.tolist() == ["cabin", "age", "cabin part 1", "cabin part 2", "cabin part 3"]


def test_a_training_row_does_not_count_itself():
    frame = pd.DataFrame({"town": ["a", "a", "a", "b", None]})
    encoder = OtherRows()
    assert np.expm1(encoder.fit_transform(frame)).iloc[:, 0].round(6).tolist() == [2, 2, 2, 0, 0]
    new = pd.DataFrame({"town": ["a", "b", "unknown", None]})
    assert np.expm1(encoder.transform(new)).iloc[:, 0].round(6).tolist() == [3, 1, 0, 0]


def test_target_means_say_nothing_of_a_rows_own_label():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"key": [f"row {n}" for n in range(400)]})
    y = rng.integers(2, size=400)
    means = TargetMeans(random_state=0).fit_transform(frame, y).iloc[:, 0]
    assert abs(np.corrcoef(means, y)[0, 1]) < 0.15


def test_target_means_follow_the_target_and_shrink_rare_categories():
    frame = pd.DataFrame({"town": ["a"] * 50 + ["b"] * 50 + ["rare"]})
    y = np.array([1.0] * 50 + [0.0] * 50 + [5.0])
    encoder = TargetMeans("continuous", random_state=0)
    encoder.fit(frame, y)
    a, b, rare, unknown = encoder.transform(pd.DataFrame({"town": ["a", "b", "rare", "new"]})).iloc[:, 0]
    assert a > 0.9
    assert b < 0.1
    assert rare < 5
    assert unknown == pytest.approx(y.mean())


@pytest.mark.parametrize("y", [np.arange(60), np.zeros(60), np.ones((60, 2))], ids=["many", "one", "several"])
def test_targets_that_cannot_be_encoded_give_no_columns(y):
    frame = pd.DataFrame({"town": ["a", "b"] * 30})
    encoder = TargetMeans()
    assert encoder.fit_transform(frame, y).shape == (60, 0)
    assert encoder.transform(frame).shape == (60, 0)


def test_texts_are_summed_up_by_lengths_and_topics():
    texts = pd.DataFrame({"text": ["The cat sat. It purred!", "DOGS bark", "a cat, a dog", ""] * 5})
    found = TextSummary().fit(texts).transform(texts.head(4))
    assert found["words of text"].tolist() == [5, 2, 4, 0]
    assert found["sentences of text"].tolist() == [2, 0, 0, 0]
    assert found["capitals of text"].tolist() == [2, 4, 0, 0]
    assert found.filter(like="topic").shape[1] > 0
    assert np.isfinite(found.to_numpy()).all()


@pytest.mark.parametrize("steps", [for_trees, for_linear_models])
@pytest.mark.parametrize("task", [CLASSES, Regression()], ids=["classes", "numbers"])
def test_texts_beside_a_table_are_columns_of_it(steps, task):
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"x": rng.normal(size=80), "town": rng.choice(list("abcdefghijklmnop"), 80)})
    text = pd.DataFrame({"text": rng.choice(["a cat", "the dog barks", "some fish swim"], 80)})
    y = np.arange(80) % 2
    alone = steps(task).fit_transform(table, y)
    both = steps(task).fit_transform(MultimodalRows({"table": table, "text": text}), y)
    assert both.shape[0] == alone.shape[0] == 80
    assert both.shape[1] > alone.shape[1] + 5
