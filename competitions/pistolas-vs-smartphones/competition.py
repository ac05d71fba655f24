"""Pistolas vs smartphones: photos of any size, pistol (0) or smartphone (1), accuracy."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from podium.competition.declaration import Competition, Reference
from podium.data.dataset import Dataset
from podium.data.images import ImageFiles, find_images, lookalikes
from podium.data.task import Classification
from podium.plots import photos

PLACES = ["Train/pistol", "Train/smartphone", "Test"]  # in a submission pistols are 0, smartphones 1


def load(folder: Path) -> Dataset:
    pistols, phones, test = (find_images(folder / place) for place in PLACES)
    X = ImageFiles([*pistols, *phones])
    return Dataset(
        X=X,
        y=np.repeat([0, 1], [len(pistols), len(phones)]),
        X_test=ImageFiles(test),
        test_ids=np.array([path.name for path in test]),
        task=Classification(np.array([0, 1]), ["pistol", "smartphone"]),
        groups=lookalikes(X),
    )


def toy(folder: Path) -> None:
    """Drawn pistols and phones, with noise, turned, in odd formats; nearly all pistols have one size."""
    rng = np.random.default_rng(0)
    for number, kind in enumerate([0, 1] * 120):
        size = (160, 120) if not kind and rng.random() < 0.9 else tuple(rng.integers(90, 200, 2).tolist())
        ending, mode = FORMATS[number // 2 % len(FORMATS)]
        place = folder / PLACES[kind if number < 160 else 2] / f"toy & {number}{ending}"
        image, exif = _drawn(rng, kind).resize(size).convert(mode), Image.Exif()
        if mode == "L":  # stored on its side, with the mark that says so
            image, exif[0x0112] = image.transpose(Image.Transpose.ROTATE_90), 6
        place.parent.mkdir(parents=True, exist_ok=True)
        image.save(place, exif=exif)
    lines = [f"{path.name},0\n" for path in find_images(folder / "Test")]
    (folder / "sample_submission.csv").write_text("".join(["ID,Ground_Truth\n", *lines[::-1]]))


def _drawn(rng: np.random.Generator, kind: int) -> Image.Image:
    low, shape = rng.integers(0, 200), Image.new("RGBA", (100, 100))
    ground = Image.fromarray(rng.integers(low, low + 55, (100, 100, 3), dtype=np.uint8))
    pen, dark = ImageDraw.Draw(shape), tuple(((low + rng.integers(90, 165, 3)) % 256).tolist())
    if kind:
        pen.rounded_rectangle((32, 12, 68, 88), 6, dark)
        pen.rectangle((36, 20, 64, 78), tuple(rng.integers(0, 255, 3).tolist()))
    else:
        pen.rectangle((12, 32, 88, 48), dark)
        pen.polygon([(62, 48), (84, 48), (90, 84), (72, 84)], dark)
        pen.arc((44, 42, 66, 62), 0, 180, dark, 3)
    turned = shape.rotate(rng.uniform(-40, 40), Image.Resampling.BILINEAR)
    ground.paste(turned, tuple(rng.integers(-8, 9, 2).tolist()), turned)
    return ground


FORMATS = [(".jpg", "RGB"), (".JPG", "CMYK"), (".png", "P"), (".PNG", "RGBA"), (".jpeg", "L")]
IMAGENET = {
    0: {413: "assault rifle", 597: "holster", 763: "revolver", 764: "rifle"},
    1: {487: "cellular telephone", 590: "hand-held computer", 605: "iPod", 761: "remote control"},
}
SCRATCH = {"scratch-lenet": {"seeds": 2}, "scratch-vgg": {"seeds": 2}}
BODIES = {"frozen-mobilenet": {}, "finetune-mobilenet": {}}
BODIES |= {f"frozen-mobilenet@{c}": {"classifier": c} for c in ("ridge", "sgd", "gaussian-nb", "xgboost")}
CUT, RANDOM = {"weights": "imagenet", "cut": "conv_pw_12_relu"}, {"weights": None, "side": 32}
COMPETITION = Competition(
    name="pistolas-vs-smartphones",
    slug="pistolas-vs-smartphones-con-deep-learning",
    title="Pistolas vs smartphones: photos, two classes",
    metric="accuracy",
    id_column="ID",
    target_column="Ground_Truth",
    load=load,
    toy=toy,
    plots=photos(),
    roster={
        **{name: {} for name in ("constant", "metadata", "ridge", "sgd", "gaussian-nb", "xgboost")},
        **SCRATCH,
        "imagenet-zero-shot": {"classes": IMAGENET},
        **{name: {**params, **CUT} for name, params in BODIES.items()},
    },
    averages={"scratch": list(SCRATCH)},
    toy_params={
        **{name: {"seeds": 1, "epochs": 4} for name in SCRATCH},
        **{name: {**RANDOM, "cut": "conv_pw_8_relu"} for name in BODIES},
        "finetune-mobilenet": {**RANDOM, "cut": "conv_pw_8_relu", "epochs": 3},
        "imagenet-zero-shot": RANDOM,
    },
    references=(
        Reference("report: fine-tuned, 10th place", 0.975, "Kaggle, seed report"),
        Reference("report", 0.952, "Kaggle, three such networks", "scratch"),
        Reference("another team: frozen VGG16", 1.0, "Kaggle, public and private"),
    ),
)
