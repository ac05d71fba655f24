"""How much memory a network takes on 100,000 image files at 64 pixels, and how long: made, decoded,
trained on for an epoch, predicted.

Takes six minutes on two cores, and 2 GB of disk until it ends.
"""

import os
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

COUNT = 100_000


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        started = time.perf_counter()
        paths = [_written(Path(folder), number) for number in range(COUNT)]
        _told("made", started)
        _train(paths)


def _written(folder: Path, number: int) -> Path:
    path = folder / f"{number % 100:02}" / f"{number}.jpg"
    path.parent.mkdir(exist_ok=True)
    coarse = np.random.default_rng(number).integers(0, 200, (4, 4, 3), dtype=np.uint8)
    Image.fromarray(coarse + np.uint8(55 * (number % 2))).resize((80, 60)).save(path)
    return path


def _train(paths: list[Path]) -> None:
    from keras import Input, Model, layers

    from podium.data.image_spec import ImageSpec
    from podium.data.images import ImageFiles
    from podium.models.keras.estimator import KerasEstimator
    from podium.models.keras.heads import ClassHead

    def network(shape: tuple[int, ...], n_outputs: int, activation: str) -> Model:
        inputs = Input(shape)
        x = layers.Conv2D(8, 8, strides=8, activation="relu")(layers.Rescaling(1 / 255)(inputs))
        x = layers.GlobalAveragePooling2D()(x)
        return Model(inputs, layers.Dense(n_outputs, activation=activation)(x))

    started = time.perf_counter()
    files, y = ImageFiles(paths), np.arange(len(paths)) % 2
    pixels = files.pixels(ImageSpec(64, 64))
    _told("decoded", started)
    started = time.perf_counter()
    model = KerasEstimator(network, ClassHead(), epochs=1, batch_size=64, random_state=0).fit(pixels, y)
    _told("trained for an epoch", started)
    started = time.perf_counter()
    accuracy = (model.predict(pixels) == y).mean()
    _told(f"predicted (accuracy {accuracy:.3f})", started)


def _told(what: str, started: float) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what:<34}{time.perf_counter() - started:6.0f} s   at most {peak:6.0f} MiB resident so far")


if __name__ == "__main__":
    print(f"{COUNT:,} image files")
    main()
