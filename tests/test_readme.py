"""What the README says is so: its commands, its tree, and the scores that it quotes."""

import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from podium.cli import app
from test_layers import ORDER, PACKAGE

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, re.DOTALL)
COMMANDS = [
    line.partition("#")[0].strip() for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()
]
COMMITTED = subprocess.run(
    ["git", "ls-files", "submissions/*/*.json"], cwd=ROOT, capture_output=True, text=True, check=False
).stdout.split()


def block_that_holds(text):
    (found,) = [body for _, body in BLOCKS if text in body]
    return found


def test_every_verb_and_every_target_is_in_the_readme():
    targets = re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert len(targets) > 5
    missing = [f"make {t}" for t in targets if f"`make {t}" not in README]
    missing += [f"podium {verb}" for verb in get_command(app).commands if f"`podium {verb}" not in README]
    assert missing == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_one_that_make_knows(command):
    ran = subprocess.run(
        ["make", "-n", *shlex.split(command)[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert command.startswith("make ")
    assert ran.returncode == 0, ran.stderr


def test_the_tree_has_every_file_with_its_clause_in_the_order_of_imports():
    tree = block_that_holds("src/podium/")
    clauses = dict(re.findall(r"^ {2,4}(\w+)(?:\.py|/) {2,}(\S.*)$", tree, re.MULTILINE))
    files = {p.stem for p in PACKAGE.rglob("*.py")} - {"__init__", "__main__"}
    assert files <= set(clauses)
    assert [name for name in clauses if name in ORDER] == [name for name in ORDER if name in clauses]


def test_every_competition_is_in_the_tree_and_has_a_readme():
    for folder in (p.parent for p in ROOT.glob("competitions/*/competition.py")):
        assert f"{folder.name}/" in block_that_holds("src/podium/")
        assert (folder / "README.md").exists()


@pytest.mark.parametrize("path", COMMITTED)
def test_a_competition_s_readme_quotes_its_committed_submission(path):
    manifest = json.loads((ROOT / path).read_text())
    name = manifest["competition"]
    text = (ROOT / "competitions" / name / "README.md").read_text()
    (table,) = re.findall(rf"^{name}: .*?^```", text, re.MULTILINE | re.DOTALL)
    quoted = dict(re.findall(r"^[> ] (\S+) +([01]\.\d{5} ± 0\.\d{5}) ", table, re.MULTILINE))
    assert quoted[manifest["entry"]] == f"{manifest['score']:.5f} ± {manifest['standard_error']:.5f}"
    for model in manifest["models"]:
        assert quoted[model["name"]].startswith(f"{model['score']:.5f} ")


def test_the_front_page_shows_the_same_leaderboard():
    table = block_that_holds("score ± s.e.")
    name = table.partition(":")[0]
    assert table in (ROOT / "competitions" / name / "README.md").read_text()
