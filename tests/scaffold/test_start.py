"""From a competition's address to a checked submission in one verb."""

import pandas as pd
import pytest

from podium.competition.registry import get_competition
from support import layouts
from support.command_line import complaint, podium
from support.kaggle_stub import zipped

ADDRESS = "https://www.kaggle.com/competitions/homes-2026/data"
MODELS = ("--models", "table-ridge")


def test_an_address_is_all_that_it_takes(empty, stub, tmp_path):
    layouts.houses(tmp_path / "houses")
    stub.data = zipped({path.name: path.read_text() for path in (tmp_path / "houses").iterdir()})
    stub.about["evaluationMetric"] = "Mean Absolute Error"
    ran = podium(empty, "start", ADDRESS, *MODELS)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    steps = [
        "downloading the files of homes-2026",
        "homes-2026: competitions/homes-2026/competition.py",
        "homes-2026: submission: ",
        "homes-2026: mae on ",
        "\nsubmission: ",
        "next: podium upload homes-2026",
    ]
    places = [ran.stdout.index(step) for step in steps]
    assert places == sorted(places)
    (csv,) = (empty / "submissions" / "homes-2026").glob("submission-*.csv")
    sample = pd.read_csv(tmp_path / "houses" / "sample_submission.csv")
    assert pd.read_csv(csv).columns.tolist() == sample.columns.tolist()
    assert stub.subs == []  # nothing was sent

    again = podium(empty, "start", "homes-2026", *MODELS)
    assert again.returncode == 0, again.stderr
    assert "kept from an earlier run" in again.stdout
    assert stub.count("DownloadDataFiles") == 1


@pytest.mark.slow
def test_a_competition_of_that_name_at_kaggle_that_is_declared_is_trained_as_it_is(empty, tmp_path):
    layouts.passengers(tmp_path / "passengers-2026")
    made = podium(empty, "new", "boat", "--slug", "passengers-2026", "--data", tmp_path)
    assert made.returncode == 0, made.stderr
    ran = podium(empty, "start", "passengers-2026", "--data", tmp_path, *MODELS)
    assert ran.returncode == 0, ran.stderr
    assert "boat: accuracy on " in ran.stdout
    assert get_competition(empty, "boat").slug == "passengers-2026"
    assert not (empty / "competitions" / "passengers-2026").exists()


def test_what_is_no_competition_is_refused(empty):
    assert "copy it from the browser" in complaint(podium(empty, "start", "https://example.org/titanic"))
