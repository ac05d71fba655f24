"""The declaration of a competition of photos, as text."""

from __future__ import annotations

from podium.scaffold.inspect import PhotoFiles
from podium.scaffold.literals import quoted
from podium.scaffold.parts import class_parts, filled, shared_parts

PHOTOS = '''\
"""$plain_name, from photos."""

from pathlib import Path

import numpy as np
from PIL import Image

from podium.competition.declaration import Competition
$formats
from podium.data.dataset import Dataset
from podium.data.images import ImageFiles, find_images, lookalikes
from podium.data.task import Classification

$classes
$prefix


def load(folder: Path) -> Dataset:
    photos = [find_images(folder / $train / $folder) for label in CLASSES]
    test = find_images(folder / $test)
    X = ImageFiles([path for paths in photos for path in paths])
    return Dataset(
        X=X,
        y=np.repeat(range(len(CLASSES)), [len(paths) for paths in photos]),
        X_test=ImageFiles(test),
        test_ids=np.array([path.$id_of for path in test]),
        task=$task_of,
        groups=lookalikes(X),
    )


def toy(folder: Path) -> None:
    """Noise with a bright band, lower down from class to class."""
    rng, k = np.random.default_rng(0), len(CLASSES)
    lines = [$header]
    for number in range(36 * k):
        code, is_test = number % k, number >= 24 * k
        place = folder / $test if is_test else folder / $train / str(CLASSES[code])
        place.mkdir(parents=True, exist_ok=True)
        pixels = rng.integers(0, 150, (96, 96, 3), dtype=np.uint8)
        pixels[96 * code // k : 96 * (code + 1) // k] += 100
        path = place / (f"toy-{number}" + $suffix)
        Image.fromarray(pixels).save(path)
        lines += [f"{path.$id_of},$first"] * is_test
    (folder / $sample).write_text("\\n".join(lines) + "\\n")


NETWORKS = ("scratch-lenet", "scratch-vgg")

COMPETITION = Competition(
    name=$name,
    slug=$slug,
    title=$quoted_title,
    metric=$metric,
    id_column=$id,
$target_column
$submission
$other_sample
    load=load,
    toy=toy,
    roster={
        **{name: {} for name in ("constant", "metadata", "ridge", "sgd", "xgboost")},
        **{name: {"seeds": 3} for name in NETWORKS},
        # With weights of ImageNet, that are downloaded once, and mostly the best by far:
        # "frozen-mobilenet": {}, "finetune-mobilenet": {},
    },
    toy_params={name: {"seeds": 1, "epochs": 4} for name in NETWORKS},
)
'''


def declare_photos(found: PhotoFiles, name: str, slug: str) -> str:
    """Return competition.py for photos in a folder for each class."""
    return filled(PHOTOS, **shared_parts(found, name, slug), **_parts(found))


def _parts(found: PhotoFiles) -> dict[str, str]:
    target = found.target
    has_columns = target.submission == "columns"
    first = "0" if target.coded or target.submission else "{CLASSES[0]}"
    answers = [f"{target.prefix}{label}" for label in target.classes] if has_columns else [target.column]
    return {
        **class_parts(target),
        "target_column": "" if has_columns else f"    target_column={quoted(target.column)},",
        "folder": "label" if isinstance(target.classes[0], str) else "str(label)",
        "id_of": "stem" if found.stems else "name",
        "header": quoted(",".join([found.id_column, *answers])),
        "suffix": quoted(found.suffix),
        "first": ",".join([first] * len(answers)),
    }
