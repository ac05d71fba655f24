"""The declaration of a competition of images that a table names, as text."""

from __future__ import annotations

from podium.metrics import get_metric
from podium.scaffold.image_roster import image_roster, network_params
from podium.scaffold.images import NamedImages
from podium.scaffold.literals import quoted
from podium.scaffold.parts import DECLARED, filled, shared_parts
from podium.scaffold.table_template import feature_arguments, table_parts
from podium.scaffold.tables import TableFiles
from podium.scaffold.target import ClassTarget, SeveralTarget

IMAGES = '''\
"""$plain_name, from $rows_are."""

from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from podium.competition.declaration import Competition
$formats
from podium.data.csv_files import $readers
from podium.data.dataset import Dataset
from podium.data.images import $image_imports
$multimodal
$linked
from podium.data.task import $task

ID = $id
$image_line
$group_line
$target_line
$label_line
$classes
$prefix
$numbers
$categories
$dates
$texts


def load(folder: Path) -> Dataset:
    train, test = folder / $train, folder / $test
    X = read_rows(train, folder$train_images)
    X_test = read_rows(test, folder$test_images)
    return Dataset(
        X=X,
        y=$y,
        X_test=X_test,
        test_ids=read_texts(test, [ID])[ID].to_numpy(),
        task=$task_of,
$groups
    )


def read_rows(path: Path, images: Path) -> $row_type:
$read_rows


def toy(folder: Path) -> None:
    """Noise with a bright band, lower where there is more to predict$toy_more."""
    rng, n = np.random.default_rng(0), $n
    known = $known
$toy_cells
$toy_numbers
$toy_categories
$toy_dates
$toy_texts
$toy_table
$toy_group
    table[$label] = $answer
    train, test = table[: 2 * n // 3], table[2 * n // 3 :].drop(columns=$label)
    for $toy_loop:
        pixels = rng.integers(0, 150, (48, 48, 3), dtype=np.uint8)
        top = int(40 * height / np.ptp(known))
        pixels[top : top + 8] += 100
$toy_place
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(place / $toy_file)
    train.to_csv(folder / $train, index=False)
$write_test
    sample = test[[ID]].assign(**$shown)
    sample.to_csv(folder / $sample, index=False)

$networks

'''


def declare_images(found: TableFiles, images: NamedImages, name: str, slug: str) -> str:
    """Return competition.py for images that a table names, and for what else it says of them."""
    parts = shared_parts(found, name, slug) | table_parts(found)
    return filled(IMAGES + DECLARED, **parts | _of_images(found, images, parts["n"]))


def _of_images(found: TableFiles, images: NamedImages, n: str) -> dict[str, str]:
    has_table = bool(found.numbers or found.categories or found.dates)
    alone = not (has_table or found.texts)
    own_column = images.column != found.id_column
    return {
        **_of_rows(found, has_table, "IMAGE" if own_column else "ID"),
        **_of_groups(found, alone),
        **_of_toy(found, images, alone),
        "image_line": f"IMAGE = {quoted(images.column)}" * own_column,
        "train_images": _below(images.train),
        "test_images": _below(images.test),
        "toy_more": "" if alone else "; each feature knows a little of it",
        "write_test": ""
        if found.test == found.sample
        else f"    test.to_csv(folder / {quoted(found.test)}, index=False)",
        "image_roster": image_roster(_kind(found), _log(found)),
        **network_params(_kind(found)),
    }


def _below(place: str) -> str:
    return "" if place == "." else f" / {quoted(place)}"


def _kind(found: TableFiles) -> str:
    if isinstance(found.target, ClassTarget):
        return "classification"
    is_labels = isinstance(found.target, SeveralTarget) and found.target.are_labels
    return "multilabel" if is_labels else "regression"


def _of_rows(found: TableFiles, has_table: bool, column: str) -> dict[str, str]:
    """Return the parts that say how rows are read: images alone, or with a table, texts or both."""
    files = f"ImageFiles.named(read_texts(path, [{column}])[{column}], images)"
    if not (has_table or found.texts):
        return {
            "rows_are": "images",
            "row_type": "ImageFiles",
            "read_rows": f"    return {files}",
            "multimodal": "",
        }
    lines = [f'"images": {files},']
    if found.texts:
        lines.append('"text": read_texts(path, TEXTS).set_axis(["text", *TEXTS[1:]], axis=1),')
    if has_table:
        lines.append(f'"table": read_features(path, {feature_arguments(found)}),')
    inside = "".join(f"            {line}\n" for line in lines)
    return {
        "rows_are": "images and a table",
        "row_type": "MultimodalRows",
        "read_rows": f"    return MultimodalRows(\n        {{\n{inside}        }}\n    )",
        "multimodal": "from podium.data.multimodal import MultimodalRows",
    }


def _of_groups(found: TableFiles, alone: bool) -> dict[str, str]:
    """Return the parts that say which rows stay together: those of a patient, or images alone that look
    alike. With a table a row is more than what it looks like."""
    groups = ""
    if found.group:
        groups = "        groups=linked(read_texts(train, [GROUP])[GROUP]),"
    elif alone:
        groups = "        groups=lookalikes(X),"
    return {
        "groups": groups,
        "group_line": f"GROUP = {quoted(found.group)}" if found.group else "",
        "linked": "from podium.data.rows import linked" if found.group else "",
        "image_imports": "ImageFiles, lookalikes" if alone and not found.group else "ImageFiles",
    }


def _of_toy(found: TableFiles, images: NamedImages, alone: bool) -> dict[str, str]:
    """Return the parts that write toy data in the same layout."""
    own_column = images.column != found.id_column
    in_table = f'[f"toy-{{row}}{images.suffix if images.has_suffix else ""}" for row in range(n)]'
    ids = '[f"toy-{row}" for row in range(n)]' if own_column else in_table
    table = f"    table = pd.DataFrame({{ID: {ids}}})"
    if not alone:
        table = "    table = pd.DataFrame(cells).mask(rng.random((n, len(cells))) < 0.1)\n"
        table += f"    table.insert(0, ID, {ids})"
    if own_column:
        table += f"\n    table[IMAGE] = {in_table}"
    return {
        "toy_cells": "" if alone else "    cells = {}",
        "toy_table": table,
        "toy_group": '    table[GROUP] = [f"toy-{row // 2}" for row in range(n)]' if found.group else "",
        **_toy_places(images, "IMAGE" if own_column else "ID"),
        "toy_file": "name" if images.has_suffix else f"(name + {quoted(images.suffix)})",
    }


def _toy_places(images: NamedImages, column: str) -> dict[str, str]:
    """Return the parts that say which images are drawn, and where each of them lies."""
    each = f"zip(table[{column}], known - known.min(), strict=True)"
    train = f"folder{_below(images.train)}"
    if images.train == images.test:
        return {"toy_loop": f"name, height in {each}", "toy_place": f"        place = {train}"}
    test = f"folder{_below(images.test)}"
    return {
        "toy_loop": f"number, (name, height) in enumerate({each})",
        "toy_place": f"        place = {train} if number < len(train) else {test}",
    }


def _log(found: TableFiles) -> bool:
    return get_metric(found.target.metric).logs is not None
