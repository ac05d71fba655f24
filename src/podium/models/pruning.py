"""Which rows an epoch trains on."""

from __future__ import annotations

import numpy as np


class Pruning:
    """Batches of row numbers, fewer of them from rows that the network already knows.

    InfoBatch (Qin et al. 2024, "InfoBatch: Lossless Training Speed Up by Unbiased Dynamic Data
    Pruning"): each epoch skips a random `share` of the rows whose last loss lies below the mean, and
    lets those of them that stay count 1 / (1 - share) times, so that the expected gradient is that
    of all rows. The first epoch is whole, and so are the last ones, a fifteenth of all.
    """

    def __init__(self, n: int, epochs: int, share: float, batch_size: int, seed: int):
        self.share = share
        self.batch_size = min(batch_size, n)
        self.pruned = range(1, epochs - -(-epochs // 15))
        self.losses = np.full(n, np.nan, dtype=np.float32)
        self.rng = np.random.default_rng(seed)

    def batches(self, epoch: int) -> list[tuple[np.ndarray, np.ndarray]]:
        """Rows and their weights, in whole batches. The rows left over wait for another epoch: a
        small last batch would be a second shape to compile and a noisy one for batch normalisation.
        """
        weights = self._weights(epoch)
        kept = self.rng.permutation(np.flatnonzero(weights))
        whole = len(kept) // self.batch_size * self.batch_size
        return [(rows, weights[rows]) for rows in kept[:whole].reshape(-1, self.batch_size)]

    def _weights(self, epoch: int) -> np.ndarray:
        weights = np.ones(len(self.losses), dtype=np.float32)
        if self.share and epoch in self.pruned:
            known = self.losses < np.nanmean(self.losses)
            skipped = known & (self.rng.random(len(known)) < self.share)
            weights[known] = 1 / (1 - self.share)
            weights[skipped] = 0
        return weights if np.count_nonzero(weights) >= self.batch_size else np.ones_like(weights)

    def seen(self, rows: np.ndarray, losses: np.ndarray) -> None:
        self.losses[rows] = losses

    @property
    def loss(self) -> float:
        """The mean of the rows' last losses."""
        return float(np.nanmean(self.losses))
