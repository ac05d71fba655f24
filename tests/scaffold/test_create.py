"""A folder for a competition that has none yet: written from files, and working at once."""

import re
import runpy
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from podium.cli.terminal import PlainProgress, make_console
from podium.competition.registry import get_competition
from podium.competition.sources import find_source
from podium.errors import CompetitionError, DataError
from podium.kaggle.download import fetched_sums
from podium.pipeline.folds import make_folds
from podium.pipeline.predict import load_predictor
from podium.pipeline.session import open_session
from podium.pipeline.submission import read_sample
from podium.pipeline.submit import submit
from podium.pipeline.train import train
from podium.scaffold.create import make_competition
from podium.scaffold.inspect import inspect_files
from podium.scaffold.literals import listed
from podium.scaffold.smoke_test import check_competition
from podium.scaffold.target import Asked
from podium.scaffold.template import declare
from support import layouts
from support.command_line import complaint, podium
from support.kaggle_stub import zipped

FAST = {"OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1"}
LAYOUTS = {
    "passengers": (layouts.passengers, "Survived", "table-ridge,table-logistic-regression"),
    "houses": (layouts.houses, "SalePrice", "table-ridge,table-hist-gradient-boosting"),
    "pets": (layouts.photos, "animal", "ridge"),
}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A checkout with the three competitions made from the files in data/."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "competitions").mkdir()
    (folder / "competitions" / "__init__.py").touch()
    for name, (write, _, _) in LAYOUTS.items():
        write(folder / "data" / f"{name}-2026")
        if name == "houses":
            shutil.make_archive(folder / "data" / f"{name}-2026", "zip", folder / "data" / f"{name}-2026")
        ran = new(folder, name, "--data", folder / "data")
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert ran.stderr == ""
        assert f"podium submit {name} --data" in ran.stdout
    return folder


def new(root, name, *words):
    return podium(root, "new", name, "--slug", f"{name}-2026", *words)


@pytest.fixture
def files(empty):
    return empty / "competitions" / "mine" / "data"


def drafted(files, metric="", positive=""):
    """The competition that is written for these files, the rows that it loads, and what is said of it."""
    found = inspect_files(files, Asked(metric, positive))
    path = files / "draft.py"
    path.write_text(declare(found, "mine", "mine-2026"))
    competition = runpy.run_path(str(path))["COMPETITION"]
    dataset = competition.load(files)
    read_sample(competition, dataset, files)
    return competition, dataset, "\n".join(found.remarks)


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_check_passes_right_after(root, name):
    ran = podium(root, "check", name, **FAST)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[-1].endswith("rows, read back as written")
    assert "constant" in ran.stdout


@pytest.mark.parametrize("real", [True, False])
@pytest.mark.parametrize("name", LAYOUTS)
def test_a_submission_is_written_of_the_files_and_of_toy_data(root, name, real):
    _, target, models = LAYOUTS[name]
    data = root / "data"
    ran = podium(root, "submit", name, "--models", models, *(["--data", data] if real else []), **FAST)
    assert ran.returncode == 0, ran.stderr
    store = root / "submissions" / name / ("" if real else "toy")
    (path,) = store.glob("submission-*.csv" if real else "toy-submission-*.csv")
    submission = pd.read_csv(path)
    if real:
        sample = pd.read_csv(next((data / f"{name}-2026").glob("*submission.csv")))
        assert submission.columns.tolist() == sample.columns.tolist()
        assert submission.iloc[:, 0].tolist() == sample.iloc[:, 0].tolist()
    board = pd.read_csv(store / "leaderboard.csv").set_index("name")
    best = models.partition(",")[0]
    better = board.loc["constant", "behind"] - board.loc[best, "behind"]
    assert better > 4 * board.loc["constant", "standard_error"]
    assert submission[target].nunique() > 1


@pytest.mark.parametrize("name", LAYOUTS)
def test_what_is_written_is_what_a_person_would_have(root, name):
    path = root / "competitions" / name / "competition.py"
    assert len(path.read_text().splitlines()) < 100
    checkout = Path(__file__).parents[2]
    for words in (["check"], ["format", "--check"]):
        command = [sys.executable, "-m", "ruff", *words, "--config", checkout / "pyproject.toml", path]
        ran = subprocess.run(command, capture_output=True, text=True, cwd=checkout, check=False)
        assert ran.returncode == 0, ran.stdout
    assert f"`{name}-2026`" in path.with_name("README.md").read_text()


def test_kinds_of_columns_are_told_apart(tmp_path):
    layouts.passengers(tmp_path)
    competition, dataset, said = drafted(tmp_path)
    assert "2 classes [0, 1], of 76 to 84 rows, metric accuracy" in said
    assert "left out, nearly every row has its own: Name, Ticket No." in said
    assert "left out, empty: Deck" in said
    assert competition.sample == "gender_submission.csv"
    train = pd.read_csv(tmp_path / "train.csv")
    assert dataset.X.columns.tolist() == ["Pclass", "Age", "Fare", "Sex", "Cabin", "Boarded"]
    assert (dataset.X["Boarded"].dt.strftime("%d/%m/%Y") == train["Boarded"]).all()
    assert dataset.X["Age"].equals(train["Age"])
    assert (dataset.task.classes[dataset.y] == train["Survived"]).all()
    assert dataset.test_ids.tolist() == list(range(161, 241))


def test_amounts_are_numbers_to_predict_and_skewed_ones_are_judged_by_logarithms(tmp_path):
    layouts.houses(tmp_path)
    competition, dataset, said = drafted(tmp_path)
    assert "numbers from 42692 to 598480, metric rmsle" in said
    assert dataset.task.kind == "regression"
    assert dataset.y.max() == 598480
    assert competition.roster["table-ridge"] == {"log": True}


def test_numbers_are_predicted_for_rows_that_are_in_no_file(tmp_path):
    layouts.houses(tmp_path / "mine-2026")
    competition, dataset, _ = drafted(tmp_path / "mine-2026")
    asked = replace(
        competition,
        roster={"constant": {}, "table-ridge": {}, "table-ridge@log": {"log": True}},
    )
    with open_session(asked, tmp_path, tmp_path) as setting:
        outcome = train(setting, [], PlainProgress(make_console()))
        written = pd.read_csv(submit(setting, outcome))
        said = load_predictor(setting).predict(dataset.X_test[:2])
    assert outcome.leaderboard.entries[0].score < 0.25
    assert {p.name for p in outcome.predictions if p.is_blend} == {"mean", "weights", "greedy"}
    assert dataset.task.decide(said) == pytest.approx(written["SalePrice"][:2].to_numpy())


def test_the_metric_that_is_asked_for_is_taken(tmp_path):
    layouts.houses(tmp_path)
    competition, _, _ = drafted(tmp_path, "mae")
    assert competition.metric == "mae"
    assert competition.roster["table-ridge"] == {}


def a_table(files, labels, shown, ids=None, test_ids=None, **columns):
    """Thirty rows and ten to predict, with these labels in turn and a column that knows them."""
    rows = np.arange(40)
    ids = [str(r) for r in rows] if ids is None else ids
    label = [labels[r % len(labels)] for r in rows]
    table = pd.DataFrame({"id": ids, "x": rows % len(labels), "label": label, **columns})
    train, test = table[:30], table[30:].drop(columns="label")
    sample = pd.DataFrame({"id": test["id"] if test_ids is None else test_ids, "label": shown})
    layouts.write(files, train, test, sample)


@pytest.mark.parametrize(
    ("labels", "shown", "classes", "said"),
    [
        (["no", "yes"], "yes", ["no", "yes"], "classes ['no', 'yes']"),
        (["no", "yes"], 0, [0, 1], "taken as 0 for 'no', 1 for 'yes'; make sure of it"),
        ([True, False], False, [False, True], "classes [False, True]"),
        ([True, False], 0, [0, 1], "taken as 0 for False, 1 for True"),
        ([0.0, 1.0], 0, [0, 1], "classes [0, 1]"),
        ([3, 5, 4], 4, [3, 4, 5], "3 classes"),
        (["01", "1", "NA"], "NA", ["01", "1", "NA"], "classes ['01', '1', 'NA']"),
    ],
)
def test_labels_stand_in_a_submission_as_in_the_sample(tmp_path, labels, shown, classes, said):
    a_table(tmp_path, labels, shown)
    competition, dataset, remarks = drafted(tmp_path)
    assert said in remarks
    assert dataset.task.classes.tolist() == classes
    quick = replace(competition, roster={"constant": {}})
    assert [*check_competition(quick)][-1] == "submission: 100 rows, read back as written"
    assert [sorted(labels)[code] for code in dataset.y] == [labels[r % len(labels)] for r in range(30)]


@pytest.mark.parametrize(("shown", "metric"), [(4.5, ""), (4, "rmse")])
def test_few_whole_numbers_are_amounts_where_the_sample_or_the_metric_says_so(tmp_path, shown, metric):
    a_table(tmp_path, [3, 4, 5], shown)
    _, dataset, said = drafted(tmp_path, metric)
    assert dataset.task.kind == "regression"
    assert "numbers from 3 to 5, metric rmse" in said


def test_ids_with_leading_zeros_are_texts(tmp_path):
    a_table(tmp_path, ["no", "yes"], "no", ids=[f"{r:03}" for r in range(40)])
    assert drafted(tmp_path)[1].test_ids.tolist() == [f"{r:03}" for r in range(30, 40)]


def test_ids_that_only_count_the_rows_need_no_column(tmp_path):
    a_table(tmp_path, [0, 1], 0)
    for name in ("train", "test"):
        path = tmp_path / f"{name}.csv"
        pd.read_csv(path).drop(columns="id").to_csv(path, index=False)
    sample = pd.DataFrame({"RowId": np.arange(1, 11), "Answer": 0})
    sample.to_csv(tmp_path / "sample_submission.csv", index=False)
    competition, dataset, _ = drafted(tmp_path)
    assert dataset.test_ids.tolist() == list(range(1, 11))
    assert (competition.id_column, competition.target_column) == ("RowId", "Answer")
    quick = replace(competition, roster={"constant": {}})
    assert [*check_competition(quick)][-1] == "submission: 100 rows, read back as written"


def test_a_small_class_leaves_five_folds_as_they_are(tmp_path):
    a_table(tmp_path, ["a"] * 9 + ["b"], "a")
    competition, dataset, _ = drafted(tmp_path)
    assert len(make_folds(dataset, competition.folds)) == 5


def test_folders_of_images_may_be_named_by_number_and_ids_lack_the_suffix(tmp_path):
    layouts.photos(tmp_path, classes=("0", "1"))
    path = tmp_path / "sample_submission.csv"
    sample = pd.read_csv(path)
    sample.assign(file=sample["file"].str.removesuffix(".png")).to_csv(path, index=False)
    competition, dataset, _ = drafted(tmp_path)
    assert dataset.task.classes.tolist() == ["0", "1"]
    assert dataset.test_ids.tolist() == [path.stem for path in dataset.X_test.paths]
    quick = replace(competition, roster={"ridge": {}})
    assert [*check_competition(quick)][-1] == "submission: 24 rows, read back as written"


def test_files_that_lie_in_the_folder_already_are_taken(empty, files):
    layouts.passengers(files)
    ran = new(empty, "mine")
    assert ran.stdout.endswith("next: podium check mine; podium submit mine\n")
    made = {path.name for path in files.parent.iterdir()} - {"__pycache__"}
    assert made == {"README.md", "competition.py", "data"}


def test_names_that_count_are_written_as_one_and_long_lists_on_several_lines():
    assert listed("N", [f"pixel{i}" for i in range(784)]) == 'N = [f"pixel{i}" for i in range(784)]'
    assert (
        listed("N", ["a", *(f"V{i}" for i in range(1, 29))]) == 'N = ["a", *[f"V{i}" for i in range(1, 29)]]'
    )
    assert listed("N", ["x1", "x2"]) == 'N = ["x1", "x2"]'
    assert listed("N", []) == ""
    names = [f"a {'long' * (i % 5)} name, {i}" for i in range(60)]
    text = listed("N", names)
    assert max(len(line) for line in text.splitlines()) <= 110
    assert eval(text.removeprefix("N = ").replace("# fmt: skip", "")) == names


def nothing_left(root):
    assert not [
        p
        for p in (root / "competitions").rglob("*")
        if p.suffix in (".py", ".md") and p.name != "__init__.py"
    ]


def broken_no_sample(files):
    (files / "gender_submission.csv").unlink()


def broken_no_tables(files):
    (files / "train.csv").rename(files / "learn.csv")


def edited(name, change):
    def break_it(files):
        change(pd.read_csv(files / name, dtype=str)).to_csv(files / name, index=False)

    return break_it


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (broken_no_sample, "must hold a sample submission"),
        (broken_no_tables, "must hold train.csv and test.csv, or images in train/<class>/ and test/"),
        (edited("gender_submission.csv", lambda f: f.assign(PassengerId="x")), "got 1 unknown: ['x']"),
        (edited("gender_submission.csv", lambda f: f[3:]), "got 3 missing: ['161', '162', '163']"),
        (
            edited("gender_submission.csv", lambda f: f.assign(No=0)),
            "must hold the sample submission's columns",
        ),
        (edited("gender_submission.csv", lambda f: f[["PassengerId"]]), "must have two columns or more"),
        (
            edited("gender_submission.csv", lambda f: f.rename(columns={"PassengerId": "Who"})),
            "must hold ids of a column of",
        ),
        (
            edited("train.csv", lambda f: f.drop(columns="Survived")),
            "must have the sample submission's column 'Survived'",
        ),
        (edited("train.csv", lambda f: f.assign(Survived=f["Survived"].where(f.index != 4))), "data row 5"),
        (edited("test.csv", lambda f: f[["PassengerId", "Name"]]), "nearly every row has its own"),
        (edited("test.csv", lambda f: f.assign(PassengerId="7")), "unknown"),
    ],
)
def test_files_that_do_not_tell_enough_get_one_line(tmp_path, broken, said):
    layouts.passengers(tmp_path)
    broken(tmp_path)
    with pytest.raises(DataError) as raised:
        inspect_files(tmp_path)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_folder_without_classes_is_refused(tmp_path):
    layouts.photos(tmp_path)
    shutil.rmtree(tmp_path / "train" / "dog")
    with pytest.raises(
        DataError, match="a folder of images for each class, or images with the label in their names"
    ):
        inspect_files(tmp_path)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (broken_no_sample, "must hold a sample submission"),
        (
            edited("gender_submission.csv", lambda f: f.assign(PassengerId="x" + f["PassengerId"])),
            "80 unknown",
        ),
        (
            edited("train.csv", lambda f: f.assign(Survived="a")),
            "must have two or more different labels, got 0 in all 160 rows",
        ),
    ],
)
def test_what_cannot_be_made_leaves_nothing(empty, files, broken, said):
    layouts.passengers(files)
    broken(files)
    assert said in complaint(new(empty, "mine"))
    nothing_left(empty)


def test_files_that_are_not_there_are_asked_for(empty, tmp_path):
    assert "data must hold the competition's files, found none" in complaint(new(empty, "mine"))
    assert "must hold mine-2026.zip, mine-2026/ or the competition's files" in complaint(
        new(empty, "mine", "--data", tmp_path)
    )
    nothing_left(empty)


def test_a_name_that_is_taken_is_refused(root):
    path = root / "competitions" / "pets" / "competition.py"
    before = path.read_text()
    said = complaint(new(root, "pets", "--data", root / "data"))
    assert "competitions/pets must hold nothing yet but data/, got ['README.md'" in said
    assert path.read_text() == before


@pytest.mark.parametrize(
    ("name", "metric", "said"),
    [
        ("Pets!", "", "must be of a-z, 0-9 and hyphens, got 'Pets!'"),
        ("../pets", "", "must be of a-z, 0-9 and hyphens, got '../pets'"),
        ("mine", "rmsl", "did you mean 'rmsle'?"),
    ],
)
def test_a_name_or_a_metric_that_is_none_is_refused(empty, files, name, metric, said):
    layouts.passengers(files)
    with pytest.raises(CompetitionError, match=re.escape(said)):
        make_competition(empty, name, "mine-2026", None, Asked(metric), None, print)
    nothing_left(empty)


def houses_at_kaggle(stub, folder, metric):
    layouts.houses(folder)
    stub.data = zipped({path.name: path.read_text() for path in folder.iterdir()})
    stub.about["evaluationMetric"] = metric


def test_kaggle_brings_the_files_and_the_metric(empty, stub, tmp_path):
    houses_at_kaggle(stub, tmp_path / "houses", "Root Mean Squared Error")
    ran = new(empty, "homes")
    assert ran.returncode == 0, ran.stderr
    assert "downloading the files of homes-2026" in ran.stdout
    assert "Kaggle calls the metric 'Root Mean Squared Error'" in ran.stdout
    homes = get_competition(empty, "homes")
    assert homes.metric == "rmse"  # from the files alone it would be rmsle
    assert find_source(homes, empty, None).path.name == "homes-2026.zip"
    assert fetched_sums(homes, empty)


def test_a_metric_of_kaggle_that_is_not_known_is_refused_with_the_option_that_settles_it(
    empty, stub, shared_client, tmp_path
):
    houses_at_kaggle(stub, tmp_path / "houses", "Furlongs off the mark")
    with pytest.raises(
        CompetitionError, match=r"'Furlongs off the mark', which podium does not know; .*--metric"
    ):
        make_competition(empty, "homes", "homes-2026", None, Asked(), shared_client, print)
    nothing_left(empty)
    make_competition(empty, "homes", "homes-2026", None, Asked("mae"), shared_client, print)
    assert get_competition(empty, "homes").metric == "mae"


def test_files_that_are_here_do_not_need_kaggle(empty, stub, shared_client, files):
    layouts.houses(files)
    stub.faults["GetCompetition"] = [(404, {"code": 404, "message": "no such competition"})]
    said = make_competition(empty, "mine", "mine-2026", None, Asked(), shared_client, print)
    assert any("the metric is not from Kaggle: " in line and "no such competition" in line for line in said)
    assert get_competition(empty, "mine").metric == "rmsle"
