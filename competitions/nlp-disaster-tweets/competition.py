"""Natural Language Processing with Disaster Tweets: is a tweet about a real disaster (1) or not (0)?"""

from pathlib import Path

import numpy as np
import pandas as pd

from podium.competition import Competition, Reference
from podium.dataset import Dataset, encode
from podium.models.cleaning import hashtags, normalised
from podium.tables import read_texts, read_whole_numbers, require_texts

CLASSES = (0, 1)
LONGEST = 1000  # characters; Kaggle's longest is 157, and an open quote swallows whole pages


def load(folder: Path) -> Dataset:
    train, test = _tweets(folder / "train.csv"), _tweets(folder / "test.csv")
    target = read_whole_numbers(folder / "train.csv", ["target"], low=0, high=1)["target"]
    return Dataset(
        X=_columns(train),
        y=encode(target, CLASSES, what=f"{folder / 'train.csv'}: target"),
        X_test=_columns(test),
        test_ids=test["id"].astype(int).to_numpy(),
        classes=np.array(CLASSES),
        groups=train["text"].map(normalised).to_numpy(),
    )


def _tweets(path: Path) -> pd.DataFrame:
    tweets = read_texts(path, ["id", "keyword", "location", "text"])
    require_texts(tweets["text"], path, longest=LONGEST)
    return tweets


def _columns(tweets: pd.DataFrame) -> pd.DataFrame:
    """As in the report: %20 is a space, and the hashtags stand in for a missing keyword."""
    tags, keyword = tweets["text"].map(hashtags), tweets["keyword"].str.replace("%20", " ")
    filled = keyword.where(keyword != "", tags)
    return pd.DataFrame({"text": tweets["text"], "keyword": filled, "hashtags": tags})


def toy(folder: Path) -> None:
    """Tweets from templates: with copies, contradicting labels, gaps, emojis, links and line breaks."""
    rng = np.random.default_rng(0)
    tweets = pd.DataFrame([_toy_tweet(rng, target) for target in rng.permutation(np.arange(540) % 2)])
    copies = tweets.iloc[:20].assign(text=lambda t: t["text"].str.upper() + " http://t.co/again")
    copies.loc[:3, "target"] = 1 - copies.loc[:3, "target"]
    tweets = pd.concat([copies, tweets], ignore_index=True)
    tweets.insert(0, "id", np.arange(len(tweets)) * 3 + 1)
    train, test = tweets.iloc[:400], tweets.iloc[400:]
    train.to_csv(folder / "train.csv", index=False)
    test.drop(columns="target").to_csv(folder / "test.csv", index=False)
    test[["id"]].assign(target=0).to_csv(folder / "sample_submission.csv", index=False)


TOY = {
    1: ["{e} destroys homes in {p}", "BREAKING: {e} near {p} #news", "Rescuers reach {p} after {e}"],
    0: ["this new album is a total {e} \U0001f602", "My exam was a {e},\nhelp", "lol {n} times {p} #love"],
}
EVENTS = ["wildfire", "earthquake", "flood", "train crash", "explosion"]
PLACES = ["Nepal", "California", "La Ronge", "Tokyo", "the valley"]


def _toy_tweet(rng: np.random.Generator, target: int) -> dict[str, object]:
    event, place = rng.choice(EVENTS), rng.choice(PLACES)
    template = rng.choice(TOY[target if rng.random() < 0.9 else 1 - target])
    text = template.format(e=event, p=place, n=rng.integers(2, 99))
    return {
        "keyword": event.replace(" ", "%20") if rng.random() < 0.9 else None,
        "location": place if rng.random() < 0.6 else None,
        "text": text + (f" http://t.co/{rng.integers(1e9)}" if rng.random() < 0.5 else ""),
        "target": target,
    }


CLASSICAL = [
    *("text-ridge", "text-sgd", "text-logistic-regression", "text-linear-svc", "text-xgboost"),
    *("text-bernoulli-nb", "text-gaussian-nb", "text-complement-nb", "text-multinomial-nb"),
    "text-decision-tree",
]

COMPETITION = Competition(
    name="nlp-disaster-tweets",
    slug="nlp-getting-started",
    title="Disaster Tweets: real disaster or not",
    metric="accuracy",
    also=("f1",),
    id_column="id",
    target_column="target",
    load=load,
    toy=toy,
    roster={
        "constant": {},
        **{f"{name}@plain": {"features": "plain"} for name in CLASSICAL},
        **{name: {} for name in CLASSICAL},
        "small-bert": {"encoder": "minilm-l6-v2", "preprocessor": "minilm-l6-v2", "pooling": "mean"},
    },
    references=(Reference("report: BernoulliNB", 0.8121, "seed report, one 33 % split"),),
)
