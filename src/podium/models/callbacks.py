"""The type of the callback that networks take for their `fit`. It is here so that naming it imports no
TensorFlow."""

from __future__ import annotations

from collections.abc import Callable

OnEpoch = Callable[[int, int, float], None]
"""Told after each epoch: the epoch from 1, the number of epochs, and the training loss."""
