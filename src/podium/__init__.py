"""podium turns a Kaggle competition folder into an honest leaderboard of models and a submission file.

The names below are the Python API. They are imported when they are first used.
"""

from __future__ import annotations

import importlib
from importlib.metadata import version
from typing import Any

__version__ = version("podium")
_HOMES = {
    "Classification": "data.task",
    "Competition": "competition.declaration",
    "Dataset": "data.dataset",
    "FoldPlan": "competition.declaration",
    "ImageFiles": "data.images",
    "Metric": "metrics",
    "Modality": "data.modality",
    "MultimodalRows": "data.multimodal",
    "Reference": "competition.declaration",
    "Regression": "data.task",
    "get_competition": "competition.registry",
    "open_session": "pipeline.session",
    "train": "pipeline.train",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'podium' has no attribute {name!r}")
    return getattr(importlib.import_module(f"podium.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
