"""Files of competitions as Kaggle delivers them, in three layouts."""

import numpy as np
import pandas as pd
from PIL import Image


def passengers(folder, n=240):
    """Classes from a table, like Titanic's: names, categories, gaps, dates, a sample of another name."""
    rng = np.random.default_rng(0)
    survived = rng.permutation(np.arange(n) % 2)
    table = pd.DataFrame(
        {
            "PassengerId": np.arange(1, n + 1),
            "Survived": survived,
            "Pclass": rng.integers(1, 4, n),
            "Name": [f"Passenger, no. {i}" for i in range(n)],
            "Sex": np.where(rng.random(n) < 0.8, np.where(survived, "female", "male"), "male"),
            "Age": np.where(rng.random(n) < 0.8, rng.normal(30, 9, n).round(), np.nan),
            "Ticket No.": [f"A/{i}" for i in range(n)],
            "Fare": np.exp(rng.normal(2 + survived, 1, n)).round(2),
            "Cabin": np.where(rng.random(n) < 0.3, rng.choice(["C85", "E46", "G6"], n), None),
            "Boarded": (
                pd.Timestamp("1912-04-10") + pd.to_timedelta(rng.integers(0, 5, n), unit="D")
            ).strftime("%d/%m/%Y"),
            "Deck": np.nan,
        }
    )
    train, test = table[: 2 * n // 3], table[2 * n // 3 :].drop(columns="Survived")
    write(folder, train, test, test[["PassengerId"]].assign(Survived=0), "gender_submission.csv")


def houses(folder, n=240, columns=40):
    """Numbers from a wide table with gaps and categories, like house prices."""
    rng = np.random.default_rng(0)
    worth = rng.normal(size=n)
    table = {"Id": np.arange(1, n + 1)}
    for number in range(columns):
        values = worth + rng.normal(size=n)
        if number % 2:
            table[f"{number}stFlrSF"] = np.where(rng.random(n) < 0.9, (1000 + 200 * values).round(), np.nan)
        else:
            quality = np.array(["Po", "Fa", "TA", "Gd", "Ex"])[(values + 2).clip(0, 4).astype(int)]
            table[f"Garage Qual {chr(65 + number)}"] = np.where(rng.random(n) < 0.7, quality, None)
    frame = pd.DataFrame({**table, "SalePrice": (180_000 * np.exp(0.6 * worth)).round().astype(int)})
    train, test = frame[: 2 * n // 3], frame[2 * n // 3 :].drop(columns="SalePrice")
    sample = test[["Id"]].assign(SalePrice=169277.0525 + np.arange(len(test)))
    write(folder, train, test, sample)
    (folder / "data_description.txt").write_text("not a table")


def write(folder, train, test, sample, name="sample_submission.csv"):
    folder.mkdir(parents=True, exist_ok=True)
    train.to_csv(folder / "train.csv", index=False)
    test.to_csv(folder / "test.csv", index=False)
    sample.to_csv(folder / name, index=False)


def photos(folder, classes=("cat", "dog"), train=48, test=12, shown=None):
    """Images in a folder for each class, bright ones and dark ones."""
    rng = np.random.default_rng(0)
    for number in range(train + test):
        code = number % len(classes)
        place = folder / (f"train/{classes[code]}" if number < train else "test")
        place.mkdir(parents=True, exist_ok=True)
        size = (rng.integers(20, 40), rng.integers(20, 40), 3)
        pixels = rng.integers(90 * code, 90 * code + 120, size, dtype=np.uint8)
        Image.fromarray(pixels).save(place / f"{number}.png")
    ids = sorted(path.name for path in (folder / "test").iterdir())
    sample = pd.DataFrame({"file": ids, "animal": classes[0] if shown is None else shown})
    sample.to_csv(folder / "sample_submission.csv", index=False)
