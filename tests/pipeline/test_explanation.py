"""Which columns an entry depends on: on made-up models of which that is known."""

import io
import json

import numpy as np
import pandas as pd
import pytest

from podium.data.dataset import Dataset
from podium.data.multimodal import MultimodalRows
from podium.data.task import Classification, Regression
from podium.errors import DataError
from podium.metrics import Scorer, get_metric
from podium.pipeline import importance as measured
from podium.pipeline.blend import weighted
from podium.pipeline.changed_columns import Change, FoldEntry, changed_copies
from podium.pipeline.explanation import Explanation, read_explanation, write_explanation
from podium.pipeline.fit import Job
from podium.pipeline.folds import Folds
from podium.pipeline.importance import Asked, choose_columns, importance
from podium.pipeline.leaderboard import Entry, Leaderboard
from podium.pipeline.partial_dependence import grid, partial_dependence
from podium.pipeline.predict import Predictor
from podium.pipeline.stored import FoldModels
from podium.storage.store import Store

N = 300
FOLDS = 3


class Formula:
    """A fitted model that predicts by a function of the rows, and counts how often it is asked."""

    def __init__(self, function):
        self.function = function
        self.calls = 0

    def predict(self, X):
        self.calls += 1
        return np.asarray(self.function(X), dtype=float)

    def predict_proba(self, X):
        yes = self.predict(X)
        return np.column_stack([1 - yes, yes])


def table(n=N):
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "decides": rng.normal(size=n),
            "noise": rng.normal(size=n),
            "kind": rng.choice(["a", "b", "c"], n, p=[0.5, 0.3, 0.2]),
            "when": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 500, n), unit="D"),
        }
    )


def members_of(dataset, *functions, model="table-ridge"):
    columns = np.arange(dataset.task.n_columns)
    return [
        FoldModels(Job(model, {}, 0), dataset, [(Formula(function), columns) for _ in range(FOLDS)])
        for function in functions
    ]


def asked(X, y, *functions, weights=(1.0,), metric="rmse", task=None, rows=None, **changes):
    task = task or Regression()
    dataset = Dataset(X, y, X[:0], np.zeros(0), task, **changes)
    members = members_of(dataset, *functions)
    predictor = Predictor(
        Entry("mine", "model"), members, weighted(np.array(weights)).combine, task.n_columns
    )
    folds = Folds(np.arange(len(y)) % FOLDS)
    rows = np.arange(len(y)) if rows is None else rows
    return Asked(predictor, dataset, folds, Scorer.of(get_metric(metric), dataset), rows, seed=0)


def both(X):
    return X["decides"] + 0.02 * X["noise"]


def test_the_column_that_decides_comes_first_and_the_interval_of_noise_covers_zero():
    X = table()
    y = X["decides"].to_numpy() + np.random.default_rng(2).normal(size=N)
    found = importance(asked(X, y, both), ["noise", "kind", "decides"]).set_index("column")
    assert found.index.tolist()[0] == "decides"
    decides, noise = found.loc["decides"], found.loc["noise"]
    assert decides["importance"] == pytest.approx(np.sqrt(3) - 1, abs=0.15)
    assert decides["importance"] > 5 * decides["standard_error"] > 0
    assert 0 < abs(noise["importance"]) < 1.96 * noise["standard_error"]
    assert found.loc["kind"].tolist() == pytest.approx([0, 0, 0, 0])
    parts = np.hypot(found["rows_error"], found["repeats_error"])
    assert found["standard_error"].to_numpy() == pytest.approx(parts.to_numpy())


def test_the_same_seed_gives_the_same_numbers_whichever_other_columns_there_are():
    X = table()
    y = X["decides"].to_numpy()
    every = importance(asked(X, y, both), ["decides", "noise"])
    again = importance(asked(X, y, both), ["decides", "noise"])
    alone = importance(asked(X, y, both), ["noise"])
    pd.testing.assert_frame_equal(every, again)
    pd.testing.assert_frame_equal(every[every["column"] == "noise"].reset_index(drop=True), alone)


def test_whole_groups_are_drawn_where_rows_come_in_groups():
    X = table()
    y = X["decides"].to_numpy()
    alone = importance(asked(X, y, both), ["decides"])
    groups = np.arange(N) // 30
    together = importance(asked(X, y, both, groups=groups), ["decides"])
    assert together["importance"].tolist() == alone["importance"].tolist()
    assert together["rows_error"].tolist() != alone["rows_error"].tolist()


def test_a_row_is_only_predicted_by_the_models_that_did_not_train_on_it():
    X = table().assign(fold=np.arange(N) % FOLDS)
    one = asked(X, np.zeros(N), both)
    for fold, (model, _) in enumerate(one.predictor.members[0].fitted):
        model.function = lambda rows, fold=fold: np.where(rows["fold"] == fold, 0.0, np.nan)
    assert importance(one, ["decides"])["importance"].tolist() == [0]


def test_a_change_leaves_everything_else_as_it_is():
    X = table(5)
    before = X.copy()
    dataset = Dataset(X, np.zeros(5), X[:0], np.zeros(0), Regression())
    order = np.array([4, 3, 2, 1, 0])
    changes = [Change("kind", X["kind"].array[order]), Change("when", X["when"].iloc[0])]
    first, second = np.split(np.arange(10), 2)
    copies = changed_copies(dataset.modality, X, changes)
    pd.testing.assert_frame_equal(X, before)
    others = ["decides", "noise", "when"]
    pd.testing.assert_frame_equal(copies.iloc[first][others].reset_index(drop=True), before[others])
    assert copies["kind"].iloc[first].tolist() == before["kind"].tolist()[::-1]
    others = ["decides", "noise", "kind"]
    pd.testing.assert_frame_equal(copies.iloc[second][others].reset_index(drop=True), before[others])
    assert set(copies["when"].iloc[second]) == {before["when"].iloc[0]}
    assert copies.dtypes.tolist() == before.dtypes.tolist()


def test_an_array_keeps_its_shape_and_kind():
    X = np.arange(12, dtype=np.uint8).reshape(4, 3)
    dataset = Dataset(X, np.zeros(4), X[:0], np.zeros(0), Regression())
    changed = dataset.modality.with_column(X, "X[:, 1]", np.full(4, 9))
    assert changed.dtype == np.uint8
    assert changed.tolist() == [[0, 9, 2], [3, 9, 5], [6, 9, 8], [9, 9, 11]]
    assert X[0].tolist() == [0, 1, 2]


def test_a_blend_predicts_what_its_members_do_by_their_weights():
    X = table(30)
    y = np.zeros(30)
    changes = [Change("decides", X["decides"].to_numpy()[::-1]), Change("noise", 0.0)]

    def predicted(*functions, weights):
        one = asked(X, y, *functions, weights=weights)
        return FoldEntry(one.predictor, 0, one.dataset.modality, X).predict_changed(changes)

    def twice(X):
        return 2 * X["noise"] + 1

    blend = predicted(both, twice, weights=[0.25, 0.75])
    alone = [predicted(both, weights=[1.0]), predicted(twice, weights=[1.0])]
    assert blend.shape == (2, 30, 1)
    assert blend == pytest.approx(0.25 * alone[0] + 0.75 * alone[1])


def test_a_member_without_weight_predicts_nothing_and_one_of_another_part_is_asked_once():
    X = MultimodalRows({"text": pd.DataFrame({"text": ["a b"] * 30}), "table": table(30)})
    dataset = Dataset(X, np.zeros(30), X[:0], np.zeros(0), Regression())
    reads_table = members_of(dataset, lambda rows: rows.parts["table"]["noise"])[0]
    reads_text = members_of(dataset, lambda rows: np.ones(len(rows)), model="small-bert")[0]
    predictor = Predictor(
        Entry("mine", "blend"), [reads_table, None, reads_text], lambda stack: stack.sum(axis=1), 1
    )
    entry = FoldEntry(predictor, 0, dataset.modality, X)
    for number in range(3):
        changed = entry.predict_changed([Change("noise", float(number))])
        assert changed.ravel().tolist() == [number + 1.0] * 30
    assert (reads_table.fitted[0][0].calls, reads_text.fitted[0][0].calls) == (4, 1)
    entry.predict_changed([Change("text", "c")])
    assert reads_text.fitted[0][0].calls == 2


def test_rows_are_asked_about_a_part_at_a_time_where_they_are_many(monkeypatch):
    X = table()
    y = X["decides"].to_numpy()
    whole = importance(asked(X, y, both), ["decides", "noise"])
    for module in ("importance", "changed_columns"):
        monkeypatch.setattr(f"podium.pipeline.{module}.MOST_NUMBERS", 1)
    pd.testing.assert_frame_equal(importance(asked(X, y, both), ["decides", "noise"]), whole)


def test_of_many_columns_those_are_measured_that_move_the_predictions(monkeypatch):
    monkeypatch.setattr(measured, "MOST_COLUMNS", 2)
    X = table()[["kind", "noise", "when", "decides"]]
    assert choose_columns(asked(X, np.zeros(N), both)) == ["noise", "decides"]
    assert choose_columns(asked(X[["when"]], np.zeros(N), both)) == ["when"]


def test_rows_without_columns_or_without_a_score_are_refused_in_one_line():
    with pytest.raises(DataError, match="rows must have columns to be explained, got array rows"):
        _ = asked(np.zeros((6, 2, 2, 2)), np.zeros(6), both).columns
    one_class = asked(
        table(6),
        np.zeros(6, dtype=int),
        lambda X: np.full(len(X), 0.5),
        metric="roc_auc",
        task=Classification(np.array(["no", "yes"])),
    )
    with pytest.raises(DataError, match="the 6 rows that are asked about must have a roc_auc, got none"):
        importance(one_class, ["decides"])


def test_a_grid_holds_quantiles_or_all_of_few_numbers_and_the_frequent_categories():
    numbers = grid(pd.Series(np.arange(1000.0)))
    assert (len(numbers), numbers[0], numbers[-1]) == (12, 50, 949)
    assert grid(pd.Series([3, 1, None, 1, 2])) == [1, 2, 3]
    assert grid(pd.Series([True, False, True])) == [True, False]
    assert grid(pd.Series(["b", "a", "b", None])) == ["b", "a"]
    days = grid(table()["when"])
    assert len(days) == 12
    assert days == sorted(days)
    assert grid(pd.Series([f"a text of its own {number}" for number in range(200)])) == []
    assert grid(pd.Series([1.0, 1.0])) == []


def test_partial_dependence_is_the_mean_prediction_with_the_span_of_the_folds():
    X = table()
    one = asked(X, np.zeros(N), both, rows=np.arange(60))
    for fold, (model, _) in enumerate(one.predictor.members[0].fitted):
        model.function = lambda rows, fold=fold: rows["decides"] ** 2 + fold + (rows["kind"] == "a")
    found = partial_dependence(one, ["decides", "kind", "when"])
    assert found["target"].unique().tolist() == ["prediction"]
    share = (X["kind"][:60] == "a").mean()
    curve = found[found["column"] == "decides"]
    expected = curve["value"].astype(float) ** 2 + share
    assert curve["mean"].to_numpy() == pytest.approx(expected + 1)
    assert curve["lowest"].to_numpy() == pytest.approx(expected)
    assert curve["highest"].to_numpy() == pytest.approx(expected + 2)
    kinds = found[found["column"] == "kind"].set_index("value")
    assert kinds.index.tolist() == ["a", "b", "c"]
    assert kinds.loc["a", "mean"] == pytest.approx(kinds.loc["b", "mean"] + 1)
    days = found[found["column"] == "when"]
    assert set(days["kind"]) == {"date"}
    assert pd.to_datetime(days["value"]).is_monotonic_increasing


def test_each_class_has_a_curve():
    task = Classification(np.array(["no", "yes"]))
    y = np.arange(N) % 2
    one = asked(table(), y, lambda X: X["kind"] == "a", metric="accuracy", task=task)
    found = partial_dependence(one, ["kind"]).set_index(["value", "target"])["mean"]
    assert found["a", "yes"] == found["b", "no"] == 1
    assert found["a", "no"] == found["b", "yes"] == 0


def explanation():
    X = table()
    one = asked(X, X["decides"].to_numpy(), both)
    tables = importance(one, ["decides", "noise"]), partial_dependence(one, ["decides", "kind", "when"])
    return Explanation("mine", "id-1", "data-1", N, N, 2, 4, 3, N, *tables)


def test_what_is_written_is_read_again_for_the_entry_that_it_is_of(tmp_path):
    store = Store(tmp_path)
    made = explanation()
    write_explanation(store, made)
    for name, expected in (("importance", made.importance), ("partial-dependence", made.dependence)):
        written = pd.read_csv(tmp_path / f"{name}.csv")
        pd.testing.assert_frame_equal(written, pd.read_csv(io.StringIO(expected.to_csv(index=False))))
        assert len(written) == len(expected)
    written = pd.read_csv(tmp_path / "importance.csv")
    pd.testing.assert_frame_equal(written, made.importance)

    def read(entry_id, data_id="data-1"):
        board = Leaderboard("pets", "rmse", False, N, (Entry("mine", "model", id=entry_id, submitted=True),))
        return read_explanation(store, board, data_id)

    found = read("id-1")
    assert found.to_dict() == made.to_dict()
    assert json.loads((tmp_path / "explanation.json").read_text())["rows"] == N
    assert read("id-2") is None
    assert read("id-1", "data-2") is None
