"""Time a command as a whole process tree, describe the machine, and keep the numbers as JSON."""

import json
import platform
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

import psutil

RESULTS = Path(__file__).parents[2] / "build" / "bench"
LOOK = 0.1  # seconds between two looks at the memory
LIBRARIES = ("numpy", "scikit-learn", "xgboost", "tensorflow", "loky")


@dataclass(frozen=True)
class Cost:
    """Seconds of wall and of processor, and the most bytes that all processes held together (pages that they
    share count once for each)."""

    wall: float
    processor: float
    memory: int


def run(command: Sequence[object], folder: Path, env: Mapping[str, str]) -> Cost:
    """Run a command, and return what it cost. Raise CalledProcessError where it fails."""
    before = _busy_seconds()
    started = time.perf_counter()
    process = subprocess.Popen(
        [str(word) for word in command],
        cwd=folder,
        env=dict(env),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    most = [0]
    watcher = threading.Thread(target=_watch, args=(psutil.Process(process.pid), most), daemon=True)
    watcher.start()
    _, errors = process.communicate()
    wall = time.perf_counter() - started
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, stderr=errors.decode())
    return Cost(wall, _busy_seconds() - before, most[0])


def _busy_seconds() -> float:
    """Return the seconds of processor that the whole machine has used: nothing else may run."""
    times = psutil.cpu_times()
    return times.user + times.nice + times.system


def _watch(process: psutil.Process, most: list[int]) -> None:
    while True:
        try:
            family = [process, *process.children(recursive=True)]
            held = sum(one.memory_info().rss for one in family)
        except psutil.Error:
            if not process.is_running():
                return
            continue
        most[0] = max(most[0], held)
        time.sleep(LOOK)


def write(name: str, results: object) -> Path:
    """Write results with the machine that gave them to build/bench/, and return the path."""
    machine = {
        "processor": platform.processor() or platform.machine(),
        "cores": psutil.cpu_count(),
        "memory": psutil.virtual_memory().total,
        "system": platform.platform(),
        "python": platform.python_version(),
        "date": date.today().isoformat(),
        **{library: version(library) for library in LIBRARIES},
    }
    path = RESULTS / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"machine": machine, "results": results}, indent=1, default=asdict) + "\n")
    return path
