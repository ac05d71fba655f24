"""Run podium's command line in a process of its own: a fresh one, or one forked from a server, because most
of a short run's time goes into imports."""

import atexit
import io
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

import pandas as pd

Ran = subprocess.CompletedProcess[str]

SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["support.preloaded"])


def _start_server() -> None:
    """Start the server that forks for each run, unless it is there. It finds its modules by the environment
    alone."""
    from multiprocessing import forkserver

    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(Path(__file__).parents[1]), before]))
    try:
        forkserver.ensure_running()
    finally:
        os.environ.pop("PYTHONPATH")
        if before is not None:
            os.environ["PYTHONPATH"] = before


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "podium", *map(str, words)]


def podium(root: Path, *words: object, **env: str) -> Ran:
    """Run the command line with the working directory `root` and these additions to the environment."""
    texts = [*map(str, words)]
    with tempfile.TemporaryDirectory() as folder:
        streams = [Path(folder) / "stdout", Path(folder) / "stderr"]
        process = started(root, texts, streams, {**os.environ, **env})
        process.join()
        return Ran(texts, process.exitcode, *(path.read_text(encoding="utf-8") for path in streams))


def started(
    root: Path, words: Sequence[str], streams: Sequence[Path], env: Mapping[str, str] = os.environ
) -> BaseProcess:
    """Start the command line with its output and errors in two files, and do not wait for it."""
    _start_server()
    process = SERVER.Process(target=_run, args=(str(root), words, dict(env), streams))
    process.start()
    return process


def fresh_podium(root: Path, *words: object) -> Ran:
    """Run the command line in a process that has imported nothing, as a user does."""
    return subprocess.run(command(*words), cwd=root, capture_output=True, text=True)


def podium_imports(root: Path, *words: object, **env: str) -> tuple[Ran, set[str]]:
    """Run the command line in a process that has imported nothing, and return also what it imported."""
    code = (
        "import sys; from podium.cli import main\n"
        "try: main()\n"
        "finally: print('loaded:', *{m.partition('.')[0] for m in sys.modules}, file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, *map(str, words)],
        cwd=root,
        capture_output=True,
        text=True,
        env={**os.environ, **env},
    )
    errors, _, loaded = ran.stderr.rpartition("loaded:")
    return Ran(ran.args, ran.returncode, ran.stdout, errors), set(loaded.split())


def complaint(ran: Ran) -> str:
    """Return the one line of a run that refused its input."""
    assert ran.returncode == 2, ran.stdout + ran.stderr
    (line,) = ran.stderr.strip().splitlines()
    assert line.startswith("podium: ")
    return line


def answered(ran: Ran) -> pd.DataFrame:
    """Return the table that `podium predict` printed."""
    assert ran.returncode == 0, ran.stderr
    return pd.read_csv(io.StringIO(ran.stdout))


def _run(root: str, words: Sequence[str], env: Mapping[str, str], streams: Sequence[Path]) -> None:
    """Become `python -m podium` in a forked process."""
    os.chdir(root)
    os.environ.clear()
    os.environ.update(env)
    for number, path in enumerate(streams, start=1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
    sys.argv = ["podium", *words]
    sys.path[:0] = [root, *filter(None, env.get("PYTHONPATH", "").split(os.pathsep))]
    from podium.cli import main

    try:
        main()
    finally:
        atexit._run_exitfuncs()  # a forked process leaves without them
