"""What a run tells while it goes on. Importing this waits for no library."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """What is told while models are fitted and blended. Folds count from 0, epochs from 1."""

    def fold_started(self, model: str, fold: int) -> None: ...
    def epoch_ended(self, model: str, fold: int, epoch: int, epochs: int, loss: float) -> None: ...
    def fold_ended(
        self, model: str, fold: int, folds: int, score: float, seconds: float, cached: bool
    ) -> None: ...
    def blend_started(self, name: str, models: int) -> None: ...


class SilentProgress:
    """Tells nothing, but for what a class that is derived from it has of its own."""

    def fold_started(self, model: str, fold: int) -> None:
        pass

    def epoch_ended(self, model: str, fold: int, epoch: int, epochs: int, loss: float) -> None:
        pass

    def fold_ended(
        self, model: str, fold: int, folds: int, score: float, seconds: float, cached: bool
    ) -> None:
        pass

    def blend_started(self, name: str, models: int) -> None:
        pass
