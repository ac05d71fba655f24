"""What the pages under docs/ say is so: their examples run, their links lead somewhere."""

import re

import numpy as np
import pandas as pd
import pytest

from podium.cli.reference import reference
from podium.metrics import Metric
from support.docs import DOCS, block, make_pets
from support.tiny import answered, podium

ROOT = DOCS.parent
PAGES = [*DOCS.glob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]


def leaderboard(root):
    return pd.read_csv(root / "submissions" / "pets" / "toy" / "leaderboard.csv").set_index("name")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file(page):
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_the_command_reference_is_what_the_command_line_says():
    assert (DOCS / "commands.md").read_text(encoding="utf-8") == reference(), "run: make docs"


def test_the_competition_of_its_page_trains_and_submits(tmp_path):
    root = make_pets(tmp_path)
    ran = podium(root, "submit", "pets")
    assert ran.returncode == 0, ran.stderr
    scores = leaderboard(root)["score"]
    assert scores["table-ridge"] > scores["constant"] + 0.2
    (path,) = (root / "submissions" / "pets" / "toy").glob("toy-submission-*.csv")
    assert set(pd.read_csv(path)["kind"]) == {"cat", "dog"}


def test_the_model_of_its_page_is_one_of_the_roster(tmp_path):
    root = make_pets(tmp_path, models=block("add-a-model.md", "models"))
    path = root / "competitions" / "pets" / "competition.py"
    entry = block("add-a-model.md", "roster").strip()
    path.write_text(path.read_text().replace('        "table-ridge": {},\n', f"        {entry}\n"))
    ran = podium(root, "train", "pets")
    assert ran.returncode == 0, ran.stderr
    scores = leaderboard(root)["score"]
    assert scores["extra-trees"] > scores["constant"] + 0.2


def test_the_metric_of_its_page_scores_by_hand():
    names = {}
    exec(compile(block("add-a-metric.md", "metric"), "metric", "exec"), names)
    brier = names["BRIER"]
    assert isinstance(brier, Metric)
    assert brier.score(np.array([0, 1]), np.array([[1.0, 0.0], [0.5, 0.5]])) == pytest.approx(0.25)


SOUNDS = """
import numpy as np
import pandas as pd
from pathlib import Path

from podium import Classification, Competition, Dataset, FoldPlan
from .sound import Sound, spectrogram

CLASSES = ["high", "low"]


def wave(pitch, rng):
    return np.sin(np.arange(1024) * pitch) + rng.normal(0, 0.5, 1024)


def load(folder):
    table = pd.read_csv(folder / "train.csv")
    test = pd.read_csv(folder / "test.csv")
    X, X_test = (np.stack([spectrogram(np.load(folder / f"{i}.npy")) for i in t["id"]]) for t in (table, test))
    y = table["pitch"].map(CLASSES.index).to_numpy()
    task = Classification(np.array(CLASSES))
    return Dataset(X=X, y=y, X_test=X_test, test_ids=test["id"].to_numpy(), task=task, modality=Sound())


def toy(folder):
    rng = np.random.default_rng(0)
    kinds = rng.permutation(np.arange(90) % 2)
    table = pd.DataFrame({"id": np.arange(90), "pitch": np.array(CLASSES)[kinds]})
    for number, kind in enumerate(kinds):
        pitch = (0.9 if kind == 0 else 0.5) + rng.normal(0, 0.1)
        np.save(folder / f"{number}.npy", wave(pitch, rng))
    table[:60].to_csv(folder / "train.csv", index=False)
    table[60:][["id"]].to_csv(folder / "test.csv", index=False)
    table[60:][["id"]].assign(pitch="low").to_csv(folder / "sample_submission.csv", index=False)


COMPETITION = Competition(
    name="sounds", slug="sounds", title="Sounds", metric="accuracy", id_column="id", target_column="pitch",
    load=load, toy=toy, folds=FoldPlan(3), roster={"constant": {}, "gaussian-nb": {}, "ridge": {}},
)
"""


def test_the_modality_of_its_page_trains_blends_submits_and_is_audited_reported_and_asked(tmp_path):
    root = make_pets(tmp_path)
    place = root / "competitions" / "sounds"
    place.mkdir()
    (place / "competition.py").write_text(SOUNDS)
    (place / "sound.py").write_text(block("add-a-modality.md", "sound"))
    config = {"XDG_CONFIG_HOME": str(tmp_path / "config")}
    ran = podium(root, "submit", "sounds", **config)
    assert ran.returncode == 0, ran.stderr
    store = root / "submissions" / "sounds" / "toy"
    rows = pd.read_csv(store / "leaderboard.csv").set_index("name")
    assert rows.loc["ridge", "score"] > rows.loc["constant", "score"] + 0.2
    assert {"mean", "greedy", "stacking"} <= set(rows.index)
    assert "adversarial" in podium(root, "audit", "sounds").stdout.lower()
    page = (store / "leaderboard.html").read_text()
    assert "loudest at frequency" in page
    assert "data:image/png" in page
    np.save(tmp_path / "own.npy", np.sin(np.arange(1024) * 0.9))
    table = answered(podium(root, "predict", "sounds", str(tmp_path / "own.npy"), **config))
    assert table["prediction"].tolist() == ["high"]
    assert podium(root, "check", "sounds").returncode == 0
