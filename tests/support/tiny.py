"""A competition small enough to train in seconds, in a checkout of its own."""

import shutil
import subprocess
import sys
from pathlib import Path

DECLARATION = """
from pathlib import Path

import numpy as np
import pandas as pd

from podium.competition.declaration import Competition, FoldPlan
from podium.data.dataset import Dataset
from podium.data.task import Classification, encode_labels
from podium.data.csv_files import read_table, read_whole_numbers

PIXELS = [f"p{i}" for i in range(16)]
CLASSES = ["even", "odd", "zero"]


def load(folder: Path) -> Dataset:
    pixels = read_whole_numbers(folder / "train.csv", PIXELS, 0, 255)
    labels = read_table(folder / "train.csv", ["kind"])["kind"]
    test = read_whole_numbers(folder / "test.csv", PIXELS, 0, 255)
    return Dataset(
        X=pixels.to_numpy().reshape(-1, 4, 4, 1),
        y=encode_labels(labels, CLASSES, source=f"{folder / 'train.csv'}: kind"),
        X_test=test.to_numpy().reshape(-1, 4, 4, 1),
        test_ids=read_table(folder / "test.csv", ["name"])["name"].to_numpy(),
        task=Classification(np.array(CLASSES)),
    )


def rows(texts, images):
    return np.stack([np.loadtxt(path, np.uint8, delimiter=",").reshape(4, 4, 1) for path in images.paths])


def toy(folder: Path) -> None:
    rng = np.random.default_rng(0)
    codes = rng.permutation(np.arange(90) % 3)
    bright = 15 * codes[:, None] + rng.integers(0, 120, (90, 16))
    frame = pd.DataFrame(bright, columns=PIXELS)
    frame.insert(0, "kind", np.array(CLASSES)[codes])
    frame.iloc[:60].to_csv(folder / "train.csv", index=False)
    names = [f"row-{i:02}" for i in range(30)]
    test = frame.iloc[60:].drop(columns="kind")
    test.insert(0, "name", names)
    test.to_csv(folder / "test.csv", index=False)
    sample = pd.DataFrame({"name": names[::-1], "kind": "even"})
    sample.to_csv(folder / "sample_submission.csv", index=False)


COMPETITION = Competition(
    name="tiny",
    slug="tiny-slug",
    title="tiny",
    metric="accuracy",
    id_column="name",
    target_column="kind",
    load=load,
    toy=toy,
    rows=rows,
    roster=ROSTER,
    folds=FoldPlan(FOLDS),
    averages={"both": ["gaussian-nb", "ridge"]},
)
"""

ROSTER = {"constant": {}, "gaussian-nb": {}, "ridge": {}, "mlp": {"epochs": 3}}


def make_root(folder: Path, roster: dict = ROSTER, folds: int = 5) -> Path:
    place = folder / "competitions" / "tiny"
    place.mkdir(parents=True, exist_ok=True)
    (folder / "competitions" / "__init__.py").touch()
    declaration = DECLARATION.replace("ROSTER", repr(roster)).replace("FOLDS", str(folds))
    (place / "competition.py").write_text(declaration)
    return folder


def copy_competitions(folder: Path, folds: int | None = None) -> Path:
    """The project's own competitions in a checkout in which runs leave nothing behind; on request with fewer
    folds than they declare."""
    own = Path(__file__).parents[2] / "competitions"
    shutil.copytree(own, folder / "competitions", ignore=shutil.ignore_patterns("data"))
    for path in folder.glob("competitions/*/competition.py") if folds else []:
        text = path.read_text().replace("import Competition", "import Competition, FoldPlan", 1)
        path.write_text(text.replace("    roster=", f"    folds=FoldPlan({folds}),\n    roster=", 1))
    return folder


def make_data(root: Path, folder: Path) -> Path:
    """The tiny data as a user's own, in `folder`/tiny-slug/."""
    place = folder / "tiny-slug"
    place.mkdir(parents=True)
    code = (
        "from competitions.tiny.competition import toy; import pathlib, sys; toy(pathlib.Path(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", code, str(place)], cwd=root, check=True)
    return folder


TEXTS = """
import numpy as np
import pandas as pd

from podium.competition.declaration import Competition, Reference
from podium.data.dataset import Dataset
from podium.data.task import Classification, encode_labels
from podium.data.csv_files import read_texts

CLASSES = ["<b>calm</b>", "storm & flood"]
WORDS = [["sun", "tea", "nap"], ["wind", "rain", "hail"]]
HARM = "<script>window.harmed = 1</script><img src=x onerror='window.harmed = 1'>"


def load(folder):
    train, test = (read_texts(folder / f"{part}.csv", ["text", "label"]) for part in ("train", "test"))
    return Dataset(
        X=train[["text"]],
        y=encode_labels(train["label"], CLASSES, source="label"),
        X_test=test[["text"]],
        test_ids=np.arange(len(test)),
        task=Classification(np.array(CLASSES)),
    )


def toy(folder):
    rng = np.random.default_rng(0)
    codes = rng.permutation(np.arange(90) % 2)
    heard = np.where(rng.random(90) < 0.85, codes, 1 - codes)
    texts = [f"{HARM} {' '.join(rng.choice(WORDS[code], 3))} $x^2$" for code in heard]
    frame = pd.DataFrame({"text": texts, "label": np.array(CLASSES)[codes]})
    frame.iloc[:60].to_csv(folder / "train.csv", index=False)
    frame.iloc[60:].to_csv(folder / "test.csv", index=False)
    sample = pd.DataFrame({"id": np.arange(30), "label": CLASSES[0]})
    sample.to_csv(folder / "sample_submission.csv", index=False)


COMPETITION = Competition(
    name="texts",
    slug="texts",
    title="Texts " + HARM,
    metric="accuracy",
    extra_metrics=("f1",),
    id_column="id",
    target_column="label",
    load=load,
    toy=toy,
    roster={"constant": {}, "text-ridge": {}, "text-bernoulli-nb": {}, "text-complement-nb": {}},
    references=(Reference("paper " + HARM, 0.9, HARM),),
)
"""


def texts_root(folder: Path) -> Path:
    """A competition of texts and labels that would do harm if a page took them for HTML."""
    place = folder / "competitions" / "texts"
    place.mkdir(parents=True)
    (folder / "competitions" / "__init__.py").touch()
    (place / "competition.py").write_text(TEXTS)
    return folder
