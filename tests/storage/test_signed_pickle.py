"""Fitted models on disk: read back only if this user's podium wrote them."""

import pickle
import stat

import numpy as np
import pytest
from sklearn.naive_bayes import GaussianNB

from podium.errors import StoreError
from podium.storage.signed_pickle import read_model, write_pickle
from podium.storage.store import Store

X, Y = np.array([[0.0], [1.0], [5.0], [6.0]]), np.array([0, 0, 1, 1])


class Trap:
    """What an attacker would put there: it runs when it is read."""

    def __reduce__(self):
        return pytest.fail, ("a foreign pickle was read",)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "fold-0.model"
    write_pickle(Store(tmp_path), path, pickle.dumps(GaussianNB().fit(X, Y)))
    return path


def test_a_model_comes_back_as_it_was(path):
    assert read_model(path).predict([[0.5], [5.5]]).tolist() == [0, 1]


def test_a_model_of_another_user_is_not_read(path, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "another"))
    with pytest.raises(StoreError, match="got another signature"):
        read_model(path)


@pytest.mark.parametrize("keep", [0, 32], ids=["no signature", "the old signature"])
def test_a_foreign_pickle_is_never_read(path, keep):
    path.write_bytes(path.read_bytes()[:keep] + pickle.dumps(Trap()))
    with pytest.raises(StoreError, match="got another signature"):
        read_model(path)


def test_a_missing_model_says_what_to_do(tmp_path):
    with pytest.raises(StoreError, match="train again"):
        read_model(tmp_path / "fold-0.model")


def test_the_key_is_the_user_s_alone(path, tmp_path):
    key = tmp_path / "config" / "podium" / "key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(key.read_bytes()) == 32
