"""Groups that ids name."""

import pandas as pd

from podium.data.id_groups import group_facts


def test_each_row_knows_the_size_of_its_group_and_its_place():
    facts = group_facts(pd.Series(["1_a", "2_a", "1_b", "3_a", "1_c"]), "_")
    assert facts["rows of the group"].tolist() == [3, 1, 3, 1, 3]
    assert facts["place in the group"].tolist() == [0, 0, 1, 0, 2]
