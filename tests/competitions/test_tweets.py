"""nlp-disaster-tweets: what its loader makes of Kaggle's files, and what it reports of broken ones."""

from pathlib import Path

import pandas as pd
import pytest

from podium.competition.registry import get_competition
from podium.data.dataset import conflicting
from podium.errors import DataError
from podium.pipeline.submission import read_sample
from support.command_line import answered, podium
from support.tiny import copy_competitions
from support.tiny_bert import make_bert

ROOT = Path(__file__).parents[2]
NAME, SLUG = "nlp-disaster-tweets", "nlp-getting-started"
HEADER = "id,keyword,location,text,target\n"


@pytest.fixture(scope="module")
def competition():
    return get_competition(ROOT, NAME)


@pytest.fixture
def folder(competition, tmp_path):
    competition.toy(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """The competition in a checkout of its own, and a tiny BERT under the name that its roster gives."""
    root = copy_competitions(tmp_path_factory.mktemp("checkout"), folds=2)
    (root / "weights" / "minilm-l6-v2").mkdir(parents=True)
    make_bert(root / "weights" / "minilm-l6-v2")
    return root


def test_it_reads_tweets_as_kaggle_delivers_them(competition, folder):
    (folder / "train.csv").write_text(
        HEADER + '1,,,"Fire, in\nthe ""hills"" #LaRonge",1\n2,train%20crash,Nepal,lol \U0001f602,0\n'
    )
    dataset = competition.load(folder)
    assert dataset.X.to_dict("list") == {
        "text": ['Fire, in\nthe "hills" #LaRonge', "lol \U0001f602"],
        "keyword": ["LaRonge", "train crash"],
        "hashtags": ["LaRonge", ""],
    }
    assert dataset.task.classes[dataset.y].tolist() == [1, 0]


def test_missing_values_are_words_in_a_tweet(competition, folder):
    (folder / "train.csv").write_text(HEADER + "1,nan,NA,null,1\n2,,,None,0\n")
    dataset = competition.load(folder)
    assert dataset.X["text"].tolist() == ["null", "None"]
    assert dataset.X["keyword"].tolist() == ["nan", ""]


def test_the_same_tweet_is_one_group_and_its_labels_may_contradict(competition, folder):
    rows = ["1,,,Fire! http://t.co/1,1", "2,,,fire!  http://t.co/2,0", "3,,,Fire,1"]
    (folder / "train.csv").write_text(HEADER + "\n".join(rows) + "\n")
    dataset = competition.load(folder)
    assert dataset.groups[0] == dataset.groups[1] != dataset.groups[2]
    assert conflicting(dataset).tolist() == [True, True, False]


def test_labels_and_ids_come_back_in_the_sample_s_order(competition, folder):
    dataset = competition.load(folder)
    sample = read_sample(competition, dataset, folder)
    assert dataset.test_ids.astype(str).tolist() == sample["id"].tolist()
    assert (dataset.task.classes[dataset.y] == pd.read_csv(folder / "train.csv")["target"]).all()


def test_the_toy_data_holds_what_the_real_data_holds(competition, folder):
    train, dataset = pd.read_csv(folder / "train.csv"), competition.load(folder)
    assert train[["keyword", "location"]].isna().any().all()
    assert conflicting(dataset).any()
    assert len(set(dataset.groups)) < len(train)
    for found in ("%20", "\n", "http://", "#", "\U0001f602"):
        assert (train["text"] + train["keyword"].fillna("")).str.contains(found, regex=False).any()


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (b"9,,,,1", "got an empty one in data row 2"),
        (b'9,,," \n ",1', "got an empty one in data row 2"),
        (b"9,,,fire,2", "got '2' in column 'target' of data row 2"),
        (b"9,,,fire,", "got an empty cell in column 'target' of data row 2"),
        (b"9,,,f\xffre,1", "must be UTF-8 text"),
        (b"9,,,fire, in the hills,1", "must be a table of even rows"),
        (b"9,,," + b"x" * 10_000 + b",1", "got one of 10000 in data row 2"),
        (b'9,,,"an open quote,1\n10,,,fire,1', "must be a table of even rows"),
    ],
)
def test_a_broken_row_is_named_in_one_line(competition, folder, row, complaint):
    (folder / "train.csv").write_bytes(HEADER.encode() + b"1,,,first,0\n" + row + b"\n")
    with pytest.raises(DataError) as caught:
        competition.load(folder)
    assert complaint in str(caught.value)
    assert str(folder / "train.csv") in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_test_id_that_is_no_number_is_named(competition, folder):
    path = folder / "test.csv"
    path.write_text(path.read_text().replace("\n", "\nx", 1))
    with pytest.raises(DataError, match=r"test\.csv must hold whole numbers.*column 'id' of data row 1"):
        competition.load(folder)


@pytest.mark.slow
def test_toy_tweets_to_a_submission_with_a_tiny_bert(checkout, tmp_path):
    weights = {"PODIUM_WEIGHTS": str(checkout / "weights"), "XDG_CONFIG_HOME": str(tmp_path)}
    models = "text-ridge,text-complement-nb@plain,bert-svc"
    ran = podium(checkout, "submit", NAME, "--models", models, **weights)
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    assert "134 duplicates have conflicting labels (kept in training)" in ran.stdout
    store = checkout / "submissions" / NAME / "toy"
    rows = pd.read_csv(store / "leaderboard.csv").set_index("name")
    assert {*models.split(","), "constant", "threshold"} <= set(rows.index)
    assert rows.loc["bert-svc", "score"] > 0.8 > 0.6 > rows.loc["constant", "score"]
    assert rows.loc["text-ridge", "f1_error"] > 0
    (csv,) = store.glob("toy-submission-*.csv")
    frame = pd.read_csv(csv)
    assert list(frame.columns) == ["id", "target"]
    assert frame["target"].isin([0, 1]).all()
    tweets = ["BREAKING: wildfire near Tokyo #news", "lol #love"]
    ran = podium(checkout, "predict", NAME, "--text", tweets[0], "--text", tweets[1], **weights)
    assert ran.stderr.count("\n") == 1, ran.stderr
    table = answered(ran)
    assert table["input"].tolist() == tweets
    assert table["prediction"].tolist() == ["disaster", "no disaster"]


def test_an_empty_question_is_refused(checkout):
    ran = podium(checkout, "predict", NAME, "--text", "fire", "--text", " ")
    assert ran.returncode == 2
    assert ran.stderr == "podium: a question must be a text, got nothing; give one\n"
