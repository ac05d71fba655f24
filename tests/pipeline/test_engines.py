"""An engine that cannot be had is refused in one line, before any data are loaded."""

import pytest

from podium.errors import CompetitionError
from podium.pipeline import engines
from podium.pipeline.engines import require_engine
from support.command_line import complaint, podium
from support.tiny import make_root


def test_a_name_that_is_none_is_refused():
    with pytest.raises(CompetitionError, match="no engine 'rey'; did you mean 'ray'"):
        require_engine("rey")


@pytest.mark.parametrize("verb", ["train", "submit", "start"])
def test_an_address_without_ray_is_refused(tmp_path, verb):
    root = make_root(tmp_path)
    line = complaint(podium(root, verb, "tiny", "--address", "10.0.0.1:6379"))
    assert "--address must come with --engine ray, got the engine 'serial'" in line
    assert not (root / "submissions").exists()


def test_without_the_extra_the_line_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(engines, "find_spec", lambda name: None)
    with pytest.raises(CompetitionError, match=r"run: pip install 'podium\[cluster\]'"):
        require_engine("ray")
