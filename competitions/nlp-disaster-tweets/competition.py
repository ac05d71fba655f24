"""Natural Language Processing with Disaster Tweets: is a tweet about a real disaster (1) or not (0)?"""

from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pandas as pd

from podium.competition.declaration import Competition, Reference
from podium.data.csv_files import read_texts, read_whole_numbers, require_texts
from podium.data.dataset import Dataset
from podium.data.task import Classification
from podium.data.text_cleaning import hashtags, normalised
from podium.models.registry import known_names
from podium.plots import lengths, shares

LINK = " http://t.co/x1Yz"
LONGEST = 1000  # characters; Kaggle's longest is 157, and an open quote swallows whole pages


def load(folder: Path) -> Dataset:
    train_path, test_path = folder / "train.csv", folder / "test.csv"
    train, test = (read_texts(path, ["keyword", "location", "text"]) for path in (train_path, test_path))
    target = read_whole_numbers(train_path, ["target"], low=0, high=1)["target"]
    return Dataset(
        X=_columns(train, train_path),
        y=target.to_numpy(dtype=np.int64),
        X_test=_columns(test, test_path),
        test_ids=read_whole_numbers(test_path, ["id"], low=0, high=2**31 - 1)["id"].to_numpy(),
        task=Classification(np.array([0, 1]), ["no disaster", "disaster"]),
        groups=train["text"].map(normalised).to_numpy(),
    )


def _columns(tweets: pd.DataFrame, source: object) -> pd.DataFrame:
    """As in the report: %20 is a space, and the hashtags stand in for a missing keyword."""
    require_texts(tweets["text"], source, longest=LONGEST)
    tags, keyword = tweets["text"].map(hashtags), tweets["keyword"].map(unquote)
    return tweets[["text"]].assign(keyword=keyword.where(keyword != "", tags), hashtags=tags)


def toy(folder: Path) -> None:
    """Tweets from templates: with copies, contradicting labels, gaps, emojis, links and line breaks."""
    rng = np.random.default_rng(0)
    target, event, place = np.arange(540) % 2, rng.choice(EVENTS, 540), rng.choice(PLACES, 540)
    heard = zip(np.where(rng.random(540) < 0.9, target, 1 - target), event, place, strict=True)
    texts = [rng.choice(TOY[t]).format(e=unquote(e), p=p) + LINK * rng.integers(2) for t, e, p in heard]
    tweets = pd.DataFrame({"keyword": event, "location": place, "text": texts, "target": target})
    tweets[["keyword", "location"]] = tweets[["keyword", "location"]].where(rng.random((540, 2)) < 0.8)
    copies = tweets.iloc[:20].assign(text=lambda t: t["text"].str.upper() + " http://t.co/again")
    copies.loc[:3, "target"] = 1 - copies.loc[:3, "target"]
    tweets = pd.concat([copies, tweets], ignore_index=True).rename_axis("id").reset_index()
    train, test = tweets.iloc[:400], tweets.iloc[400:]
    train.to_csv(folder / "train.csv", index=False)
    test.drop(columns="target").to_csv(folder / "test.csv", index=False)
    test[["id"]].assign(target=0).to_csv(folder / "sample_submission.csv", index=False)


EVENTS = ["wildfire", "earthquake", "flood", "train%20crash", "explosion"]
PLACES = ["Nepal", "California", "La Ronge", "Tokyo", "the valley"]
TOY = {
    1: ["{e} destroys homes in {p}", "BREAKING: {e} near {p} #news", "Rescuers reach {p} after {e}"],
    0: ["this new album is a total {e} \U0001f602", "My exam was a {e},\nhelp", "lol, {p} again #love"],
}
CLASSICAL = [name for name in known_names(["classification"]) if name.startswith("text-")]
MINILM = {"encoder": "minilm-l6-v2", "preprocessor": "minilm-l6-v2"}
BERT = {**MINILM, "pooling": "mean", "frozen": 3, "learning_rate": 1e-4, "epochs": 3, "seeds": 3}
REPORT = {
    "text-ridge": 0.7890, "text-sgd": 0.7906, "text-logistic-regression": 0.7941, "text-xgboost": 0.7854,
    "text-bernoulli-nb": 0.8121, "text-gaussian-nb": 0.6175, "text-complement-nb": 0.7988,
    "text-decision-tree": 0.7628,
}  # fmt: skip

COMPETITION = Competition(
    name="nlp-disaster-tweets",
    slug="nlp-getting-started",
    title="Disaster Tweets: real disaster or not",
    metric="accuracy",
    extra_metrics=("f1",),
    id_column="id",
    target_column="target",
    load=load,
    rows=lambda texts, images: _columns(pd.DataFrame({"text": texts, "keyword": ""}), "a question"),
    toy=toy,
    plots=(lengths("text"), lengths("text", by="class"), shares("keyword")),
    roster={
        "constant": {},
        **{f"{name}@plain": {"features": "plain"} for name in CLASSICAL},
        **{name: {} for name in CLASSICAL},
        "bert-svc": MINILM,
        "small-bert": BERT,
    },
    references=(
        *(Reference("report", score, "one 33 % split", f"{name}@plain") for name, score in REPORT.items()),
        Reference("report", 0.8734, "looks like training accuracy", "small-bert"),
        Reference("public leaderboard", 0.845, "its 99th percentile without leaked labels"),
    ),
)
