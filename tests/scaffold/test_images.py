"""`podium new` for images: named by a table, in folders of classes, or with the label in their names."""

import subprocess
import sys
import unicodedata
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from podium.competition.registry import get_competition
from podium.data.images import ImageFiles
from podium.errors import CompetitionError, DataError
from podium.scaffold.create import make_competition
from podium.scaffold.inspect import NOTHING_ASKED
from podium.scaffold.smoke_test import check_competition
from podium.scaffold.target import Asked
from support.pictures import M, N, named, picture, sample_of


def made(root, asked=NOTHING_ASKED):
    """The competition that is declared for the files in data/, what it loads, and what is said of it."""
    remarks = make_competition(root, "mine", "mine-2026", root / "data", asked, None, print)
    competition = get_competition(root, "mine")
    quick = replace(competition, roster={"constant": {}})
    assert [*check_competition(quick)][-1].endswith("read back as written")
    written_as_a_person_would(root / "competitions" / "mine" / "competition.py")
    return competition, competition.load(root / "data"), " | ".join(remarks)


def written_as_a_person_would(path):
    checkout = Path(__file__).parents[2]
    assert len(path.read_text().splitlines()) < 125
    for words in (["check"], ["format", "--check"]):
        command = [sys.executable, "-m", "ruff", *words, "--config", checkout / "pyproject.toml", path]
        ran = subprocess.run(command, capture_output=True, text=True, cwd=checkout, check=False)
        assert ran.returncode == 0, ran.stdout + path.read_text()


TARGETS = {
    "labels": ({"y": ["c", "d"]}, {"y": "c"}, "", "accuracy", (N,)),
    "the probability of one class": ({"y": [0, 1]}, {"y": 0.5}, "", "roc_auc", (N,)),
    "a column for each class": (
        {"y": ["c", "d", "e"]},
        {"e": 0.3, "c": 0.3, "d": 0.4},
        "",
        "log_loss",
        (N,),
    ),
    "several labels": ({"a": [0, 1], "b": [0, 1, 1]}, {"a": 0.5, "b": 0.5}, "", "mean_roc_auc", (N, 2)),
    "a number": ({"y": [0.5, 1.5, 2.5, 3.25]}, {"y": 0.0}, "", "rmse", (N,)),
    "ordered classes": ({"y": [0, 1, 2, 3]}, {"y": 0}, "quadratic_kappa", "quadratic_kappa", (N,)),
}


@pytest.mark.parametrize("name", TARGETS)
def test_images_are_named_by_a_table_whatever_is_predicted(empty, name):
    columns, shown, asked, metric, shape = TARGETS[name]
    named(empty / "data", columns, shown)
    competition, dataset, said = made(empty, Asked(asked))
    assert competition.metric == metric
    assert dataset.y.shape == shape
    assert [path.name for path in dataset.X.paths] == [f"a{row}.png" for row in range(N)]
    assert [path.parent.name for path in dataset.X_test.paths] == ["test"] * M
    assert dataset.test_ids.tolist() == [f"a{row}" for row in range(N, N + M)]
    assert f"{N} training images in train/ | {M} test images in test/" in said
    assert {"constant", "metadata"} <= set(competition.roster)


@pytest.mark.parametrize(
    ("train", "test"), [("train_images", "test_images"), ("jpeg/train", "jpeg/test"), ("images", "images")]
)
def test_folders_of_images_have_many_names(empty, train, test):
    named(empty / "data", {"y": ["c", "d"]}, {"y": "c"}, train, test)
    _, dataset, said = made(empty)
    assert dataset.X.known.all()
    assert dataset.X_test.known.all()
    assert f"images in {test}/" in said


@pytest.mark.parametrize("suffix", [".jpg", ".tif", ".bmp", ".webp", ".gif"])
def test_what_pillow_decodes_is_an_image(empty, suffix):
    named(empty / "data", {"y": ["c", "d"]}, {"y": "c"}, suffix=suffix)
    _, dataset, _ = made(empty)
    assert dataset.X.broken() == {}


def test_names_may_have_their_suffix_and_stand_in_a_file_of_labels(empty):
    files = empty / "data"
    named(files, {"y": ["c", "d"]}, {"y": "c"})
    for old, new in (("train.csv", "labels.csv"), ("sample_submission.csv", "sampleSubmission.csv")):
        table = pd.read_csv(files / old)
        table.assign(id=table["id"] + ".png").to_csv(files / new, index=False)
        (files / old).unlink()
    _, dataset, _ = made(empty)
    assert dataset.test_ids[0] == f"a{N}.png"
    assert dataset.X_test.known.all()


def test_other_columns_are_a_table_beside_and_patients_are_groups(empty):
    texts = [f"the story of number {row} in four words" for row in range(N + M)]
    patients = [f"p{row // 2}" for row in range(N + M)]
    columns = {"y": [0, 1], "diagnosis": ["x", "y"]}
    age = np.arange(N + M) % 7
    named(empty / "data", columns, {"y": 0.5}, patient_id=patients, age=age, notes=texts)
    competition, dataset, said = made(empty)
    assert list(dataset.X.parts) == ["images", "text", "table"]
    assert list(dataset.X.parts["table"]) == ["age"]
    assert dataset.groups[0] == dataset.groups[1] != dataset.groups[2]
    assert "rows of one 'patient_id' stay together in the folds (20 of them)" in said
    assert "left out, not among the test rows' columns: diagnosis" in said
    assert {"table-ridge", "ridge", "text-ridge"} <= set(competition.roster)


def test_images_may_be_named_by_another_column_than_the_id(empty):
    paths = [f"{'train' if row < N else 'test'}/a{row}.png" for row in range(N + M)]
    named(empty / "data", {"y": ["c", "d"]}, {"y": "c"}, path=paths)
    for name in ("train", "test", "sample_submission"):
        path = empty / "data" / f"{name}.csv"
        table = pd.read_csv(path)
        table.assign(id=table["id"].str.removeprefix("a")).to_csv(path, index=False)
    _, dataset, _ = made(empty)
    assert dataset.X_test.paths[0].name == f"a{N}.png"
    assert dataset.test_ids[0] == str(N)


def test_a_few_rows_without_an_image_are_blank_and_told(empty):
    named(empty / "data", {"y": ["c", "d"]}, {"y": "c"})
    (empty / "data" / "train" / "a3.png").unlink()
    _, dataset, said = made(empty)
    assert dataset.X.known.tolist() == [row != 3 for row in range(N)]
    assert dataset.X.metadata()["bytes"][3] == 0
    assert "1 training rows have no image, and a blank one here: ['a3']" in said


def test_many_rows_without_an_image_are_refused(empty):
    named(empty / "data", {"y": ["c", "d"]}, {"y": "c"})
    for row in range(9):
        (empty / "data" / "train" / f"a{row}.png").unlink()
    with pytest.raises(DataError, match=r"an image for each of 40 names, got none for 9: .*; download"):
        made(empty)


def test_a_name_of_two_files_is_refused(empty):
    named(empty / "data", {"y": ["c", "d"]}, {"y": "c"})
    picture(empty / "data" / "train" / "a3.jpg", 0)
    with pytest.raises(DataError, match=r"got \['a3\.jpg', 'a3\.png'\] for 'a3' \(1 such names\); move"):
        made(empty)


def test_two_folders_of_the_same_names_are_refused(empty):
    named(empty / "data", {"y": ["c", "d"]}, {"y": "c"}, "train/images", "test")
    for row in range(N):
        picture(empty / "data" / "train" / "masks" / f"a{row}.png", 0)
    with pytest.raises(DataError, match=r"train images in one folder, got \['train/images', 'train/masks'\]"):
        made(empty)


def test_names_in_another_normal_form_foreign_files_and_capitals_are_no_hindrance(empty):
    files = empty / "data"
    for row in range(20):
        name = unicodedata.normalize("NFD", f"é{row}")
        suffix = [".JPG", ".png"][row % 2]
        picture(files / ("train" if row < 16 else "test") / f"{name}{suffix}", row % 2)
    for name in ("._é1.JPG", "Thumbs.db", "desktop.ini"):
        (files / "train" / name).write_bytes(b"no image")
    picture(files / "__MACOSX" / "train" / "é1.JPG", 0)
    pd.DataFrame({"id": [f"é{row}" for row in range(16)], "y": [0, 1] * 8}).to_csv(
        files / "train.csv", index=False
    )
    sample_of(files, [f"é{row}" for row in range(16, 20)], y=0.5)
    _, dataset, _ = made(empty)
    assert dataset.X.known.all()
    assert dataset.X_test.known.all()


@pytest.mark.parametrize(("suffix", "what"), [(".dcm", "DICOM"), (".aif", "sound")])
def test_what_is_not_read_is_refused_in_one_line(empty, suffix, what):
    files = empty / "data"
    named(files, {"y": ["c", "d"]}, {"y": "c"})
    for path in [*files.rglob("*.png")]:
        path.rename(path.with_suffix(suffix))
    with pytest.raises(DataError, match=rf"got {N + M} {suffix} files \({what}\), which are not read"):
        made(empty)


def test_dicom_beside_the_images_is_left_out_and_told(empty):
    files = empty / "data"
    named(files, {"y": ["c", "d"]}, {"y": "c"}, "jpeg/train", "jpeg/test")
    for place in ("train", "test"):
        (files / place).mkdir()
        (files / place / "a1.dcm").write_bytes(b"no image")
    _, dataset, said = made(empty)
    assert dataset.X.known.all()
    assert "left out, no images that are read: 2 .dcm files (DICOM)" in said


def test_an_empty_folder_is_no_class(empty):
    by_folders(empty / "data", ["cat", "dog"])
    (empty / "data" / "train" / "notes").mkdir()
    assert made(empty)[1].task.classes.tolist() == ["cat", "dog"]


def test_a_table_with_a_stray_picture_stays_a_table(empty):
    files = empty / "data"
    named(files, {"y": ["c", "d"]}, {"y": "c"}, "a", "b", x=np.arange(N + M))
    for path in [*files.rglob("*.png")]:
        path.unlink()
    picture(files / "figure.png", 0)
    _, dataset, _ = made(empty)
    assert list(dataset.X) == ["x"]


def by_names(files, names, separator="."):
    for row in range(30):
        picture(files / "train" / f"{names[row % len(names)]}{separator}{row}.jpg", row % len(names))
        picture(files / "test" / f"{row}.jpg", row % len(names))
    sample_of(files, range(30), label=0.5)


@pytest.mark.parametrize("separator", [".", "_", "-"])
def test_the_label_stands_in_the_name_of_the_file(empty, separator):
    by_names(empty / "data", ["cat", "dog"], separator)
    competition, dataset, said = made(empty, Asked("", "dog"))
    assert dataset.task.classes.tolist() == ["cat", "dog"]
    assert np.bincount(dataset.y).tolist() == [15, 15]
    assert all(p.name.startswith(["cat", "dog"][y]) for p, y in zip(dataset.X.paths, dataset.y, strict=True))
    assert f"before the first {separator!r} in the name of an image, a guess" in said
    assert competition.submission.label == "dog"


def test_which_of_two_names_is_positive_is_asked(empty):
    by_names(empty / "data", ["cat", "dog"])
    with pytest.raises(CompetitionError, match="--positive cat or --positive dog"):
        made(empty)


def by_folders(files, classes, train="train", test="test", shown=None):
    n = max(2 * len(classes), 24)
    for row in range(n):
        name = classes[row % len(classes)]
        picture(files / train / name / f"{row}.png", row % 4)
        picture(files / test / f"{row}.png", row % 4)
    ids = [f"{row}.png" for row in range(n)]
    sample_of(files, ids, **(shown or {"label": classes[0]}))


def test_numbered_folders_are_classes_however_many(empty):
    classes = [str(number) for number in range(43)]
    by_folders(empty / "data", classes)
    _, dataset, said = made(empty)
    assert dataset.task.classes.tolist() == classes
    assert dataset.y.tolist() == np.repeat(np.arange(43), 2).tolist()
    assert "86 images in train/<class>/" in said


def test_folders_named_by_fractions_stay_text(empty):
    by_folders(empty / "data", ["1.0", "2.0"])
    assert made(empty)[1].task.classes.tolist() == ["1.0", "2.0"]


def test_folders_are_the_columns_of_a_submission(empty):
    by_folders(empty / "data", ["c0", "c1", "c2"], shown={"c0": 0.3, "c1": 0.3, "c2": 0.4})
    competition, _, _ = made(empty)
    assert competition.submission.names == ("c0", "c1", "c2")


@pytest.mark.parametrize(
    ("train", "test"),
    [("train/train", "test/test"), ("training_set/training_set", "test_set"), ("x/train", "x/test")],
)
def test_class_folders_may_lie_deeper_or_be_called_otherwise(empty, train, test):
    by_folders(empty / "data", ["cat", "dog"], train, test)
    _, dataset, _ = made(empty)
    assert dataset.task.classes.tolist() == ["cat", "dog"]
    assert dataset.X_test.known.all()


def test_every_model_of_the_roster_learns_from_images_and_a_table(empty):
    named(empty / "data", {"y": ["c", "d"]}, {"y": "c"}, "images", "images", age=np.arange(N + M) % 7)
    competition, dataset, _ = made(empty)
    assert isinstance(dataset.X.parts["images"], ImageFiles)
    quick = {name: {} for name in ("ridge", "metadata", "table-ridge")}
    assert set(quick) < set(competition.roster)
    lines = [*check_competition(replace(competition, roster=quick))]
    assert len(lines) == len(quick) + 2
