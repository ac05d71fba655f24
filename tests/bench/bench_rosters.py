"""What a run costs beside its fits, and what it gains by fitting side by side.

For each competition on its toy data, and for a small and a larger table as `podium new` declares it:

serial      one fit after the other in one process
processes   as podium does it
again       a run that finds every fit in the store
bare        the same fits in a loop without folds kept, blends, statistics or a page
overhead    serial without its fits and predictions: imports, data, audit, store, blends, board, page

Seconds drift with the machine: each column is the median of several runs, and the ratios count. Nothing else
may run meanwhile.
"""

import json
import os
import shutil
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import measured
import numpy as np
import pandas as pd

from podium.competition.registry import list_names
from support import layouts
from support.tiny import copy_competitions

PODIUM = [sys.executable, "-m", "podium"]
ROUNDS = 3
COLUMNS = 30
TABLES = (600, 20_000)  # rows
BARE = """
import sys
from pathlib import Path

from podium.competition.registry import get_competition
from podium.pipeline.fit import Job, fit_fold
from podium.pipeline.folds import make_folds

competition = get_competition(Path.cwd(), sys.argv[1])
folder = Path(sys.argv[2])
competition.toy(folder)
dataset = competition.load(folder)
for name, params in competition.models(is_toy=True).items():
    for fold in make_folds(dataset, competition.folds):
        fit_fold(Job(name, params, competition.seed), dataset, fold)
"""
COLUMN_NAMES = ("serial", "processes", "speed-up", "again", "overhead", "share", "bare", "MB")
HEAD = " " * 28 + "".join(f"{name:>11}" for name in COLUMN_NAMES)


@dataclass(frozen=True)
class Case:
    """A competition in a checkout, and the options of its run."""

    name: str
    root: Path
    options: tuple[str, ...] = ()

    def store(self) -> Path:
        return next((self.root / "submissions").rglob("leaderboard.json")).parent

    def fit_seconds(self) -> float:
        """Return the seconds of all fits and predictions of the last run."""
        entries = json.loads((self.store() / "leaderboard.json").read_text())["entries"]
        models = [entry for entry in entries if entry["kind"] in ("model", "warning")]
        return sum(entry["fit_seconds"] + entry["predict_seconds"] for entry in models)


def measure(case: Case, with_bare: bool, rounds: int) -> dict[str, float]:
    """Return the medians of a case, as a line of the table."""
    costs = {name: [] for name in ("serial", "processes", "again", "bare")}
    overheads = []
    for _ in range(rounds):
        costs["serial"].append(submit(case, "serial"))
        overheads.append(costs["serial"][-1].wall - case.fit_seconds())
        costs["processes"].append(submit(case, "processes"))
        costs["again"].append(submit(case, "processes", fresh=False))
        if with_bare:
            costs["bare"].append(bare(case))
    walls = {name: statistics.median(c.wall for c in found) for name, found in costs.items() if found}
    overhead = statistics.median(overheads)
    return {
        **walls,
        "processor": statistics.median(c.processor for c in costs["processes"]),
        "speed_up": walls["serial"] / walls["processes"],
        "overhead": overhead,
        "share": overhead / walls["serial"],
        "memory": max(c.memory for c in costs["processes"]),
    }


def bare(case: Case) -> measured.Cost:
    """Run the fits of a case alone, on its toy data."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", BARE, case.name, folder]
        return measured.run(command, case.root, environment("serial"))


def submit(case: Case, engine: str, fresh: bool = True) -> measured.Cost:
    if fresh:
        forget(case.root)
    return measured.run([*PODIUM, "submit", case.name, *case.options], case.root, environment(engine))


def forget(root: Path) -> None:
    """Remove what earlier runs left."""
    shutil.rmtree(root / "submissions", ignore_errors=True)


def environment(engine: str) -> dict[str, str]:
    return {**os.environ, "PODIUM_ENGINE": engine, "PYTHONDONTWRITEBYTECODE": ""}


def line(name: str, found: dict[str, float]) -> str:
    cells = [
        f"{found['serial']:.1f}",
        f"{found['processes']:.1f}",
        f"{found['speed_up']:.2f}",
        f"{found['again']:.1f}",
        f"{found['overhead']:.1f}",
        f"{found['share']:.0%}",
        f"{found['bare']:.1f}" if "bare" in found else "",
        f"{found['memory'] / 1e6:.0f}",
    ]
    return f"{name:28}" + "".join(f"{cell:>11}" for cell in cells)


def tables(folder: Path, rows: int) -> Case:
    """A table as `podium new` declares it."""
    root = folder / f"table-{rows}"
    (root / "competitions").mkdir(parents=True)
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(rows, COLUMNS)).round(4), columns=[f"v{i}" for i in range(COLUMNS)])
    frame.insert(0, "id", np.arange(rows))
    target = (frame["v0"] + frame["v1"] * frame["v2"] + rng.normal(size=rows)).gt(0).astype(int)
    known = 4 * rows // 5
    layouts.write(
        root / "data", frame[:known].assign(y=target), frame[known:], frame.loc[known:, ["id"]].assign(y=0)
    )
    new = [*PODIUM, "new", "generated", "--slug", "generated", "--data", "data", "--metric", "accuracy"]
    measured.run(new, root, environment("serial"))
    return Case("generated", root, ("--data", "data"))


def main() -> None:
    results: dict[str, object] = {}
    print(HEAD)
    with tempfile.TemporaryDirectory() as folder:
        toys = copy_competitions(Path(folder) / "toys")
        cases = [(f"{name} (toy)", Case(name, toys), 1) for name in list_names(toys)]
        cases += [(f"table, {rows:,} rows", tables(Path(folder), rows), ROUNDS) for rows in TABLES]
        for name, case, rounds in cases:
            found = measure(case, with_bare=case.root == toys, rounds=rounds)
            results[name] = found
            print(line(name, found), flush=True)
        for verb in ("--help", "list"):
            costs = [measured.run([*PODIUM, verb], toys, environment("serial")) for _ in range(5)]
            results[f"podium {verb}"] = statistics.median(cost.wall for cost in costs)
            print(f"podium {verb}: {results[f'podium {verb}']:.2f} s")
    print(f"numbers: {measured.write('rosters', results)}")


if __name__ == "__main__":
    main()
