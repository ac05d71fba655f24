"""Find and unpack a competition's files: a folder or zip that the user has, or toy data."""

from __future__ import annotations

import glob
import hashlib
import os
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from podium.competition.declaration import Competition
from podium.data.folders import visible_files
from podium.errors import DataError
from podium.formatting import sample
from podium.storage.atomic import cannot_write, whole_folder
from podium.storage.hashing import file_sum

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError)
MOST_LISTED_FILES = 20  # of one folder, that a manifest lists one by one
MOST_NESTED = 3  # archives in archives in archives


@dataclass(frozen=True)
class Source:
    """Where a competition's files lie: a folder, or a zip of one. A path of None means that only toy data is
    left."""

    path: Path | None

    @property
    def is_toy(self) -> bool:
        return self.path is None


def find_source(competition: Competition, root: Path, data: Path | None) -> Source:
    """Return where the files lie: in `data` (or the variable PODIUM_DATA), else in the competition's own
    data folder.

    Raises DataError if a place was named and the competition is not in it.
    """
    return find_files(competition.folder, competition.slug, root, data)


def find_files(name: str, slug: str, root: Path, data: Path | None) -> Source:
    """Return the same for a competition that need not be declared yet."""
    named = data or (Path(os.environ["PODIUM_DATA"]) if os.environ.get("PODIUM_DATA") else None)
    own = root / "competitions" / name / "data"
    if named is not None:
        return Source(_in_named_place(named, slug))
    for candidate in (own / f"{slug}.zip", own / slug, own):
        if (candidate.suffix == ".zip" and candidate.exists()) or _holds_files(candidate):
            return Source(candidate)
    return Source(None)


def _in_named_place(named: Path, slug: str) -> Path:
    """Return the zip or the folder of a competition's files that a person means by a path: the zip itself,
    the folder that holds it (a browser may have called it `slug (1).zip`), or the folder of the files.

    Raises DataError where none of them is there.
    """
    if named.is_file() and named.suffix.lower() == ".zip":
        return named
    for place in (named / f"{slug}.zip", named / slug):
        if place.exists():
            return place
    again = sorted(named.glob(f"{glob.escape(slug)} (*).zip"), key=lambda path: path.stat().st_mtime)
    if again:
        return again[-1]
    if named.is_dir() and any("submission" in p.name.lower() for p in visible_files(named)):
        return named
    held = sample(sorted(p.name for p in named.iterdir())) if named.is_dir() else "no folder"
    raise DataError(
        f"{named} must hold {slug}.zip, {slug}/ or the competition's files, got {held}; "
        "check --data or PODIUM_DATA"
    )


def _holds_files(folder: Path) -> bool:
    return folder.is_dir() and bool(visible_files(folder))


def unpack(source: Source, competition: Competition, cache: Path) -> Path:
    """Return the folder of files to load. A zip is unpacked into `cache` once, under the sum of its bytes;
    toy data are written there anew each time."""
    if source.path is None:
        return _write_toy(competition, cache / "toy")
    return unpacked(source.path, cache)


def unpacked(path: Path, cache: Path) -> Path:
    """Return a folder as it is, or the folder that a zip was unpacked into."""
    if path.is_dir():
        return path
    folder = cache / file_sum(path)[:16]
    if not folder.exists():
        _unzip(path, folder)
    return folder


def check_zip(path: Path) -> None:
    """Raise DataError unless the zip is whole and holds nothing that would leave its folder."""
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_outside(path, archive, path.parent)
            broken = archive.testzip()
            if broken is not None:
                raise zipfile.BadZipFile(f"a broken entry {broken!r}")
    except _BROKEN as error:
        raise _not_whole(path, error) from error


def folder_sums(folder: Path) -> dict[str, str]:
    """Return the sha256 of each file, and of each folder in it as one.

    A folder that holds many files gets one sum for all of a suffix. Hidden files are not Kaggle's and do not
    count.
    """
    paths = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    return _grouped({name: file_sum(path) for name, path in paths.items()})


def zip_sums(path: Path) -> dict[str, str]:
    """Return what `folder_sums` gives for the unpacked zip."""
    with zipfile.ZipFile(path) as archive:
        return _grouped(
            {entry.filename: _entry_sum(archive, entry) for entry in archive.infolist() if not entry.is_dir()}
        )


def _entry_sum(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> str:
    with archive.open(entry) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def _group(name: str, many: bool) -> str:
    """Return the folder of a file; of one without a folder the suffix where there are many, else the name."""
    top, slash, _ = name.partition("/")
    if slash:
        return f"{top}/"
    return f"*{Path(name).suffix}" if many else name


def _grouped(sums: dict[str, str]) -> dict[str, str]:
    sums = {n: s for n, s in sorted(sums.items()) if not any(part.startswith(".") for part in n.split("/"))}
    many = sum("/" not in name for name in sums) > MOST_LISTED_FILES
    groups: dict[str, list[str]] = {}
    for name, value in sums.items():
        groups.setdefault(_group(name, many), []).append(f"{name} {value}\n")
    return {
        group: sums[group] if group in sums else hashlib.sha256("".join(lines).encode()).hexdigest()
        for group, lines in groups.items()
    }


def _write_toy(competition: Competition, folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        competition.toy(folder)
    except OSError as error:
        raise cannot_write(folder, error) from error
    return folder


def _unzip(path: Path, folder: Path) -> None:
    """Unpack whole or not at all.

    Raises DataError for a broken zip or an entry that would leave the folder, StoreError when the disk
    refuses.
    """
    try:
        with whole_folder(folder) as unfinished, zipfile.ZipFile(path) as archive:
            _refuse_outside(path, archive, unfinished)
            archive.extractall(unfinished)
            _unzip_inner(unfinished, depth=0)
    except _BROKEN as error:
        raise _not_whole(path, error) from error


def _unzip_inner(folder: Path, depth: int) -> None:
    """Unpack the archives in a folder beside themselves, where their content does not lie there already."""
    if depth == MOST_NESTED:
        return
    for inner in sorted(folder.rglob("*.zip")):
        with zipfile.ZipFile(inner) as archive:
            place = inner.parent if _brings_its_own_name(archive, inner) else inner.with_suffix("")
            _refuse_outside(inner, archive, place)
            entries = [entry for entry in archive.infolist() if not (place / entry.filename).exists()]
            archive.extractall(place, entries)
        if entries and place != inner.parent:
            _unzip_inner(place, depth + 1)


def _brings_its_own_name(archive: zipfile.ZipFile, path: Path) -> bool:
    """Return whether an archive holds one file or folder that is called as it is: train.csv in
    train.csv.zip, images/ in images.zip. Else its files get a folder of that name."""
    tops = {name.partition("/")[0] for name in archive.namelist()} - {"__MACOSX"}
    return tops == {path.stem} or all(Path(top).stem == path.stem for top in tops)


def _not_whole(path: Path, error: Exception) -> DataError:
    return DataError(f"{path} must be a whole zip file, got: {error}; it may be truncated: download it again")


def _refuse_outside(path: Path, archive: zipfile.ZipFile, folder: Path) -> None:
    outside = [
        name for name in archive.namelist() if not (folder / name).resolve().is_relative_to(folder.resolve())
    ]
    if outside:
        raise DataError(
            f"{path} must hold only entries inside its folder, got {sample(outside)}; do not trust this file"
        )
