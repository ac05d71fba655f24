"""Toy digits in the layout of Kaggle's files."""

from pathlib import Path

import numpy as np
import pandas as pd

SIDE = 28
TRAINING_ROWS = 1200


def toy(folder: Path) -> None:
    """Write the 1,797 handwritten digits of scikit-learn, enlarged from 8x8 to 28x28 pixels."""
    from scipy.ndimage import zoom
    from sklearn.datasets import load_digits

    digits = load_digits()
    order = np.random.default_rng(0).permutation(len(digits.target))
    small = digits.images[order] * (255 / 16)  # scikit-learn's grey goes from 0 to 16
    large = zoom(small, (1, SIDE / 8, SIDE / 8), order=1).round().astype(np.uint8)
    names = [f"pixel{i}" for i in range(SIDE * SIDE)]
    table = pd.DataFrame(large.reshape(-1, SIDE * SIDE), columns=names)
    table.insert(0, "label", digits.target[order])

    train = table.iloc[:TRAINING_ROWS]
    test = table.iloc[TRAINING_ROWS:].drop(columns="label")
    sample = pd.DataFrame({"ImageId": np.arange(1, len(test) + 1), "Label": 0})
    train.to_csv(folder / "train.csv", index=False)
    test.to_csv(folder / "test.csv", index=False)
    sample.to_csv(folder / "sample_submission.csv", index=False)
