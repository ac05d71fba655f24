"""Rows that belong together should be groups of the data set."""

import numpy as np
import pandas as pd

from podium.audit.groups import find_groups
from podium.audit.leaks import find_leaks
from support.audit_data import M, N, coin, dataset_of, found, kinds, rng


def patients(groups=None):
    """Each of 100 patients has one label and four rows; those of the test rows are others."""
    y = np.repeat(coin(100), 4)
    order = rng(9).permutation(N)
    who = np.array([f"patient-{i}" for i in np.repeat(np.arange(100), 4)])
    about = pd.DataFrame({"who": who[order]})
    groups = who[order] if groups else None
    return dataset_of(y[order], about, pd.DataFrame({"who": [f"other-{i}" for i in range(M)]}), groups=groups)


def test_rows_that_belong_together_should_be_groups():
    (alarming,) = found(find_groups, patients())
    assert kinds([alarming]) == [("groups", True)]
    assert "column 'who'" in alarming.summary
    assert alarming.score > 0.9
    assert found(find_leaks, patients()) == []


def test_rows_that_are_groups_are_not_parted_by_the_audit_either():
    assert found(find_groups, patients(groups=True)) == []
