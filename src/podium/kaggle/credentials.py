"""Tells whether this user has credentials for Kaggle, and whether others can read them.

Only names and rights of files are looked at: the official client alone reads what is in them.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path


def has_credentials() -> bool:
    """Return whether the environment or a file holds credentials."""
    if os.environ.get("KAGGLE_API_TOKEN"):
        return True
    if os.environ.get("KAGGLE_USERNAME") and os.environ.get("KAGGLE_KEY"):
        return True
    return any(True for _ in _credential_files())


def warnings() -> Iterator[str]:
    """Yield a line for each file of credentials that other users of this machine can read."""
    for path in _credential_files():
        if path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
            yield f"{path} can be read by other users of this machine; run: chmod 600 {path}"


def _credential_files() -> Iterator[Path]:
    """Yield the files that are there of those where the official client looks."""
    home = Path.home() / ".kaggle"
    candidates = [_key_folder(home) / "kaggle.json"]
    candidates += [home / name for name in ("access_token", "access_token.txt", "credentials.json")]
    token = os.environ.get("KAGGLE_API_TOKEN", "")
    if token.startswith(("/", "~")):
        candidates.append(Path(token))
    yield from (path for path in candidates if path.is_file())


def _key_folder(home: Path) -> Path:
    named = os.environ.get("KAGGLE_CONFIG_DIR")
    if named:
        return Path(named)
    if home.is_dir():
        return home
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "kaggle"
