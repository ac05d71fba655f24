"""Real data, for the measurements that need it."""

import sys
import tempfile
from pathlib import Path

from podium.competition.declaration import Competition
from podium.competition.registry import get_competition
from podium.competition.sources import find_source, unpack
from podium.data.dataset import Dataset

ROOT = Path(__file__).parents[2]


def load(name: str) -> tuple[Competition, Dataset]:
    """From the folder that the command line names. Ends the program where there is none."""
    competition = get_competition(ROOT, name)
    source = find_source(competition, ROOT, Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    if source.is_toy:
        print(f"{sys.argv[0]} measures on the real {name}: pass DATA=path/to/folder")
        sys.exit()
    with tempfile.TemporaryDirectory() as folder:
        return competition, competition.load(unpack(source, competition, Path(folder)))
