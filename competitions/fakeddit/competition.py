"""Fakeddit: is a post of Reddit true (1) or fake (0)? Titles, some images; in 2, 3 or 6 classes, accuracy."""

from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from podium.competition.declaration import Competition, Reference
from podium.data.csv_files import read_whole_numbers
from podium.data.dataset import Dataset
from podium.data.rows import linked
from podium.data.task import Classification
from podium.models.registry import known_names

from .posts import PLOTS, asked, parts, read_posts

SIX = ["true", "satire", "false connection", "imposter", "manipulated", "misleading"]
CLASSES = {2: ["fake", "true"], 3: ["true", "fake with true text", "fake"], 6: SIX}
TRAIN, TEST = ["multimodal_train.tsv", "multimodal_validate.tsv"], ["multimodal_test_public.tsv"]
TAG = r"(?i)^\W*ps ?battles?\W*"  # photoshopbattles has its posts begin so: the word names the subreddit


def load(folder: Path, ways: int = 2, title: str = "title") -> Dataset:
    posts, test = (read_posts(folder, names) for names in (TRAIN, TEST))
    X, X_test = (
        parts(folder, p, p[title].fillna("").str.replace(TAG, "", regex=True)) for p in (posts, test)
    )
    labels = [read_whole_numbers(folder / name, [f"{ways}_way_label"], 0, ways - 1) for name in TRAIN]
    return Dataset(
        X=X,
        y=pd.concat(labels).to_numpy(dtype=np.int64).ravel(),
        X_test=X_test,
        test_ids=test["id"].to_numpy(),
        task=Classification(np.arange(ways), CLASSES[ways]),
        groups=linked(posts["clean_title"], posts["image_url"]),
        about=posts,
        about_test=test,
    )


def toy(folder: Path) -> None:
    """Posts whose first word tells the class, and so do the subreddit and what is missing; some twice; for
    some an image; comments, some without text."""
    rng, n = np.random.default_rng(0), 520
    way6 = rng.choice(6, n, p=[0.4, 0.1, 0.16, 0.08, 0.18, 0.08])
    word = np.where(rng.random(n) < 0.9, np.array(SIX)[way6], "pic of")
    titles = [f"{w} {rng.choice(THINGS)} {rng.choice(THINGS)}" for w in word]
    posts = pd.DataFrame({"clean_title": titles, "created_utc": 1.4e9 + 1e5 * rng.integers(0, 999, n)})
    posts["domain"], posts["hasImage"] = np.where(way6 == 4, None, "i.imgur.com"), True
    posts["id"] = [f"toy{number}" for number in range(n)]
    posts["image_url"] = [f"http://i.imgur.com/{i // 2 if i < 20 else i}.jpg" for i in range(n)]
    posts["linked_submission_id"] = np.where(way6 == 4, "toy0", None)
    posts["num_comments"] = np.where(way6 == 4, np.nan, rng.integers(0, 90, n))
    posts["score"], posts["subreddit"] = rng.integers(0, 900, n), np.array(SUBREDDITS)[way6]
    posts["title"] = np.where(way6 == 0, "PsBattle: ", "") + posts["clean_title"].str.capitalize()
    posts["upvote_ratio"] = posts["num_comments"] / 90
    posts[LABELS] = np.stack([way6 == 0, np.array([0, 2, 2, 2, 2, 1])[way6], way6], axis=1).astype(int)
    for name, rows in zip((*TRAIN, *TEST), (slice(300), slice(300, 400), slice(400, n)), strict=True):
        hidden = ["subreddit", *LABELS] if name in TEST else []
        posts[rows].drop(columns=hidden).to_csv(folder / name, sep="\t", index=False)
    posts[400:][["id"]].assign(**{LABELS[0]: 0}).to_csv(folder / "sample_submission.csv", index=False)
    (folder / "images").mkdir(exist_ok=True)
    for i in range(0, n, 4):
        Image.new("L", (50, 40), 40 * int(way6[i])).save(folder / "images" / f"toy{i}.jpg")
    comments = posts[["id"]].rename(columns={"id": "submission_id"}).sample(900, replace=True, random_state=0)
    comments.assign(body=rng.choice(BODIES, 900)).to_csv(folder / "all_comments.tsv", sep="\t")


LABELS = ["2_way_label", "3_way_label", "6_way_label"]
THINGS = ["bridge", "cat", "old door", "in Ohio", "potato", 'again, "they" say', "at the lake"]
SUBREDDITS = ["pic", "theonion", "pareidolia", "subsimulatorgpt2", "psbattle_artwork", "propagandaposters"]
BODIES = ["Fake! \U0001f602", "LOL 100%", "is this real?", None, 'a "source",\nplease', "[deleted]"]
MINILM = {"encoder": "minilm-l6-v2", "preprocessor": "minilm-l6-v2"}
NETWORKS = {
    "profesor": "networks:profesor",
    "propuesto": "networks:propuesto",
    "propuesto-mejorado": "networks:propuesto_mejorado",
    "final": "networks:final",
}
CLASSIFIERS = known_names(["classification"])
PAPER = "Nakamura et al. 2020, titles and images of all data"
COMPETITION = Competition(
    name="fakeddit",
    slug="fakeddit",
    title="Fakeddit: true or fake?",
    metric="accuracy",
    id_column="id",
    target_column="2_way_label",
    load=load,
    rows=asked,
    toy=toy,
    plots=PLOTS,
    roster={
        **{name: {} for name in ("constant", "table-hist-gradient-boosting")},
        **{name: {} for name in CLASSIFIERS if name.startswith("text-")},
        "small-bert": {**MINILM, "pooling": "mean", "frozen": 3, "learning_rate": 1e-4, "epochs": 3},
        **{name: {"factory": factory, "balance": "downsample"} for name, factory in NETWORKS.items()},
        "joint": {},
    },
    toy_params={**{name: {"epochs": 2, "side": 32} for name in NETWORKS}, "joint": {"epochs": 3, "side": 32}},
    variants={
        **{f"{n}-way": {"load": partial(load, ways=n), "target_column": f"{n}_way_label"} for n in (3, 6)},
        "clean": {"load": partial(load, title="clean_title")},
    },
    references=(Reference("paper, 2-way", 0.891, PAPER), Reference("paper, 6-way", 0.859, PAPER)),
)
