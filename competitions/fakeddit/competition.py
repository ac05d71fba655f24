"""Fakeddit: is a post of Reddit true (1) or fake (0)? Titles, and images of some; scored by accuracy.

The variants have three or six classes, or titles without punctuation.
"""

from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from podium.competition.declaration import Competition, Reference
from podium.data.dataset import Dataset
from podium.data.rows import linked
from podium.data.task import Classification

from .posts import (
    CLASS_NAMES,
    PLOTS,
    TEST_FILES,
    TRAIN_FILES,
    make_rows,
    question_rows,
    read_labels,
    read_posts,
)
from .toy_data import toy

SUBREDDIT_TAG = r"(?i)^\W*ps ?battles?\W*"  # posts of photoshopbattles begin so, which tells their class
MINILM = {"encoder": "minilm-l6-v2", "preprocessor": "minilm-l6-v2"}
TOY_NETWORK = {"epochs": 2, "side": 32}
PAPER = "Nakamura et al. 2020, titles and images of all data"


def load(folder: Path, ways: int = 2, title: str = "title") -> Dataset:
    """Read the published files, with the labels of 2, 3 or 6 classes. `title` is the column of the titles.

    Posts with the same title or the same image are one group.
    """
    posts = read_posts(folder, TRAIN_FILES)
    test = read_posts(folder, TEST_FILES)
    return Dataset(
        X=make_rows(folder, posts, _without_tag(posts[title])),
        y=read_labels(folder, TRAIN_FILES, ways),
        X_test=make_rows(folder, test, _without_tag(test[title])),
        test_ids=test["id"].to_numpy(),
        task=Classification(np.arange(ways), CLASS_NAMES[ways]),
        groups=linked(posts["clean_title"], posts["image_url"]),
        about=posts,
        about_test=test,
    )


def _without_tag(titles: pd.Series) -> pd.Series:
    return titles.fillna("").str.replace(SUBREDDIT_TAG, "", regex=True)


COMPETITION = Competition(
    name="fakeddit",
    slug="fakeddit",
    title="Fakeddit: true or fake?",
    metric="accuracy",
    id_column="id",
    target_column="2_way_label",
    load=load,
    rows=question_rows,
    toy=toy,
    plots=PLOTS,
    roster={
        "constant": {},
        "table-hist-gradient-boosting": {},
        "text-ridge": {},
        "text-sgd": {},
        "text-logistic-regression": {},
        "text-linear-svc": {},
        "text-xgboost": {},
        "text-bernoulli-nb": {},
        "text-gaussian-nb": {},
        "text-complement-nb": {},
        "text-multinomial-nb": {},
        "text-decision-tree": {},
        "small-bert": {**MINILM, "pooling": "mean", "frozen": 3, "learning_rate": 1e-4, "epochs": 3},
        "profesor": {"factory": "networks:profesor", "balance": "downsample"},
        "propuesto": {"factory": "networks:propuesto", "balance": "downsample"},
        "propuesto-mejorado": {"factory": "networks:propuesto_mejorado", "balance": "downsample"},
        "final": {"factory": "networks:final", "balance": "downsample"},
        "joint": {},
    },
    toy_params={
        "profesor": TOY_NETWORK,
        "propuesto": TOY_NETWORK,
        "propuesto-mejorado": TOY_NETWORK,
        "final": TOY_NETWORK,
        "joint": {"epochs": 3, "side": 32},
    },
    variants={
        "3-way": {"load": partial(load, ways=3), "target_column": "3_way_label"},
        "6-way": {"load": partial(load, ways=6), "target_column": "6_way_label"},
        "clean": {"load": partial(load, title="clean_title")},
    },
    references=(
        Reference("paper, 2-way", 0.891, PAPER),
        Reference("paper, 6-way", 0.859, PAPER),
    ),
)
