"""Fitted models on disk, signed. A pickle runs code when it is read, so podium reads none that it did not
write for this user."""

from __future__ import annotations

import hashlib
import hmac
import os
import pickle
import secrets
from pathlib import Path
from typing import Any

from podium.errors import StoreError
from podium.storage.store import Store

_SIGNATURE = hashlib.sha256().digest_size  # bytes, before the pickle


def write_pickle(store: Store, path: Path, data: bytes) -> None:
    """Write a pickled model, signed. Raise StoreError when the disk refuses."""
    store.write(path, _sign(data) + data)


def read_model(path: Path) -> Any:
    """Return a fitted model. Raise StoreError for a file that is not there, or that has another signature."""
    return pickle.loads(read_pickle(path))


def read_pickle(path: Path) -> bytes:
    """Return a pickled model. Raise StoreError for a file that is not there, or that has another
    signature."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise StoreError(
            f"{path} must exist, found nothing there; remove its folder and train again"
        ) from None
    signature = content[:_SIGNATURE]
    data = content[_SIGNATURE:]
    if not hmac.compare_digest(signature, _sign(data)):
        raise StoreError(
            f"{path} must be a model that podium wrote for this user, got another signature; "
            "remove its folder and train again"
        )
    return data


def _sign(data: bytes) -> bytes:
    return hmac.digest(_key(), data, "sha256")


def _key() -> bytes:
    """Return the secret of this user (32 bytes), made at the first call."""
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    path = config / "podium" / "key"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(_SIGNATURE))
    except FileExistsError:
        pass
    except OSError as error:
        raise StoreError(f"{path} must be writable, got: {error.strerror}; it signs fitted models") from error
    return path.read_bytes()
