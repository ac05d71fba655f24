"""Seconds and peak memory of `podium new` on a wide and on a long table, each in a process of its own.

The wide one has 12,000 columns and 60 rows, the long one 160,000 rows of 60 numbers (72 MB of CSV).
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from podium.scaffold.create import make_competition
from podium.scaffold.inspect import NOTHING_ASKED
from support import layouts

SHAPES = {"wide": (60, 12_000), "long": (160_000, 60)}


def write_files(folder: Path, rows: int, columns: int) -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        rng.normal(size=(rows, columns)).round(4), columns=[f"v{i}x" for i in range(columns)]
    )
    table.insert(0, "id", np.arange(rows))
    known = 2 * rows // 3
    train, test = table[:known].assign(y=rng.normal(size=known)), table[known:]
    layouts.write(folder, train, test, test[["id"]].assign(y=0.0))


def measure(root: Path) -> None:
    """Print what `podium new` takes for the files in data/."""
    start = time.perf_counter()
    make_competition(root, "mine", "mine-2026", root / "data", NOTHING_ASKED, None, print)
    seconds = time.perf_counter() - start
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{seconds:.1f} s, {megabytes:.0f} MB at most")


def main() -> None:
    for name, (rows, columns) in SHAPES.items():
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / "competitions").mkdir()
            (root / "competitions" / "__init__.py").touch()
            write_files(root / "data", rows, columns)
            print(f"podium new, {name} ({rows:,} rows, {columns:,} columns): ", end="", flush=True)
            subprocess.run([sys.executable, __file__, folder], check=True)


if __name__ == "__main__":
    measure(Path(sys.argv[1])) if len(sys.argv) > 1 else main()
