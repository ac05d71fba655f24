"""How podium grows: with the rows of a table, the number of images, of models and of folds.

Each point is one run of quick models, or for images the decoding of all files once, as a model asks for it.
With LARGE=1 in the environment the last points are ten times as large. The plot lies beside the numbers in
build/bench/.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib
import measured
import numpy as np
from bench_rosters import Case, environment, submit, tables
from PIL import Image

from support.tiny import make_root

LARGE = bool(os.environ.get("LARGE"))
ROWS = [1_000, 10_000, 100_000, *([1_000_000] if LARGE else [])]
IMAGES = [1_000, 10_000, *([100_000] if LARGE else [])]
MODELS = [2, 8, 32]
FOLDS = [2, 10, 50]
QUICK = "constant,table-ridge,table-hist-gradient-boosting"
DECODE = """
import sys
from pathlib import Path

from podium.data.image_spec import ImageSpec
from podium.data.images import ImageFiles, find_images

ImageFiles(find_images(Path(sys.argv[1]))).pixels(ImageSpec(64, 64))
"""


def of_rows(folder: Path, rows: int) -> measured.Cost:
    case = tables(folder, rows)
    quick = Case(case.name, case.root, (*case.options, "--models", QUICK))
    return submit(quick, "processes")


def of_images(folder: Path, images: int) -> measured.Cost:
    rng = np.random.default_rng(0)
    place = folder / "images"
    place.mkdir()
    for number in range(images):
        Image.fromarray(rng.integers(0, 256, (96, 96, 3), dtype=np.uint8)).save(place / f"{number:06}.png")
    env = {**environment("serial"), "XDG_CACHE_HOME": str(folder / "cache")}
    return measured.run([sys.executable, "-c", DECODE, place], folder, env)


def of_models(folder: Path, models: int) -> measured.Cost:
    roster = {"constant": {}, **{f"ridge@{number}": {"alpha": 1.0 + number} for number in range(models)}}
    return submit(Case("tiny", make_root(folder, roster)), "processes")


def of_folds(folder: Path, folds: int) -> measured.Cost:
    roster = {"constant": {}, "ridge": {}, "gaussian-nb": {}}
    return submit(Case("tiny", make_root(folder, roster, folds)), "processes")


CURVES: dict[str, tuple[Callable[[Path, int], measured.Cost], Sequence[int]]] = {
    "rows": (of_rows, ROWS),
    "images": (of_images, IMAGES),
    "models": (of_models, MODELS),
    "folds": (of_folds, FOLDS),
}


def plot(results: dict[str, dict[int, measured.Cost]], path: Path) -> None:
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(1, len(results), figsize=(4 * len(results), 3), layout="constrained")
    for (name, curve), axes in zip(results.items(), panels, strict=True):
        axes.loglog(list(curve), [cost.wall for cost in curve.values()], marker="o")
        axes.set_xlabel(name)
        axes.set_ylabel("seconds")
    figure.savefig(path, dpi=100)


def main() -> None:
    results: dict[str, dict[int, measured.Cost]] = {}
    for name, (measure, sizes) in CURVES.items():
        results[name] = {}
        for size in sizes:
            with tempfile.TemporaryDirectory() as folder:
                cost = measure(Path(folder), size)
            results[name][size] = cost
            print(
                f"{size:>9,} {name:8}{cost.wall:8.1f} s{cost.processor:8.1f} s of processor"
                f"{cost.memory / 1e6:8.0f} MB",
                flush=True,
            )
    path = measured.write("growth", results)
    plot(results, path.with_suffix(".png"))
    print(f"numbers: {path}, plot: {path.with_suffix('.png')}")


if __name__ == "__main__":
    main()
