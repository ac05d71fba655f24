"""Read a competition's columns, its kind of target and a fitting metric from its files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from podium.competition.sources import visible_files
from podium.data.csv_files import named_columns, read_texts
from podium.data.images import find_images
from podium.data.table_formats import SUFFIXES, suffix_of
from podium.errors import DataError
from podium.formatting import sample
from podium.metrics import get_metric
from podium.scaffold.ids import require_same_ids
from podium.scaffold.tables import TableFiles, inspect_table
from podium.scaffold.target import Asked, ClassTarget, Target, class_columns, one_target

NOTHING_ASKED = Asked()


@dataclass(frozen=True)
class PhotoFiles:
    """Folders train, with one folder for each class, and test; ids are the names of the files, or those
    without their `suffix`."""

    sample: str
    train: str
    test: str
    target: ClassTarget
    id_column: str
    stems: bool
    suffix: str
    remarks: list[str]


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
    if train and test:
        return inspect_table(path, answer, train, test, asked)
    train, test = (_find(folder, word, Path.is_dir) for word in ("train", "test"))
    if train and test:
        return _photos(path, answer, train, test, asked)
    raise DataError(
        f"{folder} must hold train.csv and test.csv, or images in train/<class>/ and test/, "
        f"got {_held(folder)}; for other layouts write competition.py by hand"
    )


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


def _photos(path: Path, answer: pd.DataFrame, train: Path, test: Path, asked: Asked) -> PhotoFiles:
    id_column, *answers = answer.columns
    folders = sorted(p for p in train.iterdir() if p.is_dir() and not p.name.startswith("."))
    if len(folders) < 2:
        raise DataError(
            f"{train} must hold a folder of images for each class, got {len(folders)} folders; "
            "for other layouts write competition.py by hand"
        )
    images = find_images(test)
    ids = answer[id_column]
    stems = not ids.isin([p.name for p in images]).any() and ids.isin([p.stem for p in images]).any()
    require_same_ids(path, ids, test, [p.stem if stems else p.name for p in images])
    inside = {p.name: find_images(p) for p in folders}
    labels = pd.Series([name for name, paths in inside.items() for _ in paths])
    remarks = list[str]()
    if len(answers) > 1:
        target: Target = class_columns(answers, train.name, labels, asked, remarks)
    else:
        target = one_target(answer[answers[0]], labels, str(train), asked, remarks)
    if not isinstance(target, ClassTarget):
        raise DataError(f"{train} must hold images by class, got numbers to predict; choose another metric")
    remarks.append(f"{len(labels)} images in {train.name}/<class>/, {len(images)} in {test.name}/")
    return PhotoFiles(
        sample=path.name,
        train=train.name,
        test=test.name,
        target=target,
        id_column=id_column,
        stems=bool(stems),
        suffix=images[0].suffix,
        remarks=remarks,
    )
