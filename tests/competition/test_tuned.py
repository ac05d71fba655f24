"""What tuning found is on the roster, and a file that is not as it should be is refused in one line."""

import json

import pytest

from podium.competition.registry import get_competition
from podium.competition.tuned import Tuned, read_tuned, tuned_name, tuned_path, with_tuned, write_tuned
from podium.errors import CompetitionError
from support.command_line import complaint, podium
from support.makers import make_competition
from support.tiny import make_root

FOUND = {"ridge": {"params": {"alpha": 3.5}, "note": "nested 0.5"}}


def put(root, text, name="tuned.json"):
    place = root / "competitions" / "pets"
    place.mkdir(parents=True, exist_ok=True)
    (place / name).write_text(text)


def test_the_tuned_variant_has_the_roster_s_other_parameters(tmp_path):
    put(tmp_path, json.dumps(FOUND))
    pets = make_competition(
        roster={"constant": {}, "ridge": {"alpha": 1.0, "balance": "weights"}},
        toy_params={"ridge": {"alpha": 9.0}},
    )
    found = with_tuned(pets, tmp_path)
    assert list(found.roster) == ["constant", "ridge", "ridge@tuned"]
    assert found.roster["ridge@tuned"] == {"alpha": 3.5, "balance": "weights"}
    assert found.models(is_toy=True)["ridge@tuned"]["alpha"] == 9.0
    assert found.notes == {"ridge@tuned": "nested 0.5"}
    others = make_competition(name="others")
    assert with_tuned(others, tmp_path) is others


def test_a_variant_of_a_competition_has_a_file_of_its_own(tmp_path):
    pets = make_competition(roster={"ridge": {}}, variants={"six": {"title": "Six pets"}}).varied("six")
    put(tmp_path, json.dumps(FOUND))
    assert "ridge@tuned" not in with_tuned(pets, tmp_path).roster
    put(tmp_path, json.dumps(FOUND), "tuned@six.json")
    assert "ridge@tuned" in with_tuned(pets, tmp_path).roster


def test_a_variant_of_a_model_has_a_name_that_finds_the_model():
    assert tuned_name("ridge") == "ridge@tuned"
    assert tuned_name("ridge@wide") == "ridge@wide-tuned"


def test_models_are_put_in_and_taken_out(tmp_path):
    pets = make_competition()
    path = tuned_path(tmp_path, pets)
    ridge = Tuned({"alpha": 3.5}, "nested 0.5")
    write_tuned(path, "ridge", None)
    assert not path.exists()
    write_tuned(path, "sgd", Tuned({}, ""))
    write_tuned(path, "ridge", ridge)
    assert read_tuned(path) == {"ridge": ridge, "sgd": Tuned({}, "")}
    write_tuned(path, "sgd", None)
    assert json.loads(path.read_text()) == FOUND
    write_tuned(path, "ridge", None)
    assert not path.exists()


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "7",
        '{"ridge": {"alpha": 3}}',
        '{"ridge": {"params": [], "note": ""}}',
        '{"ridge": {"params": {}, "note": 3}}',
        '{"ridge": {"params": {}, "note": "", "more": 1}}',
        "\ud800",
    ],
)
def test_another_file_is_refused(tmp_path, text):
    put(tmp_path, "")
    path = tuned_path(tmp_path, make_competition())
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(CompetitionError, match=r"tuned\.json must .*; mend or remove it"):
        read_tuned(path)


def test_the_command_line_says_so_in_one_line(tmp_path):
    root = make_root(tmp_path)
    path = root / "competitions" / "tiny" / "tuned.json"
    path.write_text(json.dumps({"ridge": {"alpha": list(range(1000))}}))
    line = complaint(podium(root, "train", "tiny"))
    assert str(path) in line
    assert len(line) <= 300 + len(str(path))
    path.unlink()
    assert "ridge@tuned" not in get_competition(root, "tiny").roster
