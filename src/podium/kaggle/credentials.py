"""Whether this user has credentials for Kaggle, and whether others can read them. Only names and
rights of files are looked at: the official client alone reads what is in them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path


def has_credentials() -> bool:
    env = os.environ
    named = bool(env.get("KAGGLE_API_TOKEN") or (env.get("KAGGLE_USERNAME") and env.get("KAGGLE_KEY")))
    return named or any(True for _ in _files())


def warnings() -> Iterator[str]:
    """A line for each file of credentials that other users of this machine can read."""
    for path in _files():
        if path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
            yield f"{path} can be read by other users of this machine; run: chmod 600 {path}"


def _files() -> Iterator[Path]:
    """Where the official client looks."""
    home = Path.home() / ".kaggle"
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "kaggle"
    own = os.environ.get("KAGGLE_CONFIG_DIR")
    keys = Path(own) if own else home if home.is_dir() else config
    named = [home / name for name in ("access_token", "access_token.txt", "credentials.json")]
    token = os.environ.get("KAGGLE_API_TOKEN", "")
    for path in (keys / "kaggle.json", *named, *([Path(token)] if token.startswith(("/", "~")) else [])):
        if path.is_file():
            yield path
