import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from podium.competition.declaration import FoldPlan
from podium.data.dataset import conflicting
from podium.errors import FoldError
from podium.pipeline.folds import Folds, make_folds
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
        ([0, 0, 0, 1, 1], {}, "class 1 must have at least 3 rows, one for each fold, got 2"),
        ([0, 0, 0], {"classes": np.array(["cat", "dog"])}, "class 'dog' must have at least 3 rows.* got 0"),
        (
            [0, 0, 0, 1, 1, 1],
            {"groups": np.array([0, 1, 2, 3, 3, 4])},
            "class 1 must have at least 3 groups, one for each fold, got 2",
        ),
    ],
)
def test_a_class_too_small_for_the_plan_is_named(y, changes, message):
    with pytest.raises(FoldError, match=message):
        make_folds(make_dataset(y, **changes), FoldPlan(3))


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
