"""fakeddit: what its loader makes of the published files, and what no model is given."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from podium.competition.registry import get_competition
from podium.data.dataset import conflicting
from podium.data.images import ImageFiles
from podium.errors import CompetitionError, DataError
from podium.models.registry import create
from podium.pipeline.submission import read_sample
from podium.plots.text_marks import TEXT_MARKS
from support.command_line import answered, podium
from support.tiny import copy_competitions

ROOT = Path(__file__).parents[2]
NAME = "fakeddit"
TRAIN, VALIDATE, TEST = (f"multimodal_{part}.tsv" for part in ("train", "validate", "test_public"))
LABELS = ["2_way_label", "3_way_label", "6_way_label"]
PUBLISHED = [
    *("clean_title", "created_utc", "domain", "hasImage", "id", "image_url", "linked_submission_id"),
    *("num_comments", "score", "subreddit", "title", "upvote_ratio", *LABELS),
]
LEAKS = ["subreddit", "domain", "num_comments", "upvote_ratio", "linked_submission_id", "image_url", "score"]


@pytest.fixture(scope="module")
def competition():
    return get_competition(ROOT, NAME)


@pytest.fixture(scope="module")
def toy(competition, tmp_path_factory):
    place = tmp_path_factory.mktemp("toy")
    competition.toy(place)
    return place


@pytest.fixture
def folder(toy, tmp_path):
    """A copy to be changed."""
    return shutil.copytree(toy, tmp_path / "copy")


def read(path):
    return pd.read_csv(path, sep="\t", dtype={"id": str})


def fitted(name, competition, dataset):
    """A model of the roster, fitted on all training rows for one epoch if it has epochs."""
    params = dict(competition.models(is_toy=True)[name])
    params.pop("balance", None)
    if "epochs" in params:
        params["epochs"] = 1
    return create(name, params, 0, dataset.task).fit(dataset.X, dataset.y)


def test_the_toy_data_has_the_published_columns(toy):
    assert list(read(toy / TRAIN).columns) == PUBLISHED
    assert list(read(toy / VALIDATE).columns) == PUBLISHED
    assert list(read(toy / TEST).columns) == [c for c in PUBLISHED if c not in ("subreddit", *LABELS)]
    assert list(pd.read_csv(toy / "sample_submission.csv").columns) == ["id", "2_way_label"]


@pytest.mark.parametrize(
    ("variant", "names"),
    [
        ("", {0: "fake", 1: "true"}),
        ("@3-way", {0: "true", 1: "fake with true text", 2: "fake"}),
        (
            "@6-way",
            dict(enumerate(["true", "satire", "false connection", "imposter", "manipulated", "misleading"])),
        ),
    ],
)
def test_labels_keep_their_meaning(variant, names, toy):
    competition = get_competition(ROOT, NAME + variant)
    dataset = competition.load(toy)
    posts = pd.concat([read(toy / TRAIN), read(toy / VALIDATE)])
    assert dict(zip(dataset.task.classes.tolist(), dataset.task.class_names, strict=True)) == names
    assert (dataset.labels == posts[competition.target_column]).all()
    class_name = np.array(dataset.task.class_names)[dataset.y]
    assert (class_name[posts["6_way_label"] == 0] == "true").all()
    assert not (class_name[posts["6_way_label"] == 1] == "true").any()
    assert read_sample(competition, dataset, toy)["id"].tolist() == dataset.test_ids.tolist()


def test_variants_share_files_and_folds_of_rows_but_not_results(toy):
    names = ["fakeddit", "fakeddit@6-way"]
    two, six = (get_competition(ROOT, name) for name in names)
    assert [c.name for c in (two, six)] == names
    assert two.folder == six.folder == "fakeddit"
    assert (two.load(toy).groups == six.load(toy).groups).all()
    with pytest.raises(CompetitionError, match="no variant '7-way' of 'fakeddit'; did you mean '6-way'"):
        get_competition(ROOT, "fakeddit@7-way")


def test_models_are_given_the_title_its_shape_the_time_and_the_image(competition, toy):
    X = competition.load(toy).X
    assert list(X.parts) == ["text", "table", "images"]
    assert list(X.parts["text"].columns) == ["text"]
    assert list(X.parts["table"].columns) == [*TEXT_MARKS, "length", "words", "created"]
    assert not X.parts["text"]["text"].str.contains("psbattle", case=False).any()
    assert read(toy / TRAIN)["title"].str.contains("PsBattle").any()


def test_no_leak_reaches_a_model(competition, folder):
    before = competition.load(folder)
    for name in (TRAIN, VALIDATE, TEST):
        posts = read(folder / name)
        for column in set(LEAKS) & set(posts.columns):
            posts[column] = None
        posts.to_csv(folder / name, sep="\t", index=False)
    after = competition.load(folder)
    assert before.X.content_id == after.X.content_id
    assert before.X_test.content_id == after.X_test.content_id


def test_the_audit_is_given_all_but_labels(competition, toy):
    dataset = competition.load(toy)
    assert [c for c in PUBLISHED if not c.endswith("label")] == list(dataset.about.columns)[:12]
    assert "subreddit" not in dataset.about_test
    assert dataset.about["num_comments"].isna().any()
    assert dataset.about["domain"].isna().any()
    assert dataset.about["comments"].sum() > 100


def test_posts_with_the_same_title_or_image_are_one_group(competition, folder):
    posts = read(folder / TRAIN)
    posts.loc[[50, 200], "clean_title"] = "the very same"
    posts.loc[[200, 250], "image_url"] = "http://i.imgur.com/same.jpg"
    posts.loc[[3, 4], "clean_title"] = None
    posts.to_csv(folder / TRAIN, sep="\t", index=False)
    groups = competition.load(folder).groups
    assert groups[50] == groups[200] == groups[250] != groups[51]
    assert groups[3] != groups[4] or posts["image_url"][3] == posts["image_url"][4]


def test_two_posts_of_one_image_may_have_conflicting_labels_and_that_is_reported(competition, toy):
    assert conflicting(competition.load(toy)).any()


def test_images_lie_in_one_folder_or_in_folders_of_classes(competition, folder):
    before = competition.load(folder).id
    (folder / "train" / "0").mkdir(parents=True)
    for path in (folder / "images").iterdir():
        path.rename(folder / "train" / "0" / path.name)
    assert competition.load(folder).id == before
    assert 0 < competition.load(folder).X.parts["images"].known.sum() < 400


def test_without_comments_or_images_the_rest_is_read(competition, folder):
    (folder / "all_comments.tsv").unlink()
    shutil.rmtree(folder / "images")
    dataset = competition.load(folder)
    assert dataset.about["comments"].isna().all()
    assert not dataset.X.parts["images"].known.any()
    model = fitted("profesor", competition, dataset)
    assert np.allclose(model.predict_proba(dataset.X_test), np.bincount(dataset.y) / len(dataset.y))


def test_a_label_that_is_none_is_named(competition, folder):
    posts = read(folder / VALIDATE)
    posts["2_way_label"] = posts["2_way_label"].astype(object)
    posts.loc[7, "2_way_label"] = "true"
    posts.to_csv(folder / VALIDATE, sep="\t", index=False)
    with pytest.raises(DataError, match="got 'true' in column '2_way_label' of data row 8") as caught:
        competition.load(folder)
    assert str(folder / VALIDATE) in str(caught.value)


def test_a_run_of_a_variant_has_a_folder_of_its_own_and_its_own_column(tmp_path):
    root = copy_competitions(tmp_path, folds=2)
    ran = podium(root, "submit", "fakeddit@6-way", "--models", "text-complement-nb,text-ridge")
    assert ran.returncode == 0, ran.stderr
    store = root / "submissions" / "fakeddit@6-way" / "toy"
    (csv,) = store.glob("toy-submission-*.csv")
    frame = pd.read_csv(csv)
    assert list(frame.columns) == ["id", "6_way_label"]
    assert frame["6_way_label"].nunique() > 3
    rows = pd.read_csv(store / "leaderboard.csv").set_index("name")
    assert rows.loc["text-complement-nb", "score"] > 0.7 > rows.loc["constant", "score"]
    titles = ["--text", "Satire again", "--text", "Misleading potato at the lake"]
    ran = podium(root, "predict", "fakeddit@6-way", *titles)
    assert answered(ran)["prediction"].tolist() == ["satire", "misleading"]


def test_a_title_alone_can_be_asked_about(competition, toy):
    dataset = competition.load(toy)
    questions = competition.rows(["Pic of a cat!", ""], ImageFiles([Path()] * 2, blank=[0, 1]))
    for name in ("table-hist-gradient-boosting", "text-ridge", "profesor"):
        model = fitted(name, competition, dataset)
        assert np.isfinite(model.predict_proba(questions)).all()
    for name in ("text", "table"):
        assert list(questions.parts[name].columns) == list(dataset.X.parts[name].columns)
