"""What podium reaches on real competitions: each is declared, trained, and its file written and checked.

`make bench-real DATA=folder/with/the/zips BUDGET=60s` prints the table; without a budget all are fitted.
A competition whose declaration lies beside this file is taken as it is; of the others `podium new` writes
one, given the metric that Kaggle names. What was made before stays in build/real and is not made again.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1] / "build" / "real"
METRICS = {  # by the name in Kaggle's address
    "titanic": "accuracy",
    "spaceship-titanic": "accuracy",
    "house-prices-advanced-regression-techniques": "rmsle",
    "mercedes-benz-greener-manufacturing": "r2",
    "playground-series-s3e5": "quadratic_kappa",
    "playground-series-s3e26": "log_loss",
    "playground-series-s4e2": "accuracy",
    "playground-series-s4e3": "mean_roc_auc",
    "leaf-classification": "log_loss",
    "spooky-author-identification": "log_loss",
    "commonlitreadabilityprize": "rmse",
    "random-acts-of-pizza": "roc_auc",
    "bike-sharing-demand": "rmsle",
    "tabular-playground-series-jul-2021": "mean_rmsle",
}
HEAD = """\
| competition | declared | metric | constant | best model | chosen | rows of the file | seconds |
|---|---|---|---|---|---|---|---|"""


@dataclass(frozen=True)
class Run:
    """What a competition's run gave: its leaderboard, the rows of its file, and the seconds it took."""

    slug: str
    declared: str
    leaderboard: dict
    rows: int
    seconds: float

    def to_line(self) -> str:
        """Return the run as a line of a Markdown table."""
        entries = self.leaderboard["entries"]
        constant = next(entry for entry in entries if entry["name"] == "constant")
        best = next(entry for entry in entries if entry["kind"] == "model")
        chosen = next(entry for entry in entries if entry["submitted"])
        cells = [
            self.slug,
            self.declared,
            self.leaderboard["metric"],
            f"{constant['score']:.4f}",
            f"{best['name']} {best['score']:.4f}",
            f"{chosen['name']} {chosen['score']:.4f} ± {chosen['standard_error']:.4f}",
            f"{self.rows:,}",
            f"{self.seconds:.0f}",
        ]
        return f"| {' | '.join(cells)} |"


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit(
            "make bench-real DATA=folder/with/the/zips: a folder of real competitions must be named, got none"
        )
    data = Path(sys.argv[1]).resolve()
    (ROOT / "competitions").mkdir(parents=True, exist_ok=True)
    print(HEAD, flush=True)
    budget = ["--budget", sys.argv[2]] if len(sys.argv) > 2 else []
    for run in runs(data, budget):
        print(run.to_line(), flush=True)


def runs(data: Path, budget: Sequence[str]) -> Iterator[Run]:
    """Yield the run of each competition whose zip lies in the folder."""
    for slug in METRICS:
        if (data / f"{slug}.zip").exists():
            yield run(slug, data, budget)


def run(slug: str, data: Path, budget: Sequence[str]) -> Run:
    """Declare, train and submit one competition. Ends the program where a step fails."""
    declared = declare(slug, data)
    started = time.perf_counter()
    podium("submit", slug, "--data", data, *budget)
    seconds = time.perf_counter() - started
    results = ROOT / "submissions" / slug
    leaderboard = json.loads((results / "leaderboard.json").read_text())
    newest = max(results.glob("submission-*.json"), key=lambda path: path.stat().st_mtime)
    manifest = json.loads(newest.read_text())
    return Run(slug, declared, leaderboard, manifest["rows"], seconds)


def declare(slug: str, data: Path) -> str:
    """Make the competition's folder where there is none; return who declared it."""
    folder = ROOT / "competitions" / slug
    by_hand = HERE / f"{slug}.py"
    if by_hand.exists():
        folder.mkdir(exist_ok=True)
        shutil.copy(by_hand, folder / "competition.py")
        return "by hand"
    if not folder.exists():
        podium("new", slug, "--data", data, "--metric", METRICS[slug])
    return "podium new"


def podium(*words: object) -> None:
    command = [sys.executable, "-m", "podium", *map(str, words), "--root", str(ROOT)]
    ran = subprocess.run(command, capture_output=True, text=True)
    if ran.returncode:
        sys.exit(f"{' '.join(map(str, words))}: {ran.stdout}{ran.stderr}")


if __name__ == "__main__":
    main()
