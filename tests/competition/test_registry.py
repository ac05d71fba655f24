"""A competition is loaded from its own checkout, whichever was loaded before under its name."""

from podium.competition.registry import get_competition
from support.tiny import make_root


def test_two_checkouts_may_have_a_competition_of_one_name(tmp_path):
    rosters = [{"constant": {}, "ridge": {}}, {"constant": {}, "sgd": {}}]
    roots = [make_root(tmp_path / str(number), roster) for number, roster in enumerate(rosters)]
    for root, roster in [*zip(roots, rosters, strict=True), (roots[0], rosters[0])]:
        assert get_competition(root, "tiny").roster == roster
