"""A competition's files from Kaggle to competitions/<name>/data/<slug>.zip: whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from podium.competition.declaration import Competition
from podium.competition.sources import check_zip, zip_sums
from podium.errors import DataError, RemoteError, StoreError
from podium.kaggle.client import Client, KaggleError
from podium.storage.atomic import cannot_write, take_lock
from podium.storage.hashing import file_sum
from podium.storage.store import Store

Say = Callable[[str], None]


def fetch(competition: Competition, root: Path, client: Client, say: Say, again: bool = False) -> Path:
    """The zip. One that is there with the sums it came with is not downloaded again, unless asked.

    Raises RemoteError where Kaggle refuses, DataError for a download that is broken; what was there
    before stays then.
    """
    return fetch_files(data_folder(competition.folder, root), competition.slug, client, say, again)


def fetch_files(folder: Path, slug: str, client: Client, say: Say, again: bool = False) -> Path:
    """The same for a competition that need not be declared yet."""
    path = folder / f"{slug}.zip"
    with _alone(folder):
        if not again and path.exists() and _facts(folder, slug).get("sha256") == file_sum(path):
            say(f"{path} is what Kaggle delivered before; --again downloads it anew")
            return path
        fresh = _fresh(folder)
        try:
            _download(slug, fresh, client, say)
            _take(slug, fresh, folder)
        except OSError as error:
            raise cannot_write(folder, error) from error
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return path


def data_folder(name: str, root: Path) -> Path:
    return root / "competitions" / name / "data"


def fetched_sums(competition: Competition, root: Path) -> Mapping[str, str]:
    """Of the files that Kaggle delivered, as `files.folder_sums` gives them; empty if none were fetched."""
    return _facts(data_folder(competition.folder, root), competition.slug).get("files", {})


def require_open(slug: str, about: Mapping[str, Any]) -> None:
    """Raises RemoteError unless the account has joined the competition and accepted its rules."""
    if not about["has_entered"]:
        raise RemoteError(
            f"Kaggle must have your acceptance of the rules of {slug!r}, got none; "
            f"join at https://www.kaggle.com/competitions/{slug}/rules and run again"
        )


def _download(slug: str, fresh: Path, client: Client, say: Say) -> None:
    about = client.competition(slug)
    say(f"downloading the files of {slug}")
    try:
        client.download(slug, fresh)
    except KaggleError as error:
        if error.status == 403:  # the reason is often left out, and this is the usual one
            require_open(slug, about)
        raise
    path = fresh / f"{slug}.zip"
    if not path.exists():
        held = sorted(p.name for p in fresh.iterdir())
        raise RemoteError(f"Kaggle must deliver {path.name}, got {held}; download the files by hand")
    try:
        check_zip(path)
    except DataError as error:
        fault = str(error).replace(str(path), f"{path.name} from Kaggle")
        raise DataError(fault.replace("download it again", "run podium fetch again")) from error


def _take(slug: str, fresh: Path, folder: Path) -> None:
    """The sums go first: sums without their zip make an upload refuse, never believe."""
    path = fresh / f"{slug}.zip"
    now = datetime.now(UTC).isoformat(timespec="seconds")
    facts = {"slug": slug, "fetched": now, "sha256": file_sum(path), "files": zip_sums(path)}
    with open(path, "rb") as file:
        os.fsync(file.fileno())
    Store(folder).write_json(_facts_path(folder, slug), facts)
    os.replace(path, folder / path.name)


def _facts_path(folder: Path, slug: str) -> Path:
    """Hidden, lest the folder seem to hold data."""
    return folder / f".{slug}.json"


def _facts(folder: Path, slug: str) -> Mapping[str, Any]:
    """Of the zip that was fetched; empty where none was."""
    return Store(folder).read_json(_facts_path(folder, slug)) or {}


def _fresh(folder: Path) -> Path:
    """A new folder, those of killed downloads removed: only one runs at a time."""
    for left in folder.glob(".fetching-*"):
        shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=".fetching-", dir=folder))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise StoreError(f"{folder} must be a writable folder, got: {error.strerror}") from error
    try:
        if not take_lock(handle):
            raise StoreError(f"{folder} must be filled by one fetch at a time, got another; wait for it")
        yield
    finally:
        os.close(handle)
