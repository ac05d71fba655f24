"""The declaration of a competition of photos, as text."""

from __future__ import annotations

from string import Template

from podium.scaffold.image_roster import image_roster, network_params
from podium.scaffold.images import PhotoFiles
from podium.scaffold.literals import quoted
from podium.scaffold.parts import DECLARED, class_parts, filled, shared_parts

KIND = "classification"

PHOTOS = '''\
"""$plain_name, from photos."""

from pathlib import Path

import numpy as np
from PIL import Image

from podium.competition.declaration import Competition
$formats
from podium.data.csv_files import read_texts
from podium.data.dataset import Dataset
$below
from podium.data.images import $image_imports
from podium.data.task import $task

ID = $id
$classes
$prefix


def load(folder: Path) -> Dataset:
$load_photos
    test_ids = read_texts(folder / $sample, [ID])[ID].to_numpy()
    return Dataset(
        X=X,
        y=$y,
        X_test=ImageFiles.named(test_ids, folder / $test),
        test_ids=test_ids,
        task=$task_of,
        groups=lookalikes(X),
    )


def toy(folder: Path) -> None:
    """Noise with a bright band, lower down from class to class."""
    rng, k = np.random.default_rng(0), len(CLASSES)
    lines = [$header]
    for number in range(36 * k):
        code, is_test = number % k, number >= 24 * k
        place = folder / $test if is_test else $toy_place
        place.mkdir(parents=True, exist_ok=True)
        pixels = rng.integers(0, 150, (96, 96, 3), dtype=np.uint8)
        pixels[96 * code // k : 96 * (code + 1) // k] += 100
        name = $toy_name
        Image.fromarray(pixels).save(place / (name + $suffix))
        lines += [f"$toy_id,$first"] * is_test
    (folder / $sample).write_text("\\n".join(lines) + "\\n")

$networks

'''


# Each class has a folder, or each name begins with the class.
IN_FOLDERS = """\
    photos = [find_images(folder / $train / label) for label in CLASSES]
    X = ImageFiles([path for paths in photos for path in paths])"""
BY_NAMES = """\
    photos = images_below(folder / $train)
    labels = [path.name.partition($separator)[0] for path in photos]
    X = ImageFiles(photos)"""


def declare_photos(found: PhotoFiles, name: str, slug: str) -> str:
    """Return competition.py for photos whose classes are folders, or stand in their names."""
    return filled(PHOTOS + DECLARED, **shared_parts(found, name, slug) | _parts(found))


def _parts(found: PhotoFiles) -> dict[str, str]:
    target = found.target
    has_columns = target.submission == "columns"
    first = "0" if target.coded or target.submission else "{CLASSES[0]}"
    answers = [f"{target.prefix}{label}" for label in target.classes] if has_columns else [target.column]
    return {
        **class_parts(target),
        **(_by_names(found) if found.separator else _in_folders(found)),
        **network_params(KIND),
        "target_column": "" if has_columns else f"    target_column={quoted(target.column)},",
        "header": quoted(",".join([found.id_column, *answers])),
        "suffix": quoted(found.suffix),
        "toy_id": f"{{name}}{found.suffix}" if found.has_suffix else "{name}",
        "first": ",".join([first] * len(answers)),
        "image_roster": image_roster(KIND, logs=False),
    }


def _in_folders(found: PhotoFiles) -> dict[str, str]:
    return {
        "load_photos": Template(IN_FOLDERS).substitute(train=quoted(found.train)),
        "y": "np.repeat(range(len(CLASSES)), [len(paths) for paths in photos])",
        "below": "",
        "image_imports": "ImageFiles, find_images, lookalikes",
        "task": "Classification",
        "toy_place": f"folder / {quoted(found.train)} / CLASSES[code]",
        "toy_name": 'f"toy-{number}"',
    }


def _by_names(found: PhotoFiles) -> dict[str, str]:
    train = quoted(found.train)
    return {
        "load_photos": Template(BY_NAMES).substitute(train=train, separator=quoted(found.separator)),
        "y": f"encode_labels(labels, CLASSES, source={train})",
        "below": "from podium.data.image_names import images_below",
        "image_imports": "ImageFiles, lookalikes",
        "task": "Classification, encode_labels",
        "toy_place": f"folder / {train}",
        "toy_name": f'f"toy-{{number}}" if is_test else f"{{CLASSES[code]}}{found.separator}{{number}}"',
    }
