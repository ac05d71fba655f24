"""Columns that are no use to a model."""

import numpy as np
import pandas as pd

from podium.audit.columns import find_columns
from podium.audit.probes import probes_of
from support.audit_data import M, N, dataset_of


def test_columns_that_teach_nothing_are_named():
    about = pd.DataFrame({"id": np.arange(N), "key": [f"x{i}" for i in range(N)], "one": 1, "none": None})
    summaries = [
        f.summary for f in find_columns(probes_of(dataset_of(about=about, about_test=about[["id"]][:M])))
    ]
    assert summaries == [
        "columns with one value in all rows: nothing to learn: 'one', 'none'",
        "columns with another value in each row: ids, not features: 'id', 'key'",
        "columns that the test files do not have: never a feature: 'key', 'one', 'none'",
    ]
