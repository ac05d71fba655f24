import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from makers import quick
from podium.models.keras_base import rate
from podium.models.pruning import Pruning


def drawn(pruning, epoch):
    """Rows and weights of an epoch, by row."""
    rows, weights = (np.concatenate(part) for part in zip(*pruning.batches(epoch), strict=True))
    order = np.argsort(rows)
    return rows[order], weights[order]


def trained(n=1000, share=0.75, hard=100, **options):
    """Pruning after one epoch in which the first `hard` rows had a large loss."""
    pruning = Pruning(n, **{"epochs": 20, "share": share, "batch_size": 10, "seed": 0, **options})
    for rows, _ in pruning.batches(0):
        pruning.seen(rows, np.where(rows < hard, 1.0, 0.01))
    return pruning


@pytest.mark.parametrize("epoch", [0, 18, 19])
def test_the_first_epoch_and_the_last_fifteenth_take_every_row_once(epoch):
    rows, weights = drawn(trained(), epoch)
    assert rows.tolist() == list(range(1000))
    assert (weights == 1).all()


@pytest.mark.parametrize("epoch", [1, 10, 17])
def test_hard_rows_stay_and_of_the_easy_ones_a_quarter(epoch):
    rows, weights = drawn(trained(), epoch)
    assert (rows < 100).sum() >= 95  # but for those that fill no whole batch
    assert (rows >= 100).sum() == pytest.approx(900 / 4, rel=0.2)
    assert (weights[rows < 100] == 1).all()
    assert (weights[rows >= 100] == 4).all()


@quick
@given(st.integers(0, 1000), st.sampled_from([0.25, 0.5, 0.75]))
def test_weights_keep_the_expected_sum_of_gradients(seed, share):
    gradients = np.where(np.arange(1000) < 100, 5.0, 1.0)
    sums = []
    for _ in range(20):
        pruning = trained(share=share, seed=seed)
        rows, weights = drawn(pruning, 5)
        sums.append(weights @ gradients[rows])
        seed += 1
    assert np.mean(sums) == pytest.approx(gradients.sum(), rel=0.06)


@quick
@given(st.integers(1, 60), st.integers(1, 70), st.integers(1, 12), st.sampled_from([0.0, 0.5, 0.9]))
def test_every_epoch_has_whole_batches_of_different_rows(n, batch_size, epochs, share):
    pruning = Pruning(n, epochs, share, batch_size, seed=0)
    for epoch in range(epochs):
        batches = pruning.batches(epoch)
        assert batches
        assert {len(rows) for rows, _ in batches} == {min(n, batch_size)}
        rows = np.concatenate([rows for rows, _ in batches])
        assert len(set(rows)) == len(rows)
        for rows, _ in batches:
            pruning.seen(rows, np.random.default_rng(epoch).random(len(rows)))


def test_without_a_share_nothing_is_skipped():
    assert len(drawn(trained(share=0.0), 5)[0]) == 1000


def test_the_same_seed_draws_the_same_rows():
    def rows(seed):
        return [rows.tolist() for rows, _ in trained(seed=seed).batches(5)]

    assert rows(1) == rows(1) != rows(2)


def test_the_loss_is_the_mean_of_what_was_last_seen():
    pruning = trained(n=10, hard=5, batch_size=5)
    assert pruning.loss == pytest.approx((5 * 1.0 + 5 * 0.01) / 10)


def test_the_learning_rate_rises_for_a_tenth_and_falls_to_nothing():
    rates = [rate(done) for done in np.linspace(0, 1, 101)]
    assert rates[0] == pytest.approx(0.05)
    assert max(rates) == rates[10] == pytest.approx(1)
    assert rates[-1] == pytest.approx(0)
    assert (np.diff(rates)[:10] > 0).all()
    assert (np.diff(rates)[10:] < 0).all()
