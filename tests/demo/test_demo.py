"""The demo without its page: what a trained entry is asked, and what it says."""

import importlib.util
import os
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from podium.competition.declaration import FoldPlan
from podium.competition.registry import get_competition
from podium.data.dataset import Dataset
from podium.data.images import ImageFiles
from podium.data.modalities import modality_of
from podium.data.modality import FILE, TEXT, Question
from podium.data.multimodal import MultimodalRows
from podium.data.task import Regression
from podium.demo.answerer import EXAMPLES, TOP_CLASSES, Answerer
from podium.demo.inputs import DRAWING, View, inputs_of
from podium.errors import DataError
from podium.pipeline.leaderboard import write_leaderboard
from podium.pipeline.predict import predict
from podium.pipeline.session import open_session
from podium.pipeline.train import train
from podium.storage.atomic import cache_folder
from support.makers import make_competition, seven
from support.tiny import make_root, podium


class Silence:
    def fold_started(self, *_):
        pass

    epoch_ended = fold_ended = fold_started


@contextmanager
def signed_in(folder):
    """With the key there that signs the models."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        yield


def answerer_of(competition, models, folder, entry=None):
    """Asks the entry of that name, else the one that would be submitted."""
    (folder / "questions").mkdir()
    with signed_in(folder), open_session(competition, folder, None) as session:
        board = train(session, models, Silence()).leaderboard
        if entry:
            entries = tuple(replace(e, submitted=e.name == entry) for e in board.entries)
            write_leaderboard(session.store, replace(board, entries=entries))
        return Answerer(session, folder / "questions")


@pytest.fixture(scope="module")
def digits(root, tmp_path_factory):
    competition = get_competition(root, "digit-recognizer")
    return answerer_of(competition, ["gaussian-nb"], tmp_path_factory.mktemp("digits"))


@pytest.fixture(scope="module")
def tweets(root, tmp_path_factory):
    competition = get_competition(root, "nlp-disaster-tweets")
    return answerer_of(competition, ["text-complement-nb"], tmp_path_factory.mktemp("tweets"))


@pytest.fixture(scope="module")
def photos(root, tmp_path_factory):
    competition = get_competition(root, "pistolas-vs-smartphones")
    return answerer_of(competition, ["xgboost"], tmp_path_factory.mktemp("photos"))


@pytest.fixture(scope="module")
def characters(root, tmp_path_factory):
    competition = replace(get_competition(root, "quintuplets"), folds=FoldPlan(2))
    return answerer_of(competition, ["frozen-mobilenet"], tmp_path_factory.mktemp("characters"))


@pytest.fixture(scope="module")
def memes(root, tmp_path_factory):
    competition = replace(get_competition(root, "shitpost-likes"), folds=FoldPlan(2))
    models = ["frozen-mobilenet@ridge", "text-ridge"]
    return answerer_of(competition, models, tmp_path_factory.mktemp("memes"), entry="mean")


@pytest.fixture(scope="module")
def posts(root, tmp_path_factory):
    competition = replace(get_competition(root, "fakeddit"), folds=FoldPlan(2))
    return answerer_of(competition, ["joint"], tmp_path_factory.mktemp("posts"))


def load_prices(folder):
    size = np.arange(80.0)
    X = pd.DataFrame({"size": size % 40, "garden": size // 40})
    return Dataset(X=X, y=1000 * X["size"].to_numpy(), X_test=X[:9], test_ids=np.arange(9), task=Regression())


def write_prices(folder):
    pd.DataFrame({"Id": np.arange(9), "Price": 0.0}).to_csv(folder / "sample_submission.csv", index=False)


@pytest.fixture(scope="module")
def prices(tmp_path_factory):
    competition = make_competition(
        name="prices", load=load_prices, toy=write_prices, metric="rmse", target_column="Price"
    )
    return answerer_of(competition, ["table-ridge"], tmp_path_factory.mktemp("prices"))


def test_what_can_be_given_is_told_by_what_x_is(tmp_path):
    texts, images, table = pd.DataFrame({"text": ["a"]}), ImageFiles([tmp_path]), pd.DataFrame({"size": [1]})
    assert inputs_of(modality_of(images)) == [FILE]
    assert inputs_of(modality_of(np.zeros((2, 8, 8, 1)))) == [DRAWING]
    assert inputs_of(modality_of(texts)) == [TEXT]
    assert inputs_of(modality_of(MultimodalRows({"text": texts, "table": table, "images": images}))) == [
        TEXT,
        FILE,
    ]
    assert (
        inputs_of(modality_of(table))
        == inputs_of(modality_of(np.zeros((2, 8))))
        == inputs_of(modality_of(MultimodalRows({"table": table})))
        == []
    )


def test_a_sample_gets_what_the_first_fold_s_model_said_of_that_test_row(digits):
    store = digits.session.store
    (path,) = store.root.glob("models/gaussian-nb-*/fold-0.npz")
    said = store.read_arrays(path)["test"]
    for number, row in enumerate(digits.rows):
        reply = digits.about_example(number)
        assert [p for _, p in reply.top] == pytest.approx(
            sorted(said[row], reverse=True)[:TOP_CLASSES], abs=1e-6
        )
        assert reply.top[0][0].label == str(said[row].argmax())
        assert reply.question.picture.size == (28, 28)
    assert len(digits.examples) == EXAMPLES
    assert digits.entry.name == "gaussian-nb"
    assert digits.session.is_toy


def test_each_class_has_its_name_and_a_training_image_of_it(digits, photos, tweets):
    assert len(digits.classes) == 10
    for code, one in enumerate(digits.classes):
        row = np.flatnonzero(digits.session.dataset.y == code)[0]
        assert (np.asarray(one.picture) == digits.session.dataset.X[row, :, :, 0]).all()
    assert [c.name for c in photos.classes] == ["pistol", "smartphone"]
    assert all(isinstance(c.picture, Image.Image) for c in photos.classes)
    assert [(c.label, c.name, c.picture) for c in tweets.classes] == [
        ("0", "no disaster", None),
        ("1", "disaster", None),
    ]


def test_a_drawing_is_answered(digits, tmp_path):
    seven().save(tmp_path / "drawing.png")
    reply = digits.about(upload=str(tmp_path / "drawing.png"))
    assert reply.question.picture.size == (28, 28)
    assert len(reply.top) == TOP_CLASSES


def test_a_text_is_answered(tweets):
    reply = tweets.about("wildfire destroys homes in Nepal")
    assert reply.top[0][0].name == "disaster"
    assert reply.question == View("wildfire destroys homes in Nepal")
    assert tweets.examples[0].text == tweets.session.dataset.X_test["text"].iloc[0]


def test_a_photo_is_answered_and_nothing_of_it_stays_with_the_user_s_files(photos, tmp_path):
    before = set(cache_folder().rglob("*"))
    kept = set(photos.folder.iterdir())
    Image.new("RGB", (640, 480), "red").save(tmp_path / "own photo.jpg")
    reply = photos.about(upload=str(tmp_path / "own photo.jpg"))
    assert sum(p for _, p in reply.top) == pytest.approx(1, abs=1e-5)
    assert max(reply.question.picture.size) <= 160
    assert set(cache_folder().rglob("*")) == before
    assert set(photos.folder.iterdir()) > kept


def test_a_number_comes_with_the_error_of_cross_validation(prices):
    reply = prices.about_example(3)
    assert reply.number == pytest.approx(3000, abs=3 * prices.error)
    assert not reply.top
    assert prices.error == prices.entry.score
    assert prices.kinds == []
    assert prices.examples[3] == View("size 3.0, garden 0.0")


def same_as_predict(answerer, question):
    """The page's reply, which must be what `predict` says."""
    reply = answerer.about(question.text, question.file or None)
    with signed_in(answerer.folder.parent):
        row = predict(answerer.session, [question]).table.iloc[0]
    if reply.number is None:
        assert row["prediction"] == reply.top[0][0].name
        said = [row[f"p({c.name})"] for c, _ in reply.top]
        assert said == pytest.approx([p for _, p in reply.top], abs=1e-6)
    else:
        assert row["prediction"] == pytest.approx(reply.number, rel=1e-5)
    return reply


def test_a_character_has_a_name_in_any_script_and_its_picture(characters, tmp_path):
    names = ["Nino Nakano", "itsuki", "Йоцуба", "みく", "一花"]
    assert [c.name for c in characters.classes] == names
    assert all(c.picture for c in characters.classes)
    assert (characters.entry.name, characters.session.is_toy) == ("frozen-mobilenet", True)
    Image.effect_noise((90, 60), 90).convert("RGB").save(tmp_path / "一花.png")
    reply = same_as_predict(characters, Question(file=str(tmp_path / "一花.png")))
    assert len(reply.top) == len(names)
    assert sum(p for _, p in characters.about_example(0).top) == pytest.approx(1, abs=1e-5)
    assert characters.examples[0].picture


def test_a_meme_is_asked_about_with_and_without_its_title(memes):
    assert memes.kinds == [TEXT, FILE]
    assert all(sample.picture and sample.text for sample in memes.examples)
    image = str(memes.session.dataset.X_test.parts["images"].paths[0])
    funny, dull = (
        same_as_predict(memes, Question(title, image))
        for title in ("this is hilarious", "a picture of a face")
    )
    assert funny.number > dull.number > 0
    assert funny.question.text == "this is hilarious"
    assert funny.question.picture.size == (96, 96)
    assert not funny.top
    assert memes.error == memes.entry.extra_metrics["rmse"][0]
    for question in (Question(file=image), Question("this is hilarious")):
        assert same_as_predict(memes, question).number > 0


def test_a_post_is_asked_about_by_its_title_its_image_or_both(posts, tmp_path):
    assert [c.name for c in posts.classes] == ["fake", "true"]
    assert all(c.picture for c in posts.classes)  # though three of four posts have none
    assert {sample.picture is None for sample in posts.examples} == {True, False}
    assert all(sample.text for sample in posts.examples)
    image = str(tmp_path / "own.png")
    Image.new("RGB", (50, 40), "white").save(image)
    title = "Satire cat in Ohio"
    alone, pictured = Question(title), Question("", image)
    replies = [same_as_predict(posts, asked) for asked in (alone, pictured, Question(title, image))]
    assert [r.question.text for r in replies] == [title, "", title]
    assert [r.question.picture is None for r in replies] == [True, False, False]
    assert len({r.top[0][1] for r in replies}) == 3
    with pytest.raises(DataError, match="must be a text or an image, got nothing; give one"):
        posts.about(" ")


def frames(path):
    first, *others = (Image.new("RGB", (60, 60), colour) for colour in ("red", "blue"))
    first.save(path, save_all=True, append_images=others)


def cut(path):
    Image.effect_noise((300, 300), 90).save(path, "PNG")
    path.write_bytes(path.read_bytes()[:9000])


UPLOADS = {
    "a text.jpg": (lambda path: path.write_text("I am no image"), "must be an image, got another file"),
    "nothing.png": (lambda path: path.write_bytes(b""), "got an empty file of 0 bytes"),
    "large.png": (lambda path: Image.new("1", (10_000, 5_000)).save(path), "at most 40 megapixels, got 50"),
    "bomb.png": (lambda path: Image.new("1", (14_000, 14_000)).save(path), "at most 40 megapixels, got far"),
    "half.png": (cut, "must be a whole image"),
}


@pytest.mark.parametrize("name", UPLOADS)
def test_a_bad_upload_gets_one_sentence_with_its_name_and_the_next_one_is_answered(photos, tmp_path, name):
    make, sentence = UPLOADS[name]
    make(tmp_path / name)
    with pytest.raises(DataError, match=sentence) as caught:
        photos.about(upload=str(tmp_path / name))
    assert name in str(caught.value)
    assert str(tmp_path) not in str(caught.value)
    assert "\n" not in str(caught.value)
    Image.new("RGB", (60, 60), "red").save(tmp_path / "good.png")
    assert photos.about(upload=str(tmp_path / "good.png")).top


def test_of_an_animated_image_the_first_frame_is_looked_at_and_it_says_so(photos, tmp_path):
    frames(tmp_path / "moves.gif")
    reply = photos.about(upload=str(tmp_path / "moves.gif"))
    assert "only its first frame" in reply.remark
    assert reply.question.picture.getpixel((30, 30))[0] > 200


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x" * 100_000, "at most 10000 characters, got 100000"),
        ("x" * 2000, "texts of 1 to 1000 characters"),
        ("", "must be a text, got nothing"),
        (" \n", "must be a text, got nothing"),
    ],
    ids=["100 kB", "2 kB", "empty", "blank"],
)
def test_a_bad_text_gets_a_sentence(tweets, text, sentence):
    with pytest.raises(DataError, match=sentence):
        tweets.about(text)


def test_an_empty_sketch_gets_a_sentence(digits, tmp_path):
    Image.new("RGB", (280, 280), "white").save(tmp_path / "drawing.png")
    with pytest.raises(DataError, match="draw something"):
        digits.about(upload=str(tmp_path / "drawing.png"))


@pytest.mark.skipif(importlib.util.find_spec("gradio") is None, reason="gradio is not installed")
def test_without_a_trained_model_it_says_what_to_run(tmp_path):
    ran = podium(make_root(tmp_path), "demo", "tiny")
    assert ran.returncode == 2
    assert ran.stderr.count("\n") == 1, ran.stderr
    line = ran.stderr
    assert "run: podium submit tiny" in line


def test_without_gradio_it_says_how_to_get_it(tmp_path):
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / "gradio.py").write_text("raise ImportError")
    paths = [str(tmp_path / "hidden"), *filter(None, [os.environ.get("PYTHONPATH")])]
    ran = podium(make_root(tmp_path), "demo", "tiny", PYTHONPATH=":".join(paths))
    assert ran.returncode == 2
    assert ran.stderr.count("\n") == 1, ran.stderr
    line = ran.stderr
    assert "make demo" in line
