"""What the learning rate and the weight decay of the digits' networks buy: `cnn4` at the rates usual
for Adam, and as it is, trained on two fifths of the digits and scored on the rest.

Needs the real digits: `make bench DATA=path/to/folder`. Takes four minutes on two cores.
"""

import time

import numpy as np
import real_data

from podium.models.registry import create

RECIPES = {
    "rate .002, decay .02": {"learning_rate": 2e-3, "weight_decay": 0.02},
    "rate .016, decay .05": {},
}


def main() -> None:
    _, dataset = real_data.load("digit-recognizer")
    seen, rest = np.split(np.random.default_rng(0).permutation(len(dataset.y)), [16_800])
    for name, params in RECIPES.items():
        started = time.perf_counter()
        model = create("cnn4", {"epochs": 12, **params}, 0, dataset.task).fit(
            dataset.X[seen], dataset.y[seen]
        )
        seconds = time.perf_counter() - started
        said = model.predict_proba(dataset.X[rest])
        errors = (said.argmax(axis=1) != dataset.y[rest]).sum()
        log_loss = -np.log(np.clip(said[np.arange(len(rest)), dataset.y[rest]], 1e-7, 1)).mean()
        print(f"cnn4, {name}: {errors} errors in {len(rest)}, log loss {log_loss:.4f}, {seconds:.0f} s")


if __name__ == "__main__":
    main()
