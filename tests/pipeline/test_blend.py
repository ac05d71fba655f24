import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podium.data.task import Classification, Multilabel, Regression
from podium.errors import BlendError
from podium.metrics import METRICS, Scorer, get_metric
from podium.pipeline import blend as blends
from podium.pipeline.blend import BLENDS, Truth, blend_id, blend_names
from podium.pipeline.folds import Folds
from support.makers import answers, make_predictions, quick

accuracy = get_metric("accuracy")
log_loss = get_metric("log_loss")
FOLDS = Folds(np.arange(45) % 3)
SEEDS = st.integers(0, 10_000)
FITTED = ["weights", "greedy", "stacking"]


def random_labels_and_members(seed, k=3):
    """Labels of 45 rows and three members that know more and more of them."""
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(45) % k)
    said = [rng.dirichlet(np.ones(k), size=45) + knows * np.eye(k)[y] for knows in (0, 0.2, 0.4)]
    return y, [
        make_predictions(p / p.sum(axis=1, keepdims=True), f"member {i}", folds_id=FOLDS.id)
        for i, p in enumerate(said)
    ]


def task_of(members):
    """Numbers where predictions have one column, else classes."""
    columns = members[0].oof.shape[1]
    return Regression() if columns == 1 else Classification(np.arange(columns))


def blend(name, members, y, folds, metric):
    task = task_of(members) if members else Classification(np.arange(3))
    return blends.blend(name, members, Scorer(metric, y), task, folds)


def fit(name, stack, y, metric):
    """The blend fitted on a stack of predictions."""
    task = Regression() if stack.shape[2] == 1 else Classification(np.arange(stack.shape[2]))
    return BLENDS[name].fit(stack, Truth(task.perfect(y), Scorer(metric, y), task.exclusive))


def stacked(members):
    return np.stack([p.oof for p in members], axis=1)


def binary(*ones):
    """A stack of members that give these probabilities to class 1."""
    return np.stack([np.column_stack([1 - np.array(p), p]) for p in ones], axis=1)


@pytest.mark.parametrize("name", BLENDS)
@settings(quick, max_examples=8)
@given(SEEDS)
def test_labels_of_a_fold_do_not_reach_its_own_predictions(name, seed):
    y, members = random_labels_and_members(seed, k=2)
    valid = FOLDS.valid_fold == 0
    relabelled = y.copy()
    relabelled[valid] = np.random.default_rng(seed).permutation(y[valid])
    before, after = (blend(name, members, labels, FOLDS, accuracy) for labels in (y, relabelled))
    assert np.array_equal(before.oof[valid], after.oof[valid])


@pytest.mark.parametrize("name", FITTED)
def test_labels_of_a_fold_reach_the_predictions_of_the_others(name):
    y, members = random_labels_and_members(seed=0)
    valid = FOLDS.valid_fold == 0
    before, after = (blend(name, members, labels, FOLDS, log_loss) for labels in (y, (y + valid) % 3))
    assert not np.allclose(before.oof[~valid], after.oof[~valid])


@pytest.mark.parametrize("name", ["mean", "weights", "greedy"])
@quick
@given(SEEDS)
def test_weights_are_not_negative_and_sum_to_one(name, seed):
    y, members = random_labels_and_members(seed)
    weights = fit(name, stacked(members), y, log_loss).weights
    assert weights.min() >= 0
    assert weights.sum() == pytest.approx(1)


@pytest.mark.parametrize("name", BLENDS)
def test_every_row_gets_probabilities(name):
    y, members = random_labels_and_members(seed=0, k=2)
    blended = blend(name, members, y, FOLDS, accuracy)
    for said in (blended.oof, blended.test):
        assert said.min() >= 0
        assert said.sum(axis=1) == pytest.approx(1)


@pytest.mark.parametrize("name", ["mean", "rank-mean"])
@quick
@given(SEEDS, st.permutations(range(3)))
def test_a_mean_does_not_depend_on_the_order_of_members(name, seed, order):
    y, members = random_labels_and_members(seed)
    forward, mixed = blend(name, members, y, FOLDS, accuracy), [members[i] for i in order]
    assert np.allclose(forward.oof, blend(name, mixed, y, FOLDS, accuracy).oof)


@pytest.mark.parametrize("name", ["mean", "weights", "greedy"])
@quick
@given(SEEDS)
def test_identical_members_blend_into_themselves(name, seed):
    y, members = random_labels_and_members(seed)
    blended = blend(name, [members[0]] * 3, y, FOLDS, accuracy)
    assert np.allclose(blended.oof, members[0].oof)
    assert np.allclose(blended.test, members[0].test)


@quick
@given(
    SEEDS,
    st.sampled_from([m for m in METRICS.values() if "classification" in m.tasks and m.columns is None]),
)
def test_greedy_is_never_worse_than_its_best_member_on_the_rows_it_was_fitted_on(seed, metric):
    y, members = random_labels_and_members(seed)
    plain = blend("greedy", members, y, FOLDS, metric).details["plain_score"]
    assert all(metric.gain(plain, over=metric.score(y, p.oof)) > -1e-9 for p in members)


def test_greedy_takes_the_two_members_that_make_up_for_each_other():
    alone, helper, useless = [0.3, 0.3, 0.3, 0.4], [0.6, 0.6, 0.6, 0.9], [0.9, 0.9, 0.9, 0.1]
    stack, y = binary(useless, alone, helper), np.array([0, 0, 0, 1])
    assert [accuracy.score(y, stack[:, m]) for m in range(3)] == [0, 0.75, 0.25]
    fitted = fit("greedy", stack, y, accuracy)
    assert fitted.weights.tolist() == [0, 0.5, 0.5]
    assert accuracy.score(y, fitted.combine(stack)) == 1


def test_greedy_stops_at_the_first_of_two_twins():
    stack = binary([0.2, 0.7, 0.6], [0.2, 0.7, 0.6])
    assert fit("greedy", stack, np.array([0, 1, 0]), accuracy).weights.tolist() == [1, 0]


def test_weights_go_to_the_member_that_is_always_right():
    weights = fit("weights", binary([0, 1, 1, 0], [0.5] * 4), np.array([0, 1, 1, 0]), accuracy).weights
    assert weights == pytest.approx([1, 0])


def test_ranks_do_not_see_the_scale_of_a_member():
    y, (first, second, _) = random_labels_and_members(seed=0)
    stretched = make_predictions(first.oof**3, test=first.test**3, folds_id=FOLDS.id)
    assert np.allclose(
        blend("rank-mean", [first, second], y, FOLDS, accuracy).oof,
        blend("rank-mean", [stretched, second], y, FOLDS, accuracy).oof,
    )


def test_stacking_gives_nothing_to_a_class_it_has_not_seen():
    y, members = random_labels_and_members(seed=0)
    seen = y < 2
    said = fit("stacking", stacked(members)[seen], y[seen], accuracy).combine(stacked(members))
    assert said[:, 2].max() == 0
    assert said.sum(axis=1) == pytest.approx(1)


def test_a_blend_is_predictions_of_its_own_and_nests():
    y, members = random_labels_and_members(seed=0)
    pair = blend("mean", members[1:], y, FOLDS, accuracy)
    nested = blend("mean", [members[0], pair], y, FOLDS, accuracy)
    assert np.allclose(nested.oof, np.average(stacked(members), axis=1, weights=[0.5, 0.25, 0.25]))
    assert nested.score == accuracy.score(y, nested.oof)
    assert np.mean(nested.fold_scores) == pytest.approx(nested.score)
    assert nested.details["weights"] == {"member 0": 0.5, "mean": 0.5}


@pytest.mark.parametrize("strange", [{"folds_id": "other"}, {"data_id": "other"}])
def test_members_of_other_folds_or_data_refuse_to_blend(strange):
    said = answers(np.arange(45) % 3, k=3)
    members = [make_predictions(said, "ours"), make_predictions(said, "theirs", **strange)]
    with pytest.raises(BlendError, match=r"got 2: ours .* theirs .*other"):
        blend("mean", members, np.arange(45) % 3, FOLDS, accuracy)


def test_a_blend_of_nothing_is_refused():
    with pytest.raises(BlendError, match="no members"):
        blend("mean", [], np.arange(45) % 3, FOLDS, accuracy)


def test_the_id_of_a_blend_counts_its_method_members_and_metric():
    _, members = random_labels_and_members(seed=0)
    plain = blend_id("mean", members, accuracy)
    assert plain == blend_id("mean", list(members), accuracy)
    assert plain != blend_id("greedy", members, accuracy)
    assert plain != blend_id("mean", members[:2], accuracy)
    assert plain != blend_id("mean", members, log_loss)


def test_a_threshold_moves_to_where_the_metric_is_best():
    y = np.array([0, 0, 0, 1, 1, 1])
    stack = binary([0.05, 0.1, 0.2, 0.3, 0.35, 0.4])
    assert accuracy.score(y, fit("weights", stack, y, accuracy).combine(stack)) == 0.5
    assert accuracy.score(y, fit("threshold", stack, y, accuracy).combine(stack)) == 1


def test_a_threshold_keeps_the_order_of_the_rows():
    y, members = random_labels_and_members(seed=1, k=2)
    stack = stacked(members)
    before, after = (fit(name, stack, y, accuracy).combine(stack)[:, 1] for name in ("weights", "threshold"))
    assert (np.argsort(before) == np.argsort(after)).all()


def test_labels_have_a_threshold_where_one_can_be_found():
    kappa = get_metric("quadratic_kappa")
    two, three = (Classification(np.arange(k)) for k in (2, 3))
    assert "threshold" in blend_names(two, accuracy)
    assert "threshold" not in blend_names(two, log_loss)
    assert "threshold" not in blend_names(three, accuracy)
    assert "threshold" in blend_names(three, kappa)
    assert "threshold" in blend_names(Multilabel(["a", "b"]), get_metric("f1_micro"))
    assert "threshold" not in blend_names(Multilabel(["a", "b"]), get_metric("mean_roc_auc"))


def test_blends_of_classes_are_none_of_numbers():
    assert blend_names(Regression(), get_metric("rmse")) == ["mean", "weights", "greedy"]
    assert "stacking" not in blend_names(Multilabel(["a", "b"]), get_metric("mean_roc_auc"))


def test_mean_ranks_keep_the_order_of_the_rows_where_only_that_counts():
    """Scaled to sum to one in a row, the ranks of three classes would change places with other rows'."""
    rng = np.random.default_rng(0)
    y = np.arange(60) % 3
    stack = rng.dirichlet([1, 1, 1], (60, 1))
    combined = fit("rank-mean", stack, y, get_metric("mean_roc_auc")).combine(stack)
    assert (np.argsort(combined, axis=0) == np.argsort(stack[:, 0], axis=0)).all()
    assert (combined > 0).all()
    assert (combined < 1).all()
    assert np.allclose(fit("rank-mean", stack, y, log_loss).combine(stack).sum(axis=1), 1)


def numbers_and_members(seed):
    """Prices of 45 rows and three members that know more and more of them."""
    rng = np.random.default_rng(seed)
    y = 1e5 * np.exp(rng.normal(size=45))
    said = [y * np.exp(noise * rng.normal(size=45)) for noise in (1, 0.3, 0.1)]
    return y, [make_predictions(p[:, None], f"member {i}", folds_id=FOLDS.id) for i, p in enumerate(said)]


@pytest.mark.parametrize("name", blend_names(Regression(), get_metric("rmse")))
@quick
@given(SEEDS, st.sampled_from([m for m in METRICS.values() if m.needs == "numbers" and m.columns == 1]))
def test_numbers_are_blended_to_a_weighted_mean(name, seed, metric):
    y, members = numbers_and_members(seed)
    blended = blend(name, members, y, FOLDS, metric)
    low, high = stacked(members).min(axis=1), stacked(members).max(axis=1)
    assert ((low - 1e-6 <= blended.oof) & (blended.oof <= high + 1e-6)).all()
    assert blended.oof.shape == (45, 1)
    assert blended.oof.dtype == np.float64
    if name == "greedy":
        assert all(
            metric.gain(blended.details["plain_score"], metric.score(y, p.oof)) > -1e-6 for p in members
        )


def test_numbers_of_a_member_that_is_always_right_get_all_weight():
    y, members = numbers_and_members(0)
    stack = np.stack([members[0].oof, y[:, None]], axis=1)
    for name in ("weights", "greedy"):
        assert fit(name, stack, y, get_metric("rmse")).weights == pytest.approx([0, 1])


def test_numbers_of_a_metric_on_logarithms_are_mixed_as_logarithms():
    y = np.array([10.0, 100, 1000, 10_000, 100, 1000])
    members = [make_predictions((factor * y)[:, None], str(factor)) for factor in (0.5, 2.0)]
    folds = Folds(np.arange(6, dtype=np.int8) % 2)
    rmsle = get_metric("rmsle")
    mixed = blend("mean", members, y, folds, rmsle)
    assert np.allclose(np.log1p(mixed.oof), np.mean([np.log1p(p.oof) for p in members], axis=0))
    assert mixed.score < 0.1 * min(rmsle.score(y, p.oof) for p in members)
    assert np.allclose(blend("mean", members, y, folds, get_metric("rmse")).oof[:, 0], 1.25 * y)
    for name in ("weights", "greedy"):
        assert blend(name, members, y, folds, rmsle).score < 0.1


def test_stacking_is_left_out_where_its_parameters_would_be_too_many():
    names = [blend_names(Classification(np.arange(classes)), accuracy) for classes in (100, 101)]
    assert ["stacking" in found for found in names] == [True, False]
