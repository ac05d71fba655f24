"""The demo without its page: the questions that a trained entry takes, and its answers."""

import importlib.util
import os
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from podium.data.dataset import Dataset
from podium.data.images import ImageFiles
from podium.data.modalities import modality_of
from podium.data.modality import FILE, TEXT, Question
from podium.data.multimodal import MultimodalRows
from podium.data.task import Multilabel, Regression
from podium.demo.answerer import EXAMPLES, TOP_CLASSES, Answerer
from podium.demo.inputs import DRAWING, Preview, inputs_of
from podium.errors import DataError
from podium.pages.render import render
from podium.pipeline.leaderboard import Entry
from podium.pipeline.predict import predict
from podium.storage.atomic import cache_folder
from support.command_line import podium
from support.demo import signing_key, train_answerer
from support.makers import make_competition, seven
from support.tiny import make_root


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
    return train_answerer(competition, ["table-ridge"], tmp_path_factory.mktemp("prices"))


def test_what_a_person_can_give_depends_on_the_rows(tmp_path):
    texts = pd.DataFrame({"text": ["a"]})
    table = pd.DataFrame({"size": [1]})
    images = ImageFiles([tmp_path])
    both = MultimodalRows({"text": texts, "table": table, "images": images})
    expected = [
        (images, [FILE]),
        (texts, [TEXT]),
        (both, [TEXT, FILE]),
        (np.zeros((2, 8, 8, 1)), [DRAWING]),
        (np.zeros((2, 8)), []),
        (table, []),
        (MultimodalRows({"table": table}), []),
    ]
    for X, inputs in expected:
        assert inputs_of(modality_of(X)) == inputs


def test_an_example_gets_what_the_first_fold_s_model_predicts_for_that_test_row(digits):
    store = digits.session.store
    (path,) = store.root.glob("models/gaussian-nb-*/fold-0.npz")
    predicted = store.read_arrays(path)["test"]
    for number, row in enumerate(digits.rows):
        reply = digits.answer_example(number)
        best = sorted(predicted[row], reverse=True)[:TOP_CLASSES]
        assert [p for _, p in reply.top] == pytest.approx(best, abs=1e-4)
        assert reply.top[0][0].label == reply.answer == str(predicted[row].argmax())
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
    reply = digits.answer(upload=str(tmp_path / "drawing.png"))
    assert reply.question.picture.size == (28, 28)
    assert len(reply.top) == TOP_CLASSES


def test_a_text_is_answered(tweets):
    reply = tweets.answer("wildfire destroys homes in Nepal")
    assert reply.top[0][0].name == "disaster"
    assert reply.question == Preview("wildfire destroys homes in Nepal")
    assert tweets.examples[0].text == tweets.session.dataset.X_test["text"].iloc[0]


def test_a_photo_is_answered_and_nothing_of_it_stays_with_the_user_s_files(photos, tmp_path):
    before = set(cache_folder().rglob("*"))
    kept = set(photos.folder.iterdir())
    Image.new("RGB", (640, 480), "red").save(tmp_path / "own photo.jpg")
    reply = photos.answer(upload=str(tmp_path / "own photo.jpg"))
    assert sum(p for _, p in reply.top) == pytest.approx(1, abs=1e-5)
    assert max(reply.question.picture.size) <= 160
    assert set(cache_folder().rglob("*")) == before
    assert set(photos.folder.iterdir()) > kept


def test_a_number_comes_with_its_cross_validated_error(prices):
    reply = prices.answer_example(3)
    assert reply.answer == pytest.approx(3000, abs=3 * prices.error)
    assert not reply.top
    assert prices.error == prices.entry.score
    assert prices.inputs == []
    assert prices.examples[3] == Preview("size 3.0, garden 0.0")


def same_as_predict(answerer, question):
    """The page's reply, which must be what `podium predict` gives."""
    reply = answerer.answer(question.text, question.file or None)
    with signing_key(answerer.folder.parents[1]):
        row = predict(answerer.session, [question]).table.iloc[0]
    if reply.top:
        assert row["prediction"] == reply.answer == reply.top[0][0].name
        probabilities = [row[f"p({c.name})"] for c, _ in reply.top]
        assert probabilities == pytest.approx([p for _, p in reply.top], abs=1e-6)
    else:
        assert row["prediction"] == pytest.approx(reply.answer, rel=1e-5)
    return reply


def test_a_character_has_a_name_in_any_script_and_its_picture(characters, tmp_path):
    names = ["Nino Nakano", "itsuki", "Йоцуба", "みく", "一花"]
    assert [c.name for c in characters.classes] == names
    assert all(c.picture for c in characters.classes)
    assert (characters.entry.name, characters.session.is_toy) == ("frozen-mobilenet", True)
    Image.effect_noise((90, 60), 90).convert("RGB").save(tmp_path / "一花.png")
    reply = same_as_predict(characters, Question(file=str(tmp_path / "一花.png")))
    assert len(reply.top) == len(names)
    assert sum(p for _, p in characters.answer_example(0).top) == pytest.approx(1, abs=1e-5)
    assert characters.examples[0].picture


def test_a_meme_is_asked_about_with_and_without_its_title(memes):
    assert memes.inputs == [TEXT, FILE]
    assert all(example.picture and example.text for example in memes.examples)
    image = str(memes.session.dataset.X_test.parts["images"].paths[0])
    funny, dull = (
        same_as_predict(memes, Question(title, image))
        for title in ("this is hilarious", "a picture of a face")
    )
    assert funny.answer > dull.answer > 0
    assert funny.question.text == "this is hilarious"
    assert funny.question.picture.size == (96, 96)
    assert not funny.top
    assert memes.error == memes.entry.extra_metrics["rmse"][0]
    for question in (Question(file=image), Question("this is hilarious")):
        assert same_as_predict(memes, question).answer > 0


def test_a_post_is_asked_about_by_its_title_its_image_or_both(posts, tmp_path):
    assert [c.name for c in posts.classes] == ["fake", "true"]
    assert all(c.picture for c in posts.classes)  # though three of four posts have none
    assert {example.picture is None for example in posts.examples} == {True, False}
    assert all(example.text for example in posts.examples)
    image = str(tmp_path / "own.png")
    Image.new("RGB", (50, 40), "white").save(image)
    title = "Satire cat in Ohio"
    alone, pictured = Question(title), Question("", image)
    replies = [same_as_predict(posts, asked) for asked in (alone, pictured, Question(title, image))]
    assert [r.question.text for r in replies] == [title, "", title]
    assert [r.question.picture is None for r in replies] == [True, False, False]
    assert len({r.top[0][1] for r in replies}) == 3
    with pytest.raises(DataError, match="must be a text or an image, got nothing; give one"):
        posts.answer(" ")


def several_labels(monkeypatch, predicted):
    """Answers with these probabilities of two labels, whatever the text."""
    texts = pd.DataFrame({"text": ["gale", "drizzle", "hail"]})
    entry = Entry("own", "model", 0.75, 0.01)
    predictor = SimpleNamespace(entry=entry, predict=lambda X: np.tile(predicted, (len(X), 1)))
    monkeypatch.setattr("podium.demo.answerer.load_predictor", lambda session, folds: predictor)
    dataset = Dataset(
        X=texts,
        y=np.array([[1, 0], [0, 1], [1, 1]]),
        X_test=texts,
        test_ids=np.arange(3),
        task=Multilabel(["wind", "rain"]),
    )
    session = SimpleNamespace(
        dataset=dataset,
        competition=make_competition(),
        metric=SimpleNamespace(name="f1_samples"),
        is_toy=False,
    )
    return Answerer(session, None)


@pytest.mark.parametrize(
    ("predicted", "answer", "heading"),
    [([0.9, 0.8], "wind, rain", "wind, rain"), ([0.2, 0.1], "", "none of the labels")],
)
def test_a_row_may_have_several_labels_or_none(monkeypatch, predicted, answer, heading):
    answerer = several_labels(monkeypatch, predicted)
    reply = answerer.answer("storm")
    assert reply.answer == answer
    assert [(c.label, p) for c, p in reply.top] == list(zip(["wind", "rain"], predicted, strict=True))
    values = {"answerer": answerer, "session": answerer.session, "reply": reply, "problem": ""}
    assert f"<h2>{heading}</h2>" in render("answer.html", **values).decode()


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
        photos.answer(upload=str(tmp_path / name))
    assert name in str(caught.value)
    assert str(tmp_path) not in str(caught.value)
    assert "\n" not in str(caught.value)
    Image.new("RGB", (60, 60), "red").save(tmp_path / "good.png")
    assert photos.answer(upload=str(tmp_path / "good.png")).top


def test_an_animated_image_is_answered_by_its_first_frame_with_a_remark(photos, tmp_path):
    frames(tmp_path / "moves.gif")
    reply = photos.answer(upload=str(tmp_path / "moves.gif"))
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
        tweets.answer(text)


def test_an_empty_sketch_gets_a_sentence(digits, tmp_path):
    Image.new("RGB", (280, 280), "white").save(tmp_path / "drawing.png")
    with pytest.raises(DataError, match="draw something"):
        digits.answer(upload=str(tmp_path / "drawing.png"))


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
