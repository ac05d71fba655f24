"""Rows of which several things are known: a text, a table, an image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from podium.data.dataset import take
from podium.errors import ModelError
from podium.formatting import sample
from podium.storage.hashing import content_id


@dataclass(frozen=True, eq=False)
class Parts:
    """n rows of X. `named` maps a name to what is known of them: a frame, image files, anything of n rows.
    A model reads the part that its name calls for: "text", "table" or "images"."""

    named: Mapping[str, Any]

    def __len__(self) -> int:
        return len(next(iter(self.named.values())))

    def __getitem__(self, rows: Any) -> Parts:
        rows = np.atleast_1d(np.arange(len(self))[rows])
        return Parts({name: take(whole, rows) for name, whole in self.named.items()})

    @cached_property
    def content_id(self) -> str:
        return content_id(list(self.named), *self.named.values())

    def replaced(self, **parts: Any) -> Parts:
        return Parts({**self.named, **parts})


def part(X: Any, name: str) -> Any:
    """Of rows with parts the one of that name; other rows as they are."""
    if not isinstance(X, Parts):
        return X
    if name not in X.named:
        raise ModelError(
            f"this model must be given the part {name!r}, got rows with {sample(X.named)}; "
            "choose another model"
        )
    return X.named[name]
