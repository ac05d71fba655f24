"""A competition that `podium new` declares for columns of made-up files."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from podium.competition.registry import get_competition
from podium.scaffold.create import make_competition
from podium.scaffold.inspect import NOTHING_ASKED
from podium.scaffold.smoke_test import check_competition
from support import layouts

N, M = 60, 20


def made(root, train, sample, asked=NOTHING_ASKED, ids=None, test=None, numbers=True):
    """The competition that is declared for these columns of the training file, the test file and the
    sample; with `numbers` the files have a column of them too."""
    rng = np.random.default_rng(0)
    ids = np.arange(N + M) if ids is None else ids
    table = pd.DataFrame({"id": ids})
    if numbers:
        table["x"] = rng.normal(size=N + M).round(3)
    known = table[:N].assign(**train)
    shown = pd.DataFrame({"id": ids[N:], **sample})
    layouts.write(root / "data", known, table[N:].assign(**(test or {})), shown)
    return declared(root, asked)


def declared(root, asked=NOTHING_ASKED):
    """The competition that is declared for the files in data/, its rows, and what is said of them."""
    remarks = make_competition(root, "mine", "mine-2026", root / "data", asked, None, print)
    competition = get_competition(root, "mine")
    dataset = competition.load(root / "data")
    quick = replace(competition, roster={"constant": {}})
    assert [*check_competition(quick)][-1].endswith("read back as written")
    return competition, dataset, " | ".join(remarks)


def written_as_a_person_would(root):
    path = root / "competitions" / "mine" / "competition.py"
    checkout = Path(__file__).parents[2]
    for words in (["check"], ["format", "--check"]):
        command = [sys.executable, "-m", "ruff", *words, "--config", checkout / "pyproject.toml", path]
        ran = subprocess.run(command, capture_output=True, text=True, cwd=checkout, check=False)
        assert ran.returncode == 0, ran.stdout
