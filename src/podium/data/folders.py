"""Which files of a folder count: not those that systems and programs leave behind."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

FOREIGN = ("thumbs.db", "desktop.ini", "__macosx")  # beside hidden files and folders


def is_foreign(name: str) -> bool:
    """Return whether a file or folder of this name is none of the data's own."""
    return name.startswith(".") or name.lower() in FOREIGN


def visible_files(folder: Path) -> list[Path]:
    """Return the files of a folder in the order of their names, without foreign ones."""
    return sorted(path for path in folder.iterdir() if path.is_file() and not is_foreign(path.name))


def visible_folders(folder: Path) -> list[Path]:
    """Return the folders of a folder in the order of their names, without foreign ones."""
    return sorted(path for path in folder.iterdir() if path.is_dir() and not is_foreign(path.name))


def files_below(folder: Path) -> Iterator[Path]:
    """Yield the files in a folder and in its folders, in the order of their names, without foreign ones."""
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not is_foreign(name))
        yield from (Path(place, name) for name in sorted(files) if not is_foreign(name))
