"""Quintuplets: which of the sisters is in the picture? As many classes as there are folders, accuracy."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from podium.competition.declaration import Competition, Reference
from podium.data.dataset import Dataset
from podium.data.images import ImageFiles, find_classes, find_images, lookalikes
from podium.data.task import Classification
from podium.plots import photos


def load(folder: Path) -> Dataset:
    characters, test = find_classes(folder / "train"), find_images(folder / "test")
    X = ImageFiles([path for paths in characters.values() for path in paths])
    return Dataset(
        X=X,
        y=np.repeat(np.arange(len(characters)), [len(paths) for paths in characters.values()]),
        X_test=ImageFiles(test),
        test_ids=np.array([path.name for path in test]),
        task=Classification(np.array(list(characters))),
        groups=lookalikes(X),
    )


def toy(folder: Path) -> None:
    """Drawn heads, told apart by hair and what is worn in it, at odd sizes; with copies, smaller copies,
    and one picture that is in two folders."""
    rng = np.random.default_rng(0)
    for number in range(300):
        kind = number % len(NAMES)
        place = folder / ("train" if number < 200 else "test") / (NAMES[kind] if number < 200 else "")
        place.mkdir(parents=True, exist_ok=True)
        size = tuple((np.array([60, 90]) * rng.uniform(0.8, 1.6)).astype(int).tolist())
        image = _drawn(rng, kind).resize(size)
        (image.convert("P") if number == 7 else image).save(
            place / f"{number:04}{'.png' if number == 7 else '.jpeg'}"
        )
        if number in (20, 21, 22):
            (place / f"copy of {number}.jpeg").write_bytes((place / f"{number:04}.jpeg").read_bytes())
            image.resize((48, 72)).save(place / f"{number}, smaller.jpeg")
        if number == 3:
            image.save(folder / "train" / NAMES[0] / "3 again.jpeg")
    lines = [f"{path.name},{NAMES[0]}\n" for path in find_images(folder / "test")]
    (folder / "sample_submission.csv").write_text("".join(["ID,Character\n", *lines]), encoding="utf-8")


def _drawn(rng: np.random.Generator, kind: int) -> Image.Image:
    image = Image.new("RGB", (60, 90), tuple(rng.integers(0, 256, 3).tolist()))
    pen, (x, y) = ImageDraw.Draw(image), rng.integers(-6, 7, 2).tolist()
    pen.ellipse((12 + x, 18 + y, 48 + x, 74 + y), HAIR[kind])
    pen.ellipse((18 + x, 30 + y, 42 + x, 62 + y), (250, 220, 190))
    for side in (24, 34):
        pen.ellipse((side + x, 42 + y, side + 4 + x, 48 + y), (40, 60, 120))
    if kind % 2:
        pen.polygon([(14 + x, 14 + y), (26 + x, 22 + y), (14 + x, 30 + y)], (20, 160, 60))
    light = Image.fromarray(rng.integers(0, 256, (9, 8, 3), dtype=np.uint8))
    return Image.blend(image, light.resize(image.size), 0.3)


NAMES = ["Nino Nakano", "itsuki", "Йоцуба", "みく", "一花"]  # in the order in which they are found
HAIR = [(230, 130, 170), (190, 40, 40), (240, 150, 40), (120, 70, 60), (235, 190, 200)]
CUT = {"weights": "imagenet", "cut": "conv_pw_12_relu"}
FINETUNE = {**CUT, "unfrozen": 20, "epochs": 5, "learning_rate": 5e-4}  # all but the first two blocks
RANDOM = {"weights": None, "side": 32, "cut": "conv_pw_8_relu"}
COMPETITION = Competition(
    name="quintuplets",
    slug="quintuplets",
    title="Quintuplets: which sister is it?",
    metric="accuracy",
    id_column="ID",
    target_column="Character",
    load=load,
    toy=toy,
    roster={
        "constant": {},
        "metadata": {},
        "cnn-small": {"factory": "networks:cnn_small"},
        "cnn-small-reg": {"factory": "networks:cnn_small_reg"},
        "efficientnetb0": {"factory": "networks:efficientnetb0"},
        "frozen-mobilenet": CUT,
        "finetune-mobilenet": {**FINETUNE, "side": 160},
        "finetune-mobilenet@128": {**FINETUNE, "side": 128},
    },
    plots=photos(),
    toy_params={
        **{name: {"height": 60, "width": 40, "epochs": 6} for name in ("cnn-small", "cnn-small-reg")},
        "efficientnetb0": {"height": 60, "width": 40, "epochs": 2, "weights": None, "cut": "block2b_add"},
        "frozen-mobilenet": RANDOM,
        **{f"finetune-mobilenet{variant}": {**RANDOM, "epochs": 3} for variant in ("", "@128")},
    },
    references=(
        Reference("report: efficientnetb0", 0.968, "test peak on a split that leaks", "efficientnetb0"),
        Reference("report: cnn-small-reg, 15 characters", 0.70, "test split"),
    ),
)
