"""A competition is that of the folder that was asked for, whatever was loaded before."""

from podium.competition.registry import get_competition
from support.tiny import make_root


def test_folders_that_take_turns_in_one_process_keep_their_own_competition(tmp_path):
    one = make_root(tmp_path / "one", {"constant": {}})
    two = make_root(tmp_path / "two", {"ridge": {}})
    found = [list(get_competition(root, "tiny").roster) for root in (one, two, one, two)]
    assert found == [["constant"], ["ridge"], ["constant"], ["ridge"]]
