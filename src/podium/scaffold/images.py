"""Images in a competition's folder: named by a table, sorted into a folder for each class, or labelled by
their names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from podium.data.csv_files import read_header, read_texts
from podium.data.folders import files_below, visible_folders
from podium.data.image_names import MOST_MISSING, find_named, images_below, is_image, match_names
from podium.errors import DataError
from podium.formatting import sample
from podium.scaffold.target import Asked, ClassTarget, folder_target

LEAST_NAMED = 0.5  # of the names in a column that names images
TRIED_NAMES = 200  # of a column, spread over the file
SEPARATORS = ".", "_", "-"  # after the label in a file's name
LEAST_EACH = 5  # files of a label on average, where labels stand in names
UNREAD = {
    ".dcm": "DICOM",
    ".dicom": "DICOM",
    ".aif": "sound",
    ".aiff": "sound",
    ".wav": "sound",
    ".mp3": "sound",
    ".flac": "sound",
    ".ogg": "sound",
}
LEAST_GROUPS = 20  # patients, and the like


@dataclass(frozen=True)
class NamedImages:
    """Images that `column` of a table names, below the folders `train` and `test`, which may be one.

    `suffix` is what most of them have; in the table names end in it if `has_suffix`.
    """

    column: str
    train: str
    test: str
    suffix: str
    has_suffix: bool


@dataclass(frozen=True)
class PhotoFiles:
    """Folders train and test; in train there is one folder for each class, or with a `separator` the label
    stands before it in a file's name. Ids are names of files, with the `suffix` if `has_suffix`."""

    sample: str
    train: str
    test: str
    target: ClassTarget
    id_column: str
    suffix: str
    has_suffix: bool
    separator: str
    remarks: list[str]


# ---- named by a table


def find_named_images(
    folder: Path, train: Path, test: Path, id_column: str, remarks: list[str]
) -> NamedImages | None:
    """Return the images that a column of both files names, or None where no column does.

    Raises DataError where it is not clear which files are meant, or where many are missing.
    """
    paths = images_below(folder)
    column = _naming_column(train, test, id_column, paths) if paths else None
    if column is None:
        return None
    known = read_texts(train, [column])[column].tolist()
    asked = read_texts(test, [column])[column].tolist()
    place = _place(folder, known, "train", paths)
    test_place = _place(folder, asked, "test", paths)
    found = _told(known, place, folder, "training", remarks)
    _told(asked, test_place, folder, "test", remarks)
    remarks.extend(_describe_unread(folder))
    return NamedImages(
        column=column,
        train=place.relative_to(folder).as_posix(),
        test=test_place.relative_to(folder).as_posix(),
        suffix=_common_suffix(found.values()),
        has_suffix=all(is_image(Path(name)) for name in known),
    )


def _naming_column(train: Path, test: Path, id_column: str, paths: Sequence[Path]) -> str | None:
    """Return the first column of both files whose cells are mostly names of images; the id before others."""
    asked = read_header(test)
    shared = [column for column in read_header(train) if column in asked]
    shared.sort(key=lambda column: column != id_column)
    cells = read_texts(train, shared) if shared else pd.DataFrame()
    step = max(1, len(cells) // TRIED_NAMES)
    for column in shared:
        names = cells[column][::step]
        if not (column == id_column or _may_name_files(names)):
            continue
        if len(match_names(names, paths)) >= LEAST_NAMED * names.nunique():
            return str(column)
    return None


def _may_name_files(names: pd.Series) -> bool:
    """Return whether most cells are different, and are no numbers."""
    return bool(names.nunique() > len(names) / 2 and pd.to_numeric(names, errors="coerce").isna().all())


def _place(folder: Path, names: Sequence[str], word: str, paths: Sequence[Path]) -> Path:
    """Return the innermost folder that holds the images of nearly all names; of several the one whose path
    has the word in it."""
    counts = Counter[Path]()
    for found in match_names(names, paths).values():
        counts.update({place for path in found for place in path.parents if place.is_relative_to(folder)})
    nearly_all = (1 - MOST_MISSING) * counts[folder]
    full = [place for place in counts if counts[place] >= nearly_all]
    inner = [place for place in full if not any(place in other.parents for other in full)]
    by_word = [place for place in inner if word in place.relative_to(folder).as_posix().lower()]
    exact = [place for place in by_word if place.name.lower() == word]
    chosen = exact or by_word or inner
    if len(chosen) != 1:
        places = sorted(place.relative_to(folder).as_posix() for place in chosen)
        raise DataError(
            f"{folder} must hold the {word} images in one folder, got {sample(places)} for the same names; "
            "move the others away"
        )
    return chosen[0]


def _told(names: Sequence[str], place: Path, folder: Path, which: str, remarks: list[str]) -> dict[str, Path]:
    """Return the image of each name that has one, and say which have none."""
    found = find_named(names, place)
    missing = [name for name in dict.fromkeys(names) if name not in found]
    where = place.relative_to(folder).as_posix()
    remarks.append(f"{len(found)} {which} images in {where}/")
    if missing:
        remarks.append(f"{len(missing)} {which} rows have no image, and a blank one here: {sample(missing)}")
    return found


def _common_suffix(paths: Iterable[Path]) -> str:
    return Counter(path.suffix for path in paths).most_common(1)[0][0]


def find_groups(
    train: Path, test: Path, columns: Sequence[str], shared: Sequence[str], remarks: list[str]
) -> str:
    """Return the column, of these, that says which rows belong together, such as those of one patient; ""
    where there is none.

    Its name ends in id, most rows share its values, and test rows have others.
    """
    for column in columns:
        if not column.lower().endswith("id"):
            continue
        cells = read_texts(train, [column])[column]
        is_shared = cells.nunique() >= LEAST_GROUPS and cells.duplicated(keep=False).mean() > LEAST_NAMED
        asked = read_texts(test, [column])[column] if column in shared else pd.Series(dtype=str)
        if is_shared and not asked.isin(cells).mean() > LEAST_NAMED:
            remarks.append(f"rows of one {column!r} stay together in the folds ({cells.nunique()} of them)")
            return column
    return ""


# ---- files that are no images


def refuse_unread(folder: Path, train: Path, id_column: str) -> None:
    """Raise DataError if the training rows are files that podium does not read, such as DICOM or sounds."""
    if id_column not in read_header(train):
        return
    files = [path for path in files_below(folder) if path.suffix.lower() in UNREAD]
    names = read_texts(train, [id_column])[id_column]
    found = match_names(names, files)
    if files and len(found) >= LEAST_NAMED * names.nunique():
        suffix = _common_suffix(files)
        raise DataError(
            f"{folder} must hold images such as .jpg, .png or .tif, got {len(files)} {suffix} files "
            f"({UNREAD[suffix.lower()]}), which are not read; convert them, keeping their names"
        )


def _describe_unread(folder: Path) -> list[str]:
    unread = Counter(path.suffix for path in files_below(folder) if path.suffix.lower() in UNREAD)
    return [
        f"left out, no images that are read: {count} {suffix} files ({UNREAD[suffix.lower()]})"
        for suffix, count in unread.items()
    ]


# ---- in folders


def find_photos(folder: Path, path: Path, answer: pd.DataFrame, asked: Asked) -> PhotoFiles | None:
    """Return photos sorted into classes by folders or by names; None where there are no folders train and
    test of images.

    `path` is the sample submission's, `answer` its cells. Raises DataError where nothing says the classes.
    """
    train = _find_folder(folder, "train")
    test = _find_folder(folder, "test")
    if train is None or test is None:
        return None
    train = _innermost(train)
    remarks = list[str]()
    labels, separator = _labels(train, remarks)
    id_column, *answers = answer.columns
    target = folder_target(answer[answers], labels, train.name, asked, remarks)
    ids = answer[id_column].tolist()
    test_images = _told(ids, test, folder, "test", remarks)
    return PhotoFiles(
        sample=path.name,
        train=train.relative_to(folder).as_posix(),
        test=test.relative_to(folder).as_posix(),
        target=target,
        id_column=id_column,
        suffix=_common_suffix(test_images.values()),
        has_suffix=all(is_image(Path(name)) for name in ids),
        separator=separator,
        remarks=remarks,
    )


def _find_folder(folder: Path, word: str) -> Path | None:
    """Return the folder of images that is named so, else one whose name begins so or has the word in it; at
    most one folder down."""
    outer = visible_folders(folder)
    for level in (outer, [inner for place in outer for inner in visible_folders(place)]):
        named = [place for place in level if word in place.name.lower() and images_below(place)]
        if named:
            return min(named, key=lambda place: _strangeness(place.name.lower(), word))
    return None


def _strangeness(name: str, word: str) -> tuple[bool, bool, str]:
    return name != word, not name.startswith(word), name


def _innermost(folder: Path) -> Path:
    """Return the folder, or the only one in it that holds all images (train/train/cat)."""
    while True:
        inside = [place for place in visible_folders(folder) if images_below(place)]
        if len(inside) != 1 or any(path.parent == folder for path in images_below(folder)):
            return folder
        folder = inside[0]


def _labels(train: Path, remarks: list[str]) -> tuple[pd.Series, str]:
    """Return the label of each image (n,), and what stands after it in names; "" where folders say it."""
    counts = {place.name: len(images_below(place)) for place in visible_folders(train)}
    counts = {name: count for name, count in counts.items() if count}
    if len(counts) >= 2:
        remarks.append(f"{sum(counts.values())} images in {train.name}/<class>/")
        return pd.Series([name for name, count in counts.items() for _ in range(count)]), ""
    stems = pd.Series([path.stem for path in images_below(train)], dtype=str)
    for separator in SEPARATORS:
        labels = stems.str.partition(separator)[0]
        if (
            stems.str.contains(separator, regex=False).all()
            and 2 <= labels.nunique() <= len(stems) / LEAST_EACH
        ):
            remarks.append(
                f"the label is what stands before the first {separator!r} in the name of an image, a guess: "
                f"{stems[0]!r} is of {labels[0]!r}"
            )
            return labels, separator
    raise DataError(
        f"{train} must hold a folder of images for each class, or images with the label in their names "
        f"(cat.1.jpg), got {len(counts)} folders; for other layouts write competition.py by hand"
    )
