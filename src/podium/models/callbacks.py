"""What a model may be given for its `fit` besides rows, without importing what trains it."""

from __future__ import annotations

from collections.abc import Callable

OnEpoch = Callable[[int, int, float], None]
"""Told after each epoch: the epoch from 1, the number of epochs, and the training loss."""
