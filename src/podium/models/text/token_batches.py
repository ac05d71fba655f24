"""Tokenized texts in batches of about equal length, so that little is computed for padding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import tensorflow as tf

Tokens = Mapping[str, np.ndarray]  # input_word_ids, input_mask, input_type_ids: (n, length)


@dataclass(frozen=True)
class TokenizedTexts:
    """n texts as a network takes them: their tokens and, where layers are frozen, the outputs of these
    layers, an array (length, width) for each text."""

    tokens: Tokens
    states: list[np.ndarray] | None = None

    @cached_property
    def lengths(self) -> np.ndarray:
        return self.tokens["input_mask"].sum(axis=1)

    def batch(self, rows: np.ndarray) -> dict[str, tf.Tensor]:
        """Return the tokens of some rows, cut to the longest of them."""
        longest = self.lengths[rows].max()
        arrays = {name: values[rows, :longest] for name, values in self.tokens.items()}
        if self.states is not None:
            arrays["states"] = np.zeros((len(rows), longest, self.states[0].shape[1]), dtype=np.float32)
            for place, row in enumerate(rows):
                arrays["states"][place, : self.lengths[row]] = self.states[row]
        return {name: tf.constant(values) for name, values in arrays.items()}

    def by_length(self, size: int = 128) -> Iterator[np.ndarray]:
        """Return the row numbers of batches of texts of about equal length."""
        order = np.argsort(self.lengths, kind="stable")
        return (order[i : i + size] for i in range(0, len(order), size))

    def shuffled(self, size: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
        """Return the same in random order, each row once: rows are sorted by length within random stretches
        of 32 batches."""
        order = rng.permutation(len(self.lengths))
        stretches = (order[i : i + 32 * size] for i in range(0, len(order), 32 * size))
        ordered = np.concatenate([s[np.argsort(self.lengths[s], kind="stable")] for s in stretches])
        batches = [ordered[i : i + size] for i in range(0, len(ordered), size)]
        return (batches[i] for i in rng.permutation(len(batches)))
