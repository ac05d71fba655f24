"""What the pages under docs/ say is so: their examples run, their links lead somewhere."""

import re

import numpy as np
import pandas as pd
import pytest

from podium.cli.reference import reference
from podium.metrics import METRICS, Metric, get_metric
from support.command_line import answered, podium
from support.docs import DOCS, block, make_pets
from support.plugins import install

ROOT = DOCS.parent
PAGES = [*DOCS.glob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]


def leaderboard(root):
    return pd.read_csv(root / "submissions" / "pets" / "toy" / "leaderboard.csv").set_index("name")


def put_into_roster(root, entry):
    path = root / "competitions" / "pets" / "competition.py"
    path.write_text(path.read_text().replace('        "table-ridge": {},\n', f"        {entry}"))


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
    known = listed_files()
    written = [p.relative_to(path.parent).as_posix() for p in path.parent.rglob("*") if p.is_file()]
    assert [name for name in written if not known.fullmatch(name.removeprefix("toy-"))] == []


def listed_files():
    """A pattern of the files of a competition's results that docs/files.md lists, folders with all below."""
    table = (DOCS / "files.md").read_text().partition("## Elsewhere")[0]
    cells = re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE)
    names = re.findall(r"`(.*?)`", " ".join(cells))
    patterns = [re.sub(r"<\w+>", "[^/]+", name).replace(".", r"\.") for name in names]
    return re.compile("|".join(f"{p}.*" if p.endswith("/") else p for p in patterns))


def test_the_model_of_its_page_is_one_of_the_roster(tmp_path):
    root = make_pets(tmp_path, models=block("add-a-model.md", "models"))
    put_into_roster(root, block("add-a-model.md", "roster"))
    ran = podium(root, "train", "pets")
    assert ran.returncode == 0, ran.stderr
    scores = leaderboard(root)["score"]
    assert scores["extra-trees"] > scores["constant"] + 0.2


def test_the_search_space_of_its_page_is_that_of_the_model(tmp_path):
    code = block("add-a-model.md", "models") + block("add-a-model.md", "spaces")
    root = make_pets(tmp_path, models=code)
    put_into_roster(root, block("add-a-model.md", "roster"))
    ran = podium(root, "tune", "pets", "extra-trees", "--trials", "2")
    assert ran.returncode == 0, ran.stderr
    assert re.search(r'^trial 1: .*"max_features": 0\.\d+, "criterion": ', ran.stdout, re.MULTILINE)


def run_block(page, name):
    names = {}
    exec(compile(block(page, name), name, "exec"), names)
    return names


def test_the_metric_of_its_page_scores_by_hand():
    g_mean = run_block("add-a-metric.md", "metric")["G_MEAN"]
    assert isinstance(g_mean, Metric)
    sure = np.eye(2)[[0, 1, 1, 0]]
    assert g_mean.score(np.array([0, 0, 1, 1]), sure) == pytest.approx(0.5)


def test_the_function_of_its_page_scores_by_hand():
    cost = run_block("add-a-metric.md", "own")["COST"]
    assert cost.score(np.array([0, 1, 1, 0]), np.eye(2)[[1, 0, 1, 0]]) == pytest.approx((1 + 5) / 4)


def test_every_metric_that_its_page_names_is_there():
    table = (DOCS / "add-a-metric.md").read_text().partition("What a metric needs")[0]
    named = re.findall(r"`([a-z0-9_.@]+)`", table.partition("|---|")[2])
    assert set(METRICS) <= set(named)
    for name in named:
        assert get_metric(name).name == name


def test_the_model_of_another_package_is_one_of_the_roster(tmp_path):
    root = make_pets(tmp_path)
    install(root, block("add-a-model.md", "project"))
    (root / "one_tree.py").write_text(block("add-a-model.md", "package"))
    put_into_roster(root, block("add-a-model.md", "package-roster"))
    ran = podium(root, "train", "pets", PYTHONPATH=str(root))
    assert ran.returncode == 0, ran.stderr
    scores = leaderboard(root)["score"]
    assert scores["one-tree"] > scores["constant"] + 0.2


def test_the_metric_of_another_package_ranks(tmp_path):
    root = make_pets(tmp_path)
    install(root, block("add-a-metric.md", "project"))
    (root / "g_mean.py").write_text(block("add-a-metric.md", "metric"))
    path = root / "competitions" / "pets" / "competition.py"
    path.write_text(path.read_text().replace('metric="accuracy"', 'metric="g_mean"'))
    ran = podium(root, "train", "pets", PYTHONPATH=str(root))
    assert ran.returncode == 0, ran.stderr
    scores = leaderboard(root)["score"]
    assert scores["constant"] == 0
    assert scores["table-logistic-regression"] > 0.5


def test_the_modality_of_its_page_trains_blends_submits_and_is_audited_reported_and_asked(tmp_path):
    root = make_pets(tmp_path)
    place = root / "competitions" / "sounds"
    place.mkdir()
    (place / "competition.py").write_text(block("add-a-modality.md", "sounds"))
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
