"""What the README says is so: its commands, its competitions, and the scores that it quotes."""

import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from podium.cli import app
from podium.cli.terminal import COLUMNS, LEGEND
from support.layers import ORDER

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, re.DOTALL)
PAGES = [README, *(path.read_text() for path in sorted((ROOT / "docs").glob("*.md")))]
SHELL = [text for page in PAGES for text in re.findall(r"```sh\n(.*?)```", page, re.DOTALL)]
COMMANDS = sorted({line.partition("#")[0].strip() for text in SHELL for line in text.splitlines()})
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


def test_make_passes_on_paths_with_spaces_and_expands_the_home_folder():
    words = ["upload", "COMP=tiny", "DATA=~/My Data", "CSV=/my files/a.csv", "HOME=/home/me"]
    quiet = ["make", "-n", "--no-print-directory"]  # `make test` may have started this test
    ran = subprocess.run([*quiet, *words], cwd=ROOT, capture_output=True, text=True, check=True)
    command = shlex.split(ran.stdout.splitlines()[-1])
    assert command[1:] == ["upload", "tiny", "/my files/a.csv", "--data", "/home/me/My Data"]


def test_the_readme_is_short():
    assert len(README.splitlines()) <= 160


def test_the_page_on_architecture_names_every_package_from_the_bottom_to_the_top():
    page = (ROOT / "docs" / "architecture.md").read_text()
    named = re.findall(r"^\| (`.+?) \|", page, re.MULTILINE)
    rooms = re.findall(r"`(\w+)(?:/|\.py)`", "\n".join(named))
    assert rooms == [room for room in ORDER if room not in ("__init__", "__main__")]


def test_every_competition_has_a_readme_and_stands_on_the_front_page():
    for folder in (p.parent for p in ROOT.glob("competitions/*/competition.py")):
        assert (folder / "README.md").exists()
        assert f"(competitions/{folder.name}/README.md)" in README


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


def test_the_leaderboard_has_the_columns_and_the_legend_of_the_terminal():
    table = block_that_holds("score ± s.e.")
    head = next(line for line in table.splitlines() if line.startswith("entry"))
    assert re.sub(" +", " ", head) == " ".join(COLUMNS)
    assert LEGEND in table
