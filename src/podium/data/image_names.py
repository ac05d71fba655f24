"""Image files by the names that a table gives them: with a suffix or without, with folders or without."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from podium.data.folders import files_below
from podium.errors import DataError
from podium.formatting import sample

SUFFIXES = (  # in lower case, of the formats that Pillow decodes and people use
    *(".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".webp", ".gif"),
    *(".jp2", ".ppm", ".pgm", ".avif"),
)
MOST_MISSING = 0.1  # of the names, whose images may be blank


def is_image(path: Path) -> bool:
    """Return whether a file's suffix is that of an image."""
    return path.suffix.lower() in SUFFIXES


def images_below(folder: Path) -> list[Path]:
    """Return the images in a folder and in its folders, in the order of their names."""
    return [path for path in files_below(folder) if is_image(path)]


def match_names(names: Iterable[str], paths: Iterable[Path]) -> dict[str, list[Path]]:
    """Return the files that each name may mean; a name that means none is left out.

    A name may lack the suffix, may begin with folders, and may be written in another normal form of
    Unicode; a suffix may be in capitals.
    """
    keys = {name: _key(name) for name in names}
    depths = {key.count("/") for key in keys.values()}
    known = defaultdict[str, list[Path]](list)
    for path in paths:
        for depth in depths:
            tail = "/".join(path.parts[-depth - 1 :])
            known[_key(tail)].append(path)
            known[_key(tail.removesuffix(path.suffix))].append(path)
    return {name: known[key] for name, key in keys.items() if key in known}


def find_named(names: Iterable[str], folder: Path) -> dict[str, Path]:
    """Return the image below the folder that each name means; one that has none is left out.

    Raises DataError where a name means two files, or where more than a tenth of the names have none.
    """
    wanted = list(dict.fromkeys(names))
    found = match_names(wanted, images_below(folder))
    _require_one(found, folder)
    missing = [name for name in wanted if name not in found]
    if len(missing) > MOST_MISSING * len(wanted):
        raise DataError(
            f"{folder} must hold an image for each of {len(wanted)} names, got none for {len(missing)}: "
            f"{sample(missing)}; download all files again, or remove those rows"
        )
    return {name: paths[0] for name, paths in found.items()}


def _require_one(found: Mapping[str, list[Path]], folder: Path) -> None:
    several = {name: paths for name, paths in found.items() if len(paths) > 1}
    if several:
        name, paths = next(iter(several.items()))
        files = sample([path.relative_to(folder).as_posix() for path in paths])
        raise DataError(
            f"{folder} must hold one image for each name, got {files} for {name!r} ({len(several)} such "
            "names); move the others away"
        )


def _key(name: str) -> str:
    plain = unicodedata.normalize("NFC", name)
    stem, dot, suffix = plain.rpartition(".")
    is_known = f".{suffix.lower()}" in SUFFIXES
    return f"{stem}.{suffix.lower()}" if dot and is_known else plain
