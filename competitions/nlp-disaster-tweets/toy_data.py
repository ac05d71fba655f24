"""Toy tweets in the layout of Kaggle's files."""

from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pandas as pd

TWEETS = 540
COPIES = 20
TRAINING_ROWS = 400
LINK = " http://t.co/x1Yz"
EVENTS = ["wildfire", "earthquake", "flood", "train%20crash", "explosion"]
PLACES = ["Nepal", "California", "La Ronge", "Tokyo", "the valley"]
TEMPLATES = {
    1: ["{e} destroys homes in {p}", "BREAKING: {e} near {p} #news", "Rescuers reach {p} after {e}"],
    0: ["this new album is a total {e} \U0001f602", "My exam was a {e},\nhelp", "lol, {p} again #love"],
}


def toy(folder: Path) -> None:
    """Write tweets made from templates, with what the real ones have: copies, contradicting labels, empty
    cells, emojis, links and line breaks."""
    rng = np.random.default_rng(0)
    tweets = _tweets(rng)
    copies = _copies(tweets[:COPIES])
    table = pd.concat([copies, tweets], ignore_index=True).rename_axis("id").reset_index()

    train = table.iloc[:TRAINING_ROWS]
    test = table.iloc[TRAINING_ROWS:]
    train.to_csv(folder / "train.csv", index=False)
    test.drop(columns="target").to_csv(folder / "test.csv", index=False)
    test[["id"]].assign(target=0).to_csv(folder / "sample_submission.csv", index=False)


def _tweets(rng: np.random.Generator) -> pd.DataFrame:
    """Return tweets of which one in ten has a text of the other class, and one cell in five is empty."""
    target = np.arange(TWEETS) % 2
    event = rng.choice(EVENTS, TWEETS)
    place = rng.choice(PLACES, TWEETS)
    kind = np.where(rng.random(TWEETS) < 0.9, target, 1 - target)
    texts = [_text(rng, *row) for row in zip(kind, event, place, strict=True)]
    tweets = pd.DataFrame({"keyword": event, "location": place, "text": texts, "target": target})
    filled = rng.random((TWEETS, 2)) < 0.8
    tweets[["keyword", "location"]] = tweets[["keyword", "location"]].where(filled)
    return tweets


def _text(rng: np.random.Generator, kind: int, event: str, place: str) -> str:
    template = rng.choice(TEMPLATES[kind])
    return template.format(e=unquote(event), p=place) + LINK * rng.integers(2)


def _copies(tweets: pd.DataFrame) -> pd.DataFrame:
    """Return the tweets in capitals and with another link, the first four with the other label."""
    copies = tweets.assign(text=tweets["text"].str.upper() + " http://t.co/again")
    copies.loc[:3, "target"] = 1 - copies.loc[:3, "target"]
    return copies
