"""Downloads a competition's files to competitions/<name>/data/<slug>.zip: whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from podium.competition.declaration import Competition
from podium.competition.sources import check_zip, zip_sums
from podium.errors import DataError, RemoteError, StoreError
from podium.kaggle.client import Client, KaggleError, Tell
from podium.storage.atomic import cannot_write, take_lock
from podium.storage.hashing import file_sum
from podium.storage.store import Store


def fetch(competition: Competition, root: Path, client: Client, tell: Tell, again: bool = False) -> Path:
    """Return the path of the competition's zip, downloaded unless the one that is there has the sum that it
    came with; `again` downloads it in any case.

    Raises RemoteError where Kaggle refuses, DataError for a download that is broken; what was there before
    stays then.
    """
    return fetch_files(data_folder(competition.folder, root), competition.slug, client, tell, again)


def fetch_files(folder: Path, slug: str, client: Client, tell: Tell, again: bool = False) -> Path:
    """Do what `fetch` does for a competition that need not be declared yet."""
    path = folder / f"{slug}.zip"
    with _locked(folder):
        if not again and path.exists() and _read_facts(folder, slug).get("sha256") == file_sum(path):
            tell(f"{path} is what Kaggle delivered before; --again downloads it anew")
            return path
        unfinished = _temporary_folder(folder)
        try:
            _download(slug, unfinished, client, tell)
            _move_into_place(slug, unfinished, folder)
        except OSError as error:
            raise cannot_write(folder, error) from error
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return path


def data_folder(name: str, root: Path) -> Path:
    """Return the folder that holds a competition's files."""
    return root / "competitions" / name / "data"


def fetched_sums(competition: Competition, root: Path) -> Mapping[str, str]:
    """Return the sums of the files that Kaggle delivered, as `sources.folder_sums` gives them; empty if
    none were fetched."""
    return _read_facts(data_folder(competition.folder, root), competition.slug).get("files", {})


def require_rules_accepted(slug: str, about: Mapping[str, Any]) -> None:
    """Raise RemoteError unless the account has joined the competition and accepted its rules."""
    if not about["has_entered"]:
        raise RemoteError(
            f"Kaggle must have your acceptance of the rules of {slug!r}, got none; "
            f"join at https://www.kaggle.com/competitions/{slug}/rules and run again"
        )


def _download(slug: str, folder: Path, client: Client, tell: Tell) -> None:
    about = client.competition(slug)
    tell(f"downloading the files of {slug}")
    try:
        client.download(slug, folder)
    except KaggleError as error:
        if error.status == 403:  # the reason is often left out, and this is the usual one
            require_rules_accepted(slug, about)
        raise
    path = folder / f"{slug}.zip"
    if not path.exists():
        found = sorted(p.name for p in folder.iterdir())
        raise RemoteError(f"Kaggle must deliver {path.name}, got {found}; download the files by hand")
    try:
        check_zip(path)
    except DataError as error:
        fault = str(error).replace(str(path), f"{path.name} from Kaggle")
        raise DataError(fault.replace("download it again", "run podium fetch again")) from error


def _move_into_place(slug: str, unfinished: Path, folder: Path) -> None:
    """Write the facts of the zip, then move the zip. In this order, because facts without their zip make
    an upload refuse, and a zip without its facts would be believed."""
    path = unfinished / f"{slug}.zip"
    now = datetime.now(UTC).isoformat(timespec="seconds")
    facts = {"slug": slug, "fetched": now, "sha256": file_sum(path), "files": zip_sums(path)}
    with open(path, "rb") as file:
        os.fsync(file.fileno())
    Store(folder).write_json(_facts_path(folder, slug), facts)
    os.replace(path, folder / path.name)


def _facts_path(folder: Path, slug: str) -> Path:
    """Return a hidden path, so that the folder does not seem to hold data."""
    return folder / f".{slug}.json"


def _read_facts(folder: Path, slug: str) -> Mapping[str, Any]:
    """Return the facts of the zip that was fetched; empty where none was."""
    return Store(folder).read_json(_facts_path(folder, slug)) or {}


def _temporary_folder(folder: Path) -> Path:
    """Return a new folder, and remove those of killed downloads: only one download runs at a time."""
    for left in folder.glob(".fetching-*"):
        shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=".fetching-", dir=folder))


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
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
