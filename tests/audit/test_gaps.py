"""Gaps that predict the target."""

import numpy as np
import pandas as pd
import pytest

from podium.audit.gaps import find_gaps
from support.audit_data import M, N, coin, dataset_of, flipped, found, kinds, rng


def test_rows_that_are_empty_together_are_one_finding():
    y = coin()
    empty = flipped(y, 0.2) == 1
    about = pd.DataFrame(
        {
            "votes": np.where(empty, np.nan, rng(1).integers(0, 9, N)),
            "domain": np.where(empty, "", "a.example"),
            "parent": np.where(empty, "p1", None),
            "random": np.where(rng(2).random(N) < 0.3, np.nan, 1.0),
        }
    )
    (gap,) = found(find_gaps, dataset_of(y, about, about[:M]))
    assert kinds([gap]) == [("missing", True)]
    assert "no value of column 'votes', column 'domain' and only there one of column 'parent'" in gap.summary
    assert gap.score == pytest.approx(0.8)
    assert f"without a value: {empty.sum()} rows" in gap.examples[0]
    (of_features,) = found(find_gaps, dataset_of(y, X=about[["votes"]], X_test=about[["votes"]][:M]))
    assert not of_features.is_alarm
