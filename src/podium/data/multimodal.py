"""Rows of which several things are known: a text, a table, an image."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from PIL import Image

from podium.data.modalities import modality_of
from podium.data.modality import FILE, Modality
from podium.data.near_duplicates import Copies
from podium.data.rows import joined, take
from podium.data.tables import equal_cells
from podium.errors import DataError, ModelError
from podium.formatting import sample
from podium.storage.hashing import content_id


class Multimodal(Modality):
    """`MultimodalRows`: what their parts are, joined."""

    name: ClassVar[str] = "multimodal"
    drops_broken: ClassVar[bool] = False

    def __init__(self, parts: Mapping[str, Any]):
        self.parts = {name: modality_of(part) for name, part in parts.items()}

    @property
    def feeds(self) -> frozenset[str]:  # type: ignore[override]
        return frozenset().union(*(part.feeds for part in self.parts.values()), {"multimodal"})

    @property
    def asks(self) -> Mapping[str, str]:  # type: ignore[override]
        return {kind: noun for part in self.parts.values() for kind, noun in part.asks.items()}

    @property
    def has_files(self) -> bool:  # type: ignore[override]
        return any(part.has_files for part in self.parts.values())

    def _each(self, X: MultimodalRows) -> Iterator[tuple[Modality, Any]]:
        return ((modality, X.parts[name]) for name, modality in self.parts.items())

    def width(self, X: MultimodalRows) -> int:
        return sum(modality.width(part) for modality, part in self._each(X))

    def describe(self, X: MultimodalRows, row: int) -> str:
        modality, part = next(self._each(X))
        return modality.describe(part, row)

    def excerpt(self, X: MultimodalRows, row: int) -> str:
        asked = [(modality, part) for modality, part in self._each(X) if modality.asks]
        return "".join(modality.excerpt(part, row) for modality, part in asked)

    def preview(self, X: MultimodalRows, row: int) -> Image.Image | None:
        shown = (modality.preview(part, row) for modality, part in self._each(X))
        return next((picture for picture in shown if picture), None)

    def columns(self, X: MultimodalRows) -> pd.DataFrame | None:
        known = [modality.columns(part) for modality, part in self._each(X)]
        frames = [frame.reset_index(drop=True) for frame in known if frame is not None]
        if not frames:
            return None
        joined = pd.concat(frames, axis=1)
        return joined.loc[:, ~joined.columns.duplicated()]

    def with_column(self, X: MultimodalRows, column: Any, values: Any) -> MultimodalRows:
        """A column that several parts have is replaced in each: the models are given it by all of them."""
        changed = {
            name: self.parts[name].with_column(X.parts[name], column, values)
            for name in self._parts_with(X, column)
        }
        return X.replaced(**changed)

    def feeds_from(self, X: MultimodalRows, column: Any) -> frozenset[str]:
        feeds = (self.parts[name].feeds for name in self._parts_with(X, column))
        return frozenset({"multimodal"}).union(*feeds)

    def _parts_with(self, X: MultimodalRows, column: Any) -> list[str]:
        known = {name: modality.columns(X.parts[name]) for name, modality in self.parts.items()}
        return [name for name, frame in known.items() if frame is not None and column in frame]

    def file_facts(self, X: MultimodalRows) -> pd.DataFrame | None:
        found = (modality.file_facts(part) for modality, part in self._each(X))
        return next((facts for facts in found if facts is not None), None)

    def file_names(self, X: MultimodalRows) -> list[str]:
        return [name for modality, part in self._each(X) for name in modality.file_names(part)]

    def content_vectors(self, X: MultimodalRows, rows: np.ndarray) -> np.ndarray | None:
        found = (modality.content_vectors(part, rows) for modality, part in self._each(X))
        return next((vectors for vectors in found if vectors is not None), None)

    def near_copies(self, X: MultimodalRows, X_test: MultimodalRows) -> Iterator[Copies]:
        """Cells are not compared where each row has a file: the files say more."""
        train = self.columns(X)
        test = self.columns(X_test)
        facts = self.file_facts(X)
        every_row_has_a_file = facts is not None and bool(facts["bytes"].notna().all())
        if train is not None and test is not None and not every_row_has_a_file:
            yield equal_cells(train, test)
        for name, modality in self.parts.items():
            if modality.has_files:
                yield from modality.near_copies(X.parts[name], X_test.parts[name])

    def broken(self, X: MultimodalRows) -> dict[int, str]:
        return {
            row: fault for modality, part in self._each(X) for row, fault in modality.broken(part).items()
        }

    def blank(self, X: MultimodalRows, rows: Sequence[int]) -> MultimodalRows:
        blanked = {n: m.blank(X.parts[n], rows) for n, m in self.parts.items() if m.has_files}
        return X.replaced(**blanked)

    def check_file(self, path: Path) -> tuple[Image.Image | None, str]:
        asked = (part for part in self.parts.values() if FILE in part.asks)
        return next(asked).check_file(path)

    def isolate(self, X: MultimodalRows, folder: Path) -> MultimodalRows:
        return MultimodalRows(
            {name: modality.isolate(X.parts[name], folder) for name, modality in self.parts.items()}
        )


@dataclass(frozen=True, eq=False)
class MultimodalRows:
    """n rows. `parts` maps a name to what is known of them: a frame, image files, anything of n rows.

    A model reads the part that its name calls for: "text", "table" or "images".
    """

    parts: Mapping[str, Any]

    def __len__(self) -> int:
        return len(next(iter(self.parts.values())))

    def __getitem__(self, rows: Any) -> MultimodalRows:
        rows = np.atleast_1d(np.arange(len(self))[rows])
        return MultimodalRows({name: take(whole, rows) for name, whole in self.parts.items()})

    @cached_property
    def modality(self) -> Modality:
        return Multimodal(self.parts)

    @cached_property
    def content_id(self) -> str:
        return content_id(list(self.parts), *self.parts.values())

    def joined(self, more: MultimodalRows) -> MultimodalRows:
        """Return these rows and after them `more`. Raise DataError where their parts differ."""
        if list(self.parts) != list(more.parts):
            raise DataError(
                f"rows must be joined to rows of their parts, got {sample(self.parts)} and "
                f"{sample(more.parts)}"
            )
        return MultimodalRows({name: joined(part, more.parts[name]) for name, part in self.parts.items()})

    def replaced(self, **parts: Any) -> MultimodalRows:
        """Return the rows with other parts of these names."""
        return MultimodalRows({**self.parts, **parts})


def part(X: Any, name: str) -> Any:
    """Return the part of that name; rows without parts as they are. Raise ModelError if there is no such
    part."""
    if not isinstance(X, MultimodalRows):
        return X
    if name not in X.parts:
        raise ModelError(
            f"this model must be given the part {name!r}, got rows with {sample(X.parts)}; "
            "choose another model"
        )
    return X.parts[name]
