"""A stub that plays Kaggle for the real client, and a checkout without competitions."""

import sys

import pytest

from support.kaggle_case import case, kaggle_server, shared_client, stub

__all__ = ["case", "kaggle_server", "shared_client", "stub"]


@pytest.fixture
def empty(tmp_path):
    """A checkout without competitions; what is imported from it is forgotten at the end."""
    (tmp_path / "competitions").mkdir()
    (tmp_path / "competitions" / "__init__.py").touch()
    kept, places = {n: sys.modules.pop(n) for n in our_modules()}, list(sys.path)
    yield tmp_path
    for name in our_modules():
        del sys.modules[name]
    sys.modules.update(kept)
    sys.path[:] = places


def our_modules():
    return [name for name in sys.modules if name.partition(".")[0] == "competitions"]
