"""Which modality rows are of."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from podium.data.modality import Modality
from podium.data.pixel_arrays import PixelArrays
from podium.data.tables import Arrays, Tables
from podium.data.texts import Texts


def modality_of(X: Any) -> Modality:
    """Return the modality that the rows name themselves, or that of a frame or an array."""
    own = getattr(X, "modality", None)
    if isinstance(own, Modality):
        return own
    if isinstance(X, pd.DataFrame):
        return Texts() if "text" in X else Tables()
    if isinstance(X, np.ndarray) and X.ndim == 4 and X.shape[3] in (1, 3):
        return PixelArrays()
    return Arrays()
