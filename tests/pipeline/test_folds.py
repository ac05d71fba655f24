from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from podium.competition.declaration import FoldPlan
from podium.data.dataset import conflicting
from podium.errors import FoldError
from podium.pipeline.folds import (
    Folds,
    describe_never_scored,
    make_folds,
    saved_folds,
    scored_rows,
)
from podium.storage.store import Store
from support.makers import make_dataset, quick

BALANCED = make_dataset(np.arange(60) % 3)


@st.composite
def plans_and_data(draw, grouped=False):
    """Shuffled rows of two to four classes, each with enough rows, or groups, for the plan."""
    plan = FoldPlan(draw(st.integers(2, 5)), seed=draw(st.integers(0, 99)))
    counts = draw(st.lists(st.integers(plan.n_splits, 3 * plan.n_splits), min_size=2, max_size=4))
    y = np.repeat(np.arange(len(counts)), counts)
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    sizes = rng.integers(1, 5, size=len(y)) if grouped else np.ones(len(y), dtype=int)
    order = rng.permutation(sizes.sum())
    groups = np.repeat(np.arange(len(y)), sizes)[order] if grouped else None
    return plan, make_dataset(np.repeat(y, sizes)[order], groups=groups)


def assert_every_row_is_scored_once(folds, n):
    assert sorted(np.concatenate([fold.valid for fold in folds])) == list(range(n))
    for fold in folds:
        assert sorted([*fold.train, *fold.valid]) == list(range(n))


@quick
@given(plans_and_data())
def test_every_row_is_scored_in_one_fold_and_trains_the_others(plan_and_data):
    plan, dataset = plan_and_data
    folds = make_folds(dataset, plan)
    assert len(folds) == len(list(folds)) == plan.n_splits
    assert_every_row_is_scored_once(folds, len(dataset.y))


@quick
@given(plans_and_data())
def test_every_fold_has_its_share_of_each_class_within_one_row(plan_and_data):
    plan, dataset = plan_and_data
    for fold in make_folds(dataset, plan):
        held = np.bincount(dataset.y[fold.valid], minlength=dataset.task.n_columns)
        assert (abs(held - np.bincount(dataset.y) / plan.n_splits) < 1).all()


@quick
@given(plans_and_data(grouped=True))
def test_rows_of_one_group_never_part(plan_and_data):
    plan, dataset = plan_and_data
    folds = make_folds(dataset, plan)
    assert len(folds) == plan.n_splits
    assert_every_row_is_scored_once(folds, len(dataset.y))
    for fold in folds:
        assert not set(dataset.groups[fold.train]) & set(dataset.groups[fold.valid])


@quick
@given(plans_and_data())
def test_the_same_plan_and_data_give_the_same_folds(plan_and_data):
    plan, dataset = plan_and_data
    assert make_folds(dataset, plan).id == make_folds(dataset, plan).id


def test_another_seed_gives_other_folds():
    assert len({make_folds(BALANCED, FoldPlan(3, seed)).id for seed in range(20)}) == 20


def test_another_number_of_splits_gives_other_folds():
    assert make_folds(BALANCED, FoldPlan(3)).id != make_folds(BALANCED, FoldPlan(4)).id


def test_saved_folds_keep_their_id():
    folds = make_folds(BALANCED, FoldPlan(3))
    assert Folds(folds.valid_fold.copy()).id == folds.id


def test_folds_of_five_rows_by_hand():
    first, second = Folds(np.array([0, 1, 1, 0, 1]))
    assert first.valid.tolist() == second.train.tolist() == [0, 3]
    assert first.train.tolist() == second.valid.tolist() == [1, 2, 4]


def test_conflicting_rows_are_dropped_from_training_on_request_and_scored_all_the_same():
    groups = np.array([0, 0, 1, 1, 2, 3, 4, 5, 6, 7])  # 0 holds both labels, 1 one of them twice
    dataset = make_dataset([0, 1, 0, 0, 1, 0, 1, 0, 1, 1], groups=groups)
    assert np.flatnonzero(conflicting(dataset)).tolist() == [0, 1]
    kept, dropped = (make_folds(dataset, FoldPlan(2, contradictions=c)) for c in ("keep", "drop"))
    assert kept.id != dropped.id
    assert (kept.valid_fold == dropped.valid_fold).all()
    for all_rows, some in zip(kept, dropped, strict=True):
        assert some.valid.tolist() == all_rows.valid.tolist()
        assert some.train.tolist() == [row for row in all_rows.train if row > 1]


@pytest.mark.parametrize(
    ("y", "changes", "message"),
    [
        (
            [0, 0, 0, 1],
            {"classes": np.array(["cat", "cow", "dog"])},
            "class 'dog' must have at least one .* got none",
        ),
        (
            [0, 0, 0, 1, 1, 1],
            {"groups": np.array([0, 0, 0, 1, 1, 1])},
            "the training data must have at least 3 groups that can be scored, .* got 0",
        ),
        ([0, 0, 0], {}, "must have two or more different labels, got 0 in all 3 rows; look at the target"),
    ],
)
def test_data_too_small_for_the_plan_are_refused(y, changes, message):
    with pytest.raises(FoldError, match=message):
        make_folds(make_dataset(y, **changes), FoldPlan(3))


def test_a_class_of_one_row_always_trains_and_is_never_scored():
    dataset = make_dataset([*[0] * 10, *[1] * 10, 2])
    folds = make_folds(dataset, FoldPlan(5))
    assert len(folds) == 5
    assert folds.scored.tolist() == list(range(20))
    assert all(20 in fold.train for fold in folds)
    assert describe_never_scored(folds) == [
        "1 of 21 training rows are trained on and never scored: alone in their class"
    ]
    scored = scored_rows(dataset, folds)
    assert len(scored.y) == len(scored.X) == 20
    among = folds.among_scored()
    assert [fold.valid.tolist() for fold in among] == [fold.valid.tolist() for fold in folds]


def test_a_class_of_two_rows_leaves_the_folds_as_they_are():
    folds = make_folds(make_dataset([*[0] * 10, *[1] * 10, 2, 2]), FoldPlan(5))
    assert len(folds) == 5
    assert_every_row_is_scored_once(folds, 22)
    assert folds.valid_fold[20] != folds.valid_fold[21]


@pytest.mark.parametrize("y", [np.arange(130) % 2, np.linspace(0, 1, 130)])
def test_each_row_may_be_a_fold(y):
    dataset = make_dataset(y, classes="of y" if y.dtype.kind == "i" else None)
    folds = make_folds(dataset, FoldPlan(130))
    assert len(folds) == 130
    assert_every_row_is_scored_once(folds, 130)


def test_a_fold_that_would_be_empty_is_refused():
    """Of 14 rows in 6 groups, the stratified splitter leaves one of 6 folds without rows."""
    y = [0, 0, 2, 1, 0, 2, 0, 1, 1, 1, 0, 0, 2, 2]
    groups = np.array([0, 1, 2, 3, 4, 5, 2, 3, 4, 5, 0, 0, 4, 5])
    message = "each of the 6 folds must have rows to score and rows to train on, got none scored in fold 4"
    with pytest.raises(FoldError, match=message):
        make_folds(make_dataset(y, groups=groups), FoldPlan(6, seed=1))


def test_a_class_in_one_group_alone_leaves_the_whole_group_to_training():
    groups = np.array([0, 0, 1, 2, 3, 4, 5])
    folds = make_folds(make_dataset([2, 0, 0, 1, 0, 1, 1], groups=groups), FoldPlan(2))
    assert folds.scored.tolist() == [2, 3, 4, 5, 6]


# ---- by a column, and by time


def test_folds_may_stand_in_a_column():
    about = pd.DataFrame({"fold": list("bbaacc")})
    folds = make_folds(make_dataset([0, 1, 0, 1, 0, 1], about=about), FoldPlan(column="fold"))
    assert folds.valid_fold.tolist() == [1, 1, 0, 0, 2, 2]
    with pytest.raises(
        FoldError, match=r"column='site'\) must name a column of Dataset.about, got \['fold'\]"
    ):
        make_folds(make_dataset([0, 1, 0, 1, 0, 1], about=about), FoldPlan(column="site"))
    empty = about.assign(fold=["a", None, "b", "a", "b", "a"])
    with pytest.raises(FoldError, match="'fold' must name the fold of each row, got 1 rows without"):
        make_folds(make_dataset([0, 1, 0, 1, 0, 1], about=empty), FoldPlan(column="fold"))


DAYS = np.datetime64("2026-01-01") + np.arange(3).repeat(2)


def dated(times):
    return make_dataset(np.arange(len(times)), classes=None, times=np.asarray(times))


def test_forward_only_each_day_is_scored_by_the_days_before_it():
    """Two rows a day for three days: day 1 stays unscored."""
    folds = make_folds(dated(DAYS), FoldPlan(2, order="forward"))
    assert folds.scored.tolist() == [2, 3, 4, 5]
    assert [(f.train.tolist(), f.valid.tolist()) for f in folds] == [([0, 1], [2, 3]), ([0, 1, 2, 3], [4, 5])]
    assert "before the first scored block of time" in describe_never_scored(folds)[0]
    assert [f.train.tolist() for f in folds.among_scored()] == [[2, 3], [0, 1]]


@quick
@given(
    st.lists(st.integers(0, 40), min_size=30, max_size=60),
    st.integers(2, 4),
    st.sampled_from(["blocks", "forward"]),
    st.sampled_from([0.0, 2.0]),
)
def test_no_date_is_cut_and_the_gap_is_kept(days, n_splits, order, gap):
    days = np.array([*days, *range(0, 40, 2)])
    times = np.datetime64("2026-01-01T00:00") + days * 1440 + np.arange(len(days)) % 1440
    folds = make_folds(dated(times), FoldPlan(n_splits, order=order, gap=gap))
    assert len(folds) == n_splits
    for fold in folds:
        trained, scored = days[fold.train], days[fold.valid]
        assert not set(trained) & set(scored)
        assert set(range(scored.min(), scored.max() + 1)) & set(days) == set(scored)
        if order == "forward":
            assert trained.max() < scored.min()
        if gap:
            moments = (times - times[0]) / np.timedelta64(1, "D")
            apart = np.abs(moments[fold.train][:, None] - moments[fold.valid]).min()
            assert apart >= gap
    sizes = [len(fold.valid) for fold in folds]
    assert sum(sizes) == len(folds.scored)


def test_what_folds_by_time_must_be_given():
    with pytest.raises(FoldError, match=r"must be given Dataset\.times, got none"):
        make_folds(BALANCED, FoldPlan(order="blocks"))
    with pytest.raises(FoldError, match=r"must be one of \('blocks', 'forward'\), got 'random'"):
        make_folds(dated(DAYS), FoldPlan(order="random"))
    with pytest.raises(FoldError, match="3 folds by time must have at least 4 different dates, got 3"):
        make_folds(dated(DAYS), FoldPlan(3, order="forward"))
    with pytest.raises(FoldError, match="a time for each row, got 1 rows without"):
        make_folds(dated(np.array([*DAYS, np.datetime64("NaT")])), FoldPlan(2, order="blocks"))


def test_folds_by_time_come_back_from_the_store(tmp_path):
    store = Store(tmp_path)
    plan = FoldPlan(2, order="forward")
    made, saved = (saved_folds(store, dated(DAYS), plan) for _ in range(2))
    assert made.id == saved.id
    assert [f.train.tolist() for f in made] == [f.train.tolist() for f in saved]
    assert made.id != saved_folds(store, dated(DAYS), replace(plan, order="blocks")).id


def test_numbers_are_spread_over_the_folds_from_low_to_high():
    y = np.random.default_rng(0).permutation(np.exp(np.arange(100) / 10))
    folds = make_folds(make_dataset(y, classes=None), FoldPlan(5))
    assert_every_row_is_scored_once(folds, 100)
    for fold in folds:
        assert np.histogram(np.log(y[fold.valid]), np.arange(11) - 0.05)[0].tolist() == [2] * 10


def test_numbers_of_one_group_never_part_and_few_rows_are_refused():
    groups = np.arange(60) // 2
    for fold in make_folds(make_dataset(np.arange(60), classes=None, groups=groups), FoldPlan(3)):
        assert not set(groups[fold.train]) & set(groups[fold.valid])
    with pytest.raises(FoldError, match="the training data must have at least 3 rows"):
        make_folds(make_dataset([1, 2], classes=None), FoldPlan(3))
