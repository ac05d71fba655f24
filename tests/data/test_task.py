"""What is to be predicted: each task's decisions on small targets."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.multioutput import MultiOutputClassifier
from sklearn.naive_bayes import GaussianNB

from podium.data.encoding import OneHot, Ranks
from podium.data.task import TASKS, Classification, Multilabel, Regression, encode_labels
from podium.errors import DataError, ModelError
from podium.metrics import METRICS
from support.makers import quick

PETS = Classification(np.array(["cat", "dog", "fish"]))
NAMED = Classification(np.array([0, 1]), ["no", "yes"])
TAGS = Multilabel(["calm", "rude", "spam"])
PRICE = Regression()

SETS = np.array([[1, 0, 0], [1, 1, 0], [0, 0, 0], [1, 0, 1], [1, 0, 0]])
NUMBERS = np.array([3.0, 1.0, 2.0, 10.0])


class Giving:
    """A fitted model that gives what it was made with."""

    def __init__(self, given):
        self.given = given

    def predict_proba(self, X):
        return self.given

    predict = predict_proba


@st.composite
def targets(draw):
    """A task and a target of it."""
    kind = draw(st.sampled_from(["classification", "multilabel", "regression"]))
    n = draw(st.integers(1, 20))
    k = draw(st.integers(1, 5))
    if kind == "classification":
        codes = st.integers(0, k - 1)
        return Classification(np.arange(k) * 3), draw(npst.arrays(np.int64, n, elements=codes))
    if kind == "multilabel":
        names = [f"label {number}" for number in range(k)]
        return Multilabel(names), draw(npst.arrays(np.int64, (n, k), elements=st.integers(0, 1)))
    return Regression(), draw(npst.arrays(np.float64, n, elements=st.floats(-1e9, 1e9)))


@quick
@given(targets())
def test_the_perfect_prediction_gives_the_labels_and_has_no_error(target):
    task, y = target
    task.validate(y)
    perfect = task.perfect(y)
    assert perfect.shape == (len(y), task.n_columns)
    assert np.array_equal(task.decide(perfect), task.labels(y))
    assert (task.errors(y, perfect) == 0).all()
    assert np.array_equal(task.likely(y, perfect), y)


@quick
@given(targets(), st.integers(0, 2**32 - 1))
def test_no_prediction_supports_the_truth_more_than_the_perfect_one(target, seed):
    task, y = target
    other = np.random.default_rng(seed).dirichlet(np.ones(task.n_columns), len(y))
    assert (task.support(y, task.perfect(y)) >= task.support(y, other)).all()
    assert task.support(y, other).shape == task.errors(y, other).shape == (len(y),)
    assert all(len(values) == len(y) for values in task.row_facts(y, other).values())


@quick
@given(targets(), st.integers(1, 9))
def test_strata_and_sample_targets_fit_the_rows(target, rows):
    task, y = target
    assert task.strata(y, 2).shape == (len(y),)
    for name, mask in task.strata_to_split(y):
        assert isinstance(name, str)
        assert mask.shape == (len(y),)
    sampled = task.sample_targets(y, rows)
    assert len(sampled) == rows
    task.validate(sampled)


@quick
@given(targets())
def test_the_table_of_answers_has_a_probability_for_each_name(target):
    task, y = target
    table = task.answer_table(task.perfect(y))
    assert list(table) == ["prediction", *(f"p({name})" for name in task.names)]
    assert len(table) == len(y)


# ---- classes


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.array([0.0, 1.0]), "one class code for each row, got float64 of shape"),
        (np.array([[0, 1]]), r"got int64 of shape \(1, 2\)"),
        (np.array([0, 3, -1, 3]), r"codes of 3 classes, got \[-1, 3\] in 3 rows; encode the labels"),
    ],
)
def test_what_are_no_codes_of_the_classes_is_refused(y, message):
    with pytest.raises(DataError, match=message):
        PETS.validate(y)


def test_class_names_must_name_each_class():
    with pytest.raises(DataError, match="class_names must name each of the 2 classes, got 1 names"):
        Classification(np.array([0, 1]), ["no"])


def test_answers_are_labels_and_their_names_are_those_that_people_use():
    predicted = np.array([[0.9, 0.1], [0.2, 0.8]])
    assert NAMED.decide(predicted).tolist() == [0, 1]
    assert NAMED.decide_names(predicted).tolist() == ["no", "yes"]
    assert NAMED.names == ["no", "yes"]
    assert PETS.decide_names(np.eye(3)).tolist() == PETS.names == ["cat", "dog", "fish"]
    assert NAMED.answer_table(predicted)["p(yes)"].tolist() == [0.1, 0.8]


def test_each_column_has_its_name_in_a_submission_and_its_rows():
    assert NAMED.submission_names == [str(label) for label in NAMED.classes]
    assert Multilabel(["wind", "rain"]).submission_names == ["wind", "rain"]
    assert Regression().submission_names == []
    assert NAMED.has_label(np.array([0, 1, 1]), 1).tolist() == [False, True, True]
    assert Multilabel(["wind", "rain"]).has_label(np.array([[1, 0], [1, 1]]), 1).tolist() == [False, True]
    assert Regression().has_label(np.array([3.5, 4]), 0).all()


def test_a_class_that_the_training_rows_lack_gets_probability_zero():
    y = np.array([0, 2, 2, 0])
    fitted_on, columns = PETS.fit_targets(y)
    assert (fitted_on.tolist(), columns.tolist()) == ([0, 1, 1, 0], [0, 2])
    X = np.array([[0.0], [5.0], [6.0], [1.0]])
    predicted = PETS.predict(GaussianNB().fit(X, fitted_on), X, columns, "nb")
    assert predicted.dtype == np.float32
    assert predicted.shape == (4, 3)
    assert (predicted[:, 1] == 0).all()
    assert PETS.decide(predicted).tolist() == ["cat", "fish", "fish", "cat"]


@pytest.mark.parametrize(
    ("task", "given"),
    [
        (PETS, np.ones((2, 2))),
        (PETS, np.array([[1, 0, np.nan], [1, 0, 0]])),
        (TAGS, np.ones((2, 2))),
        (TAGS, [np.ones((2, 2))] * 2),
        (TAGS, np.full((2, 3), np.inf)),
        (PRICE, np.ones((2, 1))),
        (PRICE, np.array([1, np.nan])),
    ],
)
def test_predictions_of_another_shape_or_that_are_not_finite_name_the_model(task, given):
    with pytest.raises(ModelError, match=r"model 'odd' must give .* look at its factory"):
        task.predict(Giving(given), np.zeros((2, 1)), np.arange(task.n_columns), "odd")


def test_ranks_are_the_most_probable_classes_and_the_first_of_equals():
    assert PETS.rank(np.array([0.2, 0.4, 0.4]), 2) == [(1, 0.4), (2, 0.4)]
    assert TAGS.rank(np.array([0.1, 0.9, 0.8]), 1) == [(1, 0.9)]
    assert PRICE.rank(np.array([3.0]), 2) == []


def test_certainty_is_that_of_the_answer():
    assert PETS.certainty(np.array([[0.2, 0.7, 0.1]])).tolist() == [0.7]
    assert TAGS.certainty(np.array([[0.0, 0.5, 1.0]])).tolist() == pytest.approx([2.5 / 3])
    assert PRICE.certainty(np.array([[3.0]])) is None


def test_a_confident_prediction_makes_another_class_likely():
    y = np.array([0, 0, 1, 1])
    predicted = np.array([[0.9, 0.1], [0.05, 0.95], [0.2, 0.8], [0.3, 0.7]])
    assert NAMED.likely(y, predicted).tolist() == [0, 1, 1, 1]


def test_balance_is_told_largest_class_first_and_of_many_classes_a_few():
    line = NAMED.describe(np.array([1, 1, 0, 1]))
    assert line == "2 classes in 4 rows; class yes: 75.0 %, class no: 25.0 %"
    many = Classification(np.arange(12))
    assert many.describe(np.arange(12)).endswith(", and 2 more")


def test_faults_of_labels_are_those_without_rows_and_those_that_differ_in_case():
    task = Classification(np.array(["Cat", "cat ", "dog"]))
    first, second = task.label_faults(np.array([0, 1, 1]))
    assert first.startswith("no training row has the label ['dog']")
    assert second == "the labels ['Cat', 'cat '] differ in case or white space only; make one of them"
    assert list(PETS.label_faults(np.arange(3))) == []


def test_a_part_of_the_rows_is_told_by_its_most_frequent_class():
    assert PETS.describe_part(np.array([1, 1, 0, 1]), np.arange(3)) == "class dog: 75.0 %, of all rows 33.3 %"


def test_strange_answers_are_those_that_are_no_label():
    assert PETS.strange_answers(pd.Series(["cat", "cow", "dog"])).tolist() == ["cow"]
    assert PETS.expected_answers == "labels of ['cat', 'dog', 'fish']"
    assert TAGS.strange_answers(pd.Series([0, 1, 2])).tolist() == [2]
    assert PRICE.strange_answers(pd.Series(["1.5", "x", "inf"])).tolist() == ["x", "inf"]


def test_samples_have_every_class_and_every_label_and_known_numbers_in_turn():
    assert PETS.sample_targets(np.array([0]), 5).tolist() == [0, 1, 2, 0, 1]
    assert TAGS.sample_targets(SETS, 4).tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]]
    assert PRICE.sample_targets(NUMBERS, 6).tolist() == [3, 1, 2, 10, 3, 1]


def test_only_classes_can_be_balanced():
    assert PETS.class_codes(np.array([0, 2])).tolist() == [0, 2]
    for task, y in ((TAGS, SETS), (PRICE, NUMBERS)):
        with pytest.raises(ModelError, match="leave `balance` out"):
            task.class_codes(y)


def test_the_audit_s_columns_are_one_of_each_class_or_one_of_ranks():
    assert isinstance(PETS.encode(np.arange(3)), OneHot)
    assert np.array_equal(PETS.encode(np.arange(3)).values, np.eye(3))
    assert isinstance(PRICE.encode(NUMBERS), Ranks)
    assert PRICE.encode(NUMBERS).values[:, 0].tolist() == [0.75, 0.25, 0.5, 1.0]
    assert TAGS.encode(SETS).values.shape == (5, 1)
    assert TAGS.encode(SETS).values.argmin() == 2


# ---- several labels


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.array([0, 1]), r"a column for each of the 3 labels, got shape \(2,\)"),
        (np.zeros((2, 2)), r"got shape \(2, 2\)"),
        (np.array([[0, 1, 2], [0, 1, -1]]), r"zeros and ones .* got \[-1, 2\] in 2 cells; encode the labels"),
        (np.array([[0, 1, np.nan]]), r"got \[nan\] in 1 cells"),
    ],
)
def test_what_is_no_set_of_labels_is_refused(y, message):
    with pytest.raises(DataError, match=message):
        TAGS.validate(y)


def test_rows_are_spread_by_their_rarest_label():
    strata = TAGS.strata(SETS, 2)
    assert strata.tolist() == [0, 1, 3, 2, 0]
    masks = dict(TAGS.strata_to_split(SETS))
    assert masks["label 'spam'"].tolist() == [False, False, False, True, False]
    assert len(masks) == 3


def test_a_rare_label_among_many_rows_has_a_stratum_of_its_own():
    y = np.zeros((100, 3), dtype=int)
    y[:, 0] = 1
    y[:40, 1] = 1
    y[[5, 60], 2] = 1
    strata = TAGS.strata(y, 2)
    assert np.flatnonzero(strata == 2).tolist() == [5, 60]
    assert (strata[6:40] == 1).all()


X = np.random.default_rng(0).normal(size=(5, 4))


@pytest.mark.parametrize(
    "model",
    [
        RandomForestClassifier(5, random_state=0),
        MultiOutputClassifier(LogisticRegression()),
    ],
    ids=["a list of arrays", "a list of arrays, one model a label"],
)
def test_probabilities_of_yes_are_read_from_a_list(model):
    predicted = TAGS.predict(model.fit(X, SETS[:, :3]), X, np.arange(3), "forest")
    expected = np.column_stack([one[:, 1] for one in model.predict_proba(X)])
    assert predicted == pytest.approx(expected.astype(np.float32))


def test_probabilities_are_read_from_one_array():
    given = np.random.default_rng(0).random((5, 3))
    assert TAGS.predict(Giving(given), X, np.arange(3), "net") == pytest.approx(given)


def test_a_label_that_the_training_rows_lack_gets_probability_zero():
    y = np.array([[1, 0, 0], [1, 0, 1], [1, 0, 0], [1, 0, 1], [1, 0, 0]])
    fitted_on, columns = TAGS.fit_targets(y)
    assert columns.tolist() == [0, 2]
    model = RandomForestClassifier(5, random_state=0).fit(X, fitted_on)
    predicted = TAGS.predict(model, X, columns, "forest")
    assert predicted.shape == (5, 3)
    assert (predicted[:, 1] == 0).all()
    assert (predicted[:, 0] == 1).all()  # every training row has it


def test_the_only_label_may_come_as_no_and_yes():
    task = Multilabel(["spam"])
    fitted_on, columns = task.fit_targets(SETS[:, 2:])
    model = RandomForestClassifier(5, random_state=0).fit(X, fitted_on.ravel())
    predicted = task.predict(model, X, columns, "forest")
    assert predicted[:, 0] == pytest.approx(model.predict_proba(X)[:, 1])


def test_labels_are_answered_from_one_half_and_named_in_the_table():
    predicted = np.array([[0.5, 0.49, 0.9], [0.1, 0.2, 0.3]])
    assert TAGS.decide(predicted).tolist() == [[1, 0, 1], [0, 0, 0]]
    assert TAGS.answer_table(predicted)["prediction"].tolist() == ["calm, spam", ""]


def test_the_support_of_labels_is_the_mean_probability_of_what_is_so():
    y = np.array([[1, 0, 0]])
    predicted = np.array([[0.7, 0.1, 0.3]], dtype=np.float32)
    assert TAGS.errors(y, predicted) == pytest.approx((0.3 + 0.1 + 0.3) / 3)
    assert TAGS.support(y, predicted) == pytest.approx(1 - (0.3 + 0.1 + 0.3) / 3)
    assert TAGS.row_facts(y, predicted)["probability"] == pytest.approx([0.76667])


def test_labels_are_told_with_their_shares():
    assert TAGS.describe(SETS) == "3 labels in 5 rows: calm 80.0 %, rude 20.0 %, spam 20.0 %"
    assert TAGS.describe_part(SETS[:2], SETS) == "1.5 labels in the mean, of all rows 1.2"
    (fault,) = TAGS.label_faults(SETS * [1, 1, 0])
    assert fault.startswith("no training row has the label ['spam']")
    assert Multilabel([f"l{i}" for i in range(12)]).describe(np.ones((2, 12))).endswith(", and 2 more")


def test_the_names_of_labels_count_in_the_id_of_a_data_set():
    assert TAGS.key != Multilabel(["calm", "rude", "scam"]).key
    assert PRICE.key is None


# ---- numbers


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (
            np.zeros((2, 1)),
            r"y must hold numbers of shape \(2,\), got float64 of shape \(2, 1\); name several",
        ),
        (np.array([1.5, np.inf, np.nan]), "y must hold finite numbers .* got 2 that are not"),
    ],
)
def test_what_are_no_numbers_is_refused(y, message):
    with pytest.raises(DataError, match=message):
        PRICE.validate(y)


def test_strata_of_numbers_are_equal_parts_of_the_sorted_rows():
    y = np.random.default_rng(0).permutation(np.arange(40.0))
    strata = PRICE.strata(y, 4)
    assert np.bincount(strata).tolist() == [4] * 10
    assert (np.diff(strata[np.argsort(y)]) >= 0).all()
    assert (PRICE.strata(y[:3], 4) == 0).all()


def test_edges_are_those_declared_where_each_range_has_rows_else_quantiles():
    y = np.arange(100.0)
    assert PRICE.range_edges(y, [0, 50]).tolist() == [0, 50, np.inf]
    assert PRICE.range_edges(y, [0, 99]).tolist() == [0, 25, 50, 75, np.inf]
    assert PRICE.range_edges(y, []).tolist() == [0, 25, 50, 75, np.inf]
    assert len(PETS.range_edges(np.arange(3), [0])) == 0


def test_numbers_keep_their_digits():
    predicted = PRICE.predict(Giving(np.array([123456789.25])), [0], np.arange(1), "exact")
    assert predicted.tolist() == [[123456789.25]]
    assert PRICE.errors(np.array([123456789.0]), predicted).tolist() == [0.25]
    assert PRICE.row_facts(np.array([123456789.0]), predicted)["error"].tolist() == [0.25]


def test_numbers_are_told_by_their_range_and_by_values_that_are_often_the_same():
    assert PRICE.describe(NUMBERS) == "4 rows with targets from 1 to 10, median 2.5"
    often = np.concatenate([np.zeros(30), np.arange(70.0)])
    assert PRICE.describe(often).endswith("; often the same: 0 (31.0 %)")
    assert PRICE.describe_part(NUMBERS[:2], NUMBERS) == "median target 2, of all rows 2.5"


@pytest.mark.parametrize(
    ("task", "facts", "line"),
    [
        (
            PETS,
            {"label": "cat", "predicted": "dog", "probability": 0.25},
            "true cat, predicted dog; P(true label) = 0.2500",
        ),
        (
            PETS,
            {"label": "cat", "predicted": "dog", "probability": 0.0},
            "true cat, predicted dog; P(true label) < 0.0001",
        ),
        (
            PRICE,
            {"label": 3.0, "predicted": 2.5, "error": -0.5},
            "true 3, predicted 2.5; off by -0.5",
        ),
    ],
)
def test_a_row_is_told_in_one_line(task, facts, line):
    assert task.describe_row(pd.Series(facts)) == line


# ---- all kinds


def test_every_kind_of_task_has_a_metric():
    kinds = {task.kind for task in TASKS}
    assert {kind for metric in METRICS.values() for kind in metric.tasks} == kinds


@quick
@given(st.lists(st.sampled_from(["dog", "cat", "fish"]), min_size=1))
def test_labels_come_back_from_their_codes(labels):
    classes = ["fish", "cat", "dog"]
    assert np.array(classes)[encode_labels(labels, classes, "label")].tolist() == labels


def test_codes_follow_the_order_of_the_classes():
    assert encode_labels([7, 3, 7], [7, 3], "label").tolist() == [0, 1, 0]


def test_a_label_outside_the_classes_is_named_and_counted():
    with pytest.raises(DataError, match=r"train\.csv: label must be one of \[0, 1\], got \[7, 9\] in 3 rows"):
        encode_labels([0, 7, 9, 7], range(2), "train.csv: label")


def test_text_is_not_taken_for_a_number():
    with pytest.raises(DataError, match=r"got \['1'\] in 1 rows"):
        encode_labels(["1"], [0, 1], "label")
