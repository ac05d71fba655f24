"""Scores equal those of scikit-learn to twelve digits, on the whole sample and on weighted rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import pearsonr
from sklearn import metrics as sk

from podium.metrics import Scorer, columnwise, f_beta, get_metric, weighted
from podium.pipeline.significance import Resamples, bootstrap
from support.makers import make_predictions, quick

CLOSE = {"rel": 1e-12, "abs": 1e-12}
SEEDS = st.integers(0, 10_000)


def classes(seed, k, n=40):
    """Codes of which every class has a row, and probabilities with ties."""
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(n) % k)
    return y, (rng.dirichlet(np.ones(k), n) + 0.5 * np.eye(k)[y] * rng.integers(0, 2, (n, 1))).round(2)


def label_sets(seed, t=3, n=40):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, (n, t))
    y[:2] = [[0] * t, [1] * t]
    return y, rng.random((n, t)).round(2)


def numbers(seed, n=30):
    rng = np.random.default_rng(seed)
    y = np.exp(rng.normal(size=n))
    return y, y + rng.normal(size=n)


def normalised(p):
    """None is zero: scikit-learn takes 2e-16 for it, Kaggle and podium 1e-15."""
    return (p + 0.001) / (p + 0.001).sum(axis=1, keepdims=True)


TWO_CLASSES = {
    "f1": lambda y, p: sk.f1_score(y, p.argmax(1)),
    "roc_auc": lambda y, p: sk.roc_auc_score(y, p[:, 1]),
    "average_precision": lambda y, p: sk.average_precision_score(y, p[:, 1]),
    "brier": lambda y, p: sk.brier_score_loss(y, p[:, 1]),
    "mcc": lambda y, p: sk.matthews_corrcoef(y, p.argmax(1)),
    "log_loss": lambda y, p: sk.log_loss(y, p),
}
SEVERAL_CLASSES = {
    "accuracy": lambda y, p: sk.accuracy_score(y, p.argmax(1)),
    "balanced_accuracy": lambda y, p: sk.balanced_accuracy_score(y, p.argmax(1)),
    "f1_micro": lambda y, p: sk.f1_score(y, p.argmax(1), average="micro"),
    "f1_macro": lambda y, p: sk.f1_score(y, p.argmax(1), average="macro"),
    "f1_weighted": lambda y, p: sk.f1_score(y, p.argmax(1), average="weighted"),
    "mcc": lambda y, p: sk.matthews_corrcoef(y, p.argmax(1)),
    "quadratic_kappa": lambda y, p: sk.cohen_kappa_score(
        y, p.argmax(1), labels=range(p.shape[1]), weights="quadratic"
    ),
    "log_loss": lambda y, p: sk.log_loss(y, p),
    "balanced_log_loss": lambda y, p: sk.log_loss(
        y, p, sample_weight=1 / np.bincount(y)[y] / len(np.unique(y))
    ),
    "brier": lambda y, p: sk.brier_score_loss(y, p),
    "mean_roc_auc": lambda y, p: sk.roc_auc_score(np.eye(p.shape[1])[y], p, average="macro"),
    "weighted_roc_auc": lambda y, p: sk.roc_auc_score(np.eye(p.shape[1])[y], p, average="weighted"),
    "top@2": lambda y, p: sk.top_k_accuracy_score(y, p + 1e-9 * np.arange(p.shape[1])[::-1], k=2),
}
LABEL_SETS = {
    "subset_accuracy": lambda y, p: sk.accuracy_score(y, p >= 0.5),
    "f1_micro": lambda y, p: sk.f1_score(y, p >= 0.5, average="micro"),
    "mean_f1": lambda y, p: sk.f1_score(y, p >= 0.5, average="macro", zero_division=0),
    "f1_weighted": lambda y, p: sk.f1_score(y, p >= 0.5, average="weighted"),
    "f1_samples": lambda y, p: sk.f1_score(y, p >= 0.5, average="samples", zero_division=0),
    "mean_roc_auc": lambda y, p: sk.roc_auc_score(y, p, average="macro"),
    "weighted_roc_auc": lambda y, p: sk.roc_auc_score(y, p, average="weighted"),
    "mean_average_precision": lambda y, p: sk.average_precision_score(y, p, average="macro"),
    "mean_brier": lambda y, p: np.mean((y - p) ** 2),
}
NUMBERS = {
    "rmse": sk.root_mean_squared_error,
    "mae": sk.mean_absolute_error,
    "rmsle": lambda y, p: sk.root_mean_squared_log_error(y, p.clip(0)),
    "r2": sk.r2_score,
    "mape": sk.mean_absolute_percentage_error,
    "median_absolute_error": sk.median_absolute_error,
    "pearson": lambda y, p: pearsonr(y, p).statistic,
    "pinball@0.9": lambda y, p: sk.mean_pinball_loss(y, p, alpha=0.9),
    "smape": lambda y, p: 100 * np.mean(2 * np.abs(y - p) / (np.abs(y) + np.abs(p))),
}


@pytest.mark.parametrize("name", TWO_CLASSES)
@quick
@given(SEEDS)
def test_of_two_classes(name, seed):
    y, p = classes(seed, 2)
    p = normalised(p)
    assert get_metric(name).score(y, p) == pytest.approx(TWO_CLASSES[name](y, p), **CLOSE)


@pytest.mark.parametrize("name", SEVERAL_CLASSES)
@quick
@given(SEEDS, st.integers(3, 5))
def test_of_several_classes(name, seed, k):
    y, p = classes(seed, k)
    p = normalised(p)
    assert get_metric(name).score(y, p) == pytest.approx(SEVERAL_CLASSES[name](y, p), **CLOSE)


@pytest.mark.parametrize("name", LABEL_SETS)
@quick
@given(SEEDS)
def test_of_sets_of_labels(name, seed):
    y, p = label_sets(seed)
    assert get_metric(name).score(y, p) == pytest.approx(LABEL_SETS[name](y, p), **CLOSE)


@pytest.mark.parametrize("name", NUMBERS)
@quick
@given(SEEDS)
def test_of_numbers(name, seed):
    y, p = numbers(seed)
    assert get_metric(name).score(y, p[:, None]) == pytest.approx(NUMBERS[name](y, p), **CLOSE)


@quick
@given(SEEDS, st.sampled_from([0.5, 2.0]))
def test_f_beta_weighs_recall(seed, beta):
    y, p = classes(seed, 2)
    expected = sk.fbeta_score(y, p.argmax(1), beta=beta)
    assert f_beta(beta).score(y, p) == pytest.approx(expected, **CLOSE)


@quick
@given(SEEDS)
def test_a_mean_over_several_numbers_is_that_of_each(seed):
    y = np.column_stack([numbers(seed)[0], numbers(seed + 1)[0]])
    p = np.column_stack([numbers(seed)[1], numbers(seed + 1)[1]])
    for name in ("rmse", "rmsle", "r2", "median_absolute_error"):
        one = get_metric(name)
        expected = np.mean([one.score(y[:, t], p[:, [t]]) for t in range(2)])
        assert columnwise(one).score(y, p) == pytest.approx(expected, **CLOSE), name
    assert get_metric("mean_rmse").score(y, p) == pytest.approx(
        sk.root_mean_squared_error(y, p, multioutput="uniform_average"), **CLOSE
    )


@quick
@given(SEEDS)
def test_rows_weigh_what_a_column_says(seed):
    import pandas as pd

    y, p = numbers(seed)
    about = pd.DataFrame({"area": np.random.default_rng(seed).random(len(y))})
    weights = about["area"].to_numpy()
    for name, expected in (
        ("mae", sk.mean_absolute_error(y, p, sample_weight=weights)),
        ("r2", sk.r2_score(y, p, sample_weight=weights)),
        ("median_absolute_error", sk.median_absolute_error(y, p, sample_weight=weights)),
    ):
        found = weighted(get_metric(name), "area").score(y, p[:, None], about)
        assert found == pytest.approx(expected, **CLOSE), name


# ---- resamples


def exact_draws(y, entries, score, draws=300):
    """The scores (draws, e) of a metric computed anew on drawn rows, the same draws as ours."""
    counts = list(Resamples().counts(len(y)))[:draws]
    return np.array([[score(y, p, sample_weight=c) for p in entries] for c in counts])


def test_the_bootstrap_of_the_area_is_close_to_that_of_every_draw_anew():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 1000)
    entries = [y + noise * rng.normal(size=1000) for noise in (1.0, 1.1)]
    members = [make_predictions(np.column_stack([-p, p])) for p in entries]
    ours = bootstrap(Scorer(get_metric("roc_auc"), y), members)
    exact = exact_draws(y, entries, sk.roc_auc_score)
    assert ours.standard_errors == pytest.approx(exact.std(axis=0, ddof=1), rel=0.1)
    paired = (exact[:, 0] - exact[:, 1]).std(ddof=1)
    assert ours.compare(1, best=0).standard_error == pytest.approx(paired, rel=0.1)


@pytest.mark.parametrize("name", ["quadratic_kappa", "f1_macro", "mcc", "balanced_accuracy"])
def test_the_bootstrap_of_confusion_counts_is_that_of_every_draw_anew(name):
    y, p = classes(1, 3, n=90)
    score = {
        "quadratic_kappa": lambda y, q, sample_weight: sk.cohen_kappa_score(
            y, q, weights="quadratic", sample_weight=sample_weight
        ),
        "f1_macro": lambda y, q, sample_weight: sk.f1_score(
            y, q, average="macro", sample_weight=sample_weight
        ),
        "mcc": sk.matthews_corrcoef,
        "balanced_accuracy": sk.balanced_accuracy_score,
    }[name]
    ours = bootstrap(Scorer(get_metric(name), y), [make_predictions(p)]).draws[:100, 0]
    assert ours == pytest.approx(exact_draws(y, [p.argmax(1)], score, draws=100)[:, 0], rel=1e-9, abs=1e-9)


def test_a_metric_that_is_a_function_is_drawn_with_weights_and_by_group():
    y, p = numbers(3)
    groups = np.arange(len(y)) // 3
    metric = get_metric("median_absolute_error")
    ours = bootstrap(Scorer(metric, y), [make_predictions(p[:, None])], groups)
    counts = next(Resamples(groups).counts(len(y)))
    assert (counts.reshape(-1, 3) == counts[::3, None]).all()
    assert ours.draws[0, 0] == pytest.approx(sk.median_absolute_error(y, p, sample_weight=counts))
    assert ours.scores[0] == pytest.approx(sk.median_absolute_error(y, p))


def test_a_draw_without_a_rare_class_does_not_spoil_the_error_bar():
    y = np.array([1, *[0] * 29])
    entries = [
        make_predictions(np.column_stack([1 - p, p])) for p in np.random.default_rng(0).random((2, 30))
    ]
    for name in ("roc_auc", "average_precision"):
        found = bootstrap(Scorer(get_metric(name), y), entries)
        assert np.isnan(found.draws).any()
        assert np.isfinite(found.standard_errors).all()
        assert 0 <= found.compare(1, best=0).p_value <= 1
