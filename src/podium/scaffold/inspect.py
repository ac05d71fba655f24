"""Read a competition's columns, its kind of target and a fitting metric from its files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from podium.data.csv_files import named_columns, read_header, read_texts
from podium.data.folders import visible_files
from podium.data.table_formats import SUFFIXES, suffix_of
from podium.errors import DataError
from podium.formatting import sample
from podium.metrics import get_metric
from podium.scaffold.images import PhotoFiles, find_named_images, find_photos, refuse_unread
from podium.scaffold.tables import TableFiles, inspect_table
from podium.scaffold.target import Asked

NOTHING_ASKED = Asked()


def inspect_files(folder: Path, asked: Asked = NOTHING_ASKED) -> TableFiles | PhotoFiles:
    """Return what a folder's files say of the competition.

    Raises DataError where they do not say enough, CompetitionError for an unknown metric, or where nobody
    says which class is the positive one.
    """
    if asked.metric:
        get_metric(asked.metric)
    path = _find_sample(folder)
    columns = named_columns(path)
    if len(columns) < 2:
        raise DataError(
            f"{path} must have two columns or more, an id and what is predicted, got {sample(columns)}; "
            "write competition.py by hand"
        )
    answer = read_texts(path, columns)
    train, test = (_find_table(folder, word) for word in ("train", "test"))
    labels = train or _find_table(folder, "label")
    if labels:
        found = _images_by_table(folder, path, answer, labels, test, asked)
        if found:
            return found
    if train and test:
        return inspect_table(path, answer, train, test, asked)
    photos = find_photos(folder, path, answer, asked)
    if photos:
        return photos
    raise DataError(
        f"{folder} must hold train.csv and test.csv, or images in train/<class>/ and test/, or images that "
        f"train.csv names, got {_held(folder)}; for other layouts write competition.py by hand"
    )


def _images_by_table(
    folder: Path, path: Path, answer: pd.DataFrame, train: Path, test: Path | None, asked: Asked
) -> TableFiles | None:
    """Return images that a table names, with whatever else it says of them; None where it names none. Where
    there is no test file, the sample submission says which images are asked about."""
    id_column = str(answer.columns[0])
    asked_columns = read_header(test) if test else [id_column]
    rows = test if test and id_column in asked_columns else path
    remarks = list[str]()
    images = find_named_images(folder, train, rows, id_column, remarks)
    if images is None:
        if asked_columns == [id_column]:
            refuse_unread(folder, train, id_column)
        return None
    found = inspect_table(path, answer, train, rows, asked, images)
    found.remarks.extend(remarks)
    return found


def _find_sample(folder: Path) -> Path:
    found = [p for p in visible_files(folder) if p.suffix == ".csv" and "submission" in p.name.lower()]
    if not found:
        raise DataError(
            f"{folder} must hold a sample submission, a CSV with 'submission' in its name, "
            f"got {_held(folder)}; download all files of the competition"
        )
    return next((p for p in found if "sample" in p.name.lower()), found[0])


def _held(folder: Path) -> str:
    return sample(sorted(p.name for p in folder.iterdir() if not p.name.startswith(".")))


def _find_table(folder: Path, word: str) -> Path | None:
    """Return the table that is named so, whatever its format, else the only one whose name begins so.

    Raises DataError for several of them, and for one that is no file, such as a folder or a pipe.
    """
    found = {
        path: path.name.lower().removesuffix(suffix_of(path))
        for path in sorted(folder.iterdir())
        if suffix_of(path) and path.name.lower().startswith(word)
    }
    named = [path for path, stem in found.items() if stem == word]
    chosen = sorted(named or found, key=lambda path: SUFFIXES.index(suffix_of(path)))
    if len(chosen) > 1 and not named:
        raise DataError(
            f"{folder} must hold one {word} file, got {sample([p.name for p in chosen])}; "
            f"call the right one {word}{suffix_of(chosen[0])}"
        )
    if chosen and not chosen[0].is_file():
        raise DataError(f"{chosen[0]} must be a file, got a folder, a pipe or a broken link; mend it")
    return chosen[0] if chosen else None


def _find(folder: Path, word: str, fits: Callable[[Path], bool]) -> Path | None:
    """Return the file that is named so, else the first one whose name begins so."""
    visible = [p for p in sorted(folder.iterdir()) if not p.name.startswith(".")]
    found = [p for p in visible if p.stem.lower().startswith(word) and fits(p)]
    return next((p for p in found if p.stem.lower() == word), found[0] if found else None)
