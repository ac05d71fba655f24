"""AdamW for networks with large embeddings."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

BETA1 = 0.9
BETA2 = 0.999
EPSILON = 1e-6


class LazyAdamW(tf.Module):
    """AdamW (Loshchilov and Hutter 2019, "Decoupled Weight Decay Regularization") that does not change the
    embedding rows that a batch does not use, nor their moments. Vectors do not decay."""

    def __init__(self, variables: Sequence[tf.Variable], weight_decay: float):
        super().__init__()
        self.targets = list(variables)
        self.weight_decay = weight_decay
        self.means = [tf.Variable(tf.zeros_like(v)) for v in self.targets]
        self.squares = [tf.Variable(tf.zeros_like(v)) for v in self.targets]
        self.steps = tf.Variable(0.0)

    def apply(self, gradients: Sequence[tf.Tensor | tf.IndexedSlices | None], rate: tf.Tensor) -> None:
        self.steps.assign_add(1.0)
        for number, gradient in enumerate(gradients):
            if isinstance(gradient, tf.IndexedSlices):
                self._apply_rows(number, gradient, rate)
            elif gradient is not None:
                self._apply_all(number, gradient, rate)

    def _apply_all(self, number: int, gradient: tf.Tensor, rate: tf.Tensor) -> None:
        variable = self.targets[number]
        if variable.shape.rank > 1:
            variable.assign_sub(rate * self.weight_decay * variable)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self.means[number].handle,
            v=self.squares[number].handle,
            beta1_power=BETA1**self.steps,
            beta2_power=BETA2**self.steps,
            lr=rate,
            beta1=BETA1,
            beta2=BETA2,
            epsilon=EPSILON,
            grad=gradient,
        )

    def _apply_rows(self, number: int, gradient: tf.IndexedSlices, rate: tf.Tensor) -> None:
        variable = self.targets[number]
        mean = self.means[number]
        square = self.squares[number]
        rows, places = tf.unique(gradient.indices)
        slope = tf.math.unsorted_segment_sum(gradient.values, places, tf.size(rows))
        new_mean = BETA1 * tf.gather(mean, rows) + (1 - BETA1) * slope
        new_square = BETA2 * tf.gather(square, rows) + (1 - BETA2) * slope**2
        mean.scatter_update(tf.IndexedSlices(new_mean, rows))
        square.scatter_update(tf.IndexedSlices(new_square, rows))
        unbiased = tf.sqrt(1 - BETA2**self.steps) / (1 - BETA1**self.steps)
        change = unbiased * new_mean / (tf.sqrt(new_square) + EPSILON)
        change += self.weight_decay * tf.gather(variable, rows)
        variable.scatter_sub(tf.IndexedSlices(rate * change, rows))
