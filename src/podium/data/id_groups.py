"""Groups that ids name: 0013_01 and 0013_02 are of the group 0013."""

from __future__ import annotations

import pandas as pd


def group_facts(ids: pd.Series, sign: str) -> pd.DataFrame:
    """Return columns (n, 2) of ids (n,) whose group stands before the last `sign`: how many rows of the file
    are of the row's group, and how many of these stand before it."""
    groups = ids.str.rpartition(sign)[0]
    of_group = groups.groupby(groups)
    return pd.DataFrame(
        {
            "rows of the group": of_group.transform("size").astype("float64"),
            "place in the group": of_group.cumcount().astype("float64"),
        }
    )
