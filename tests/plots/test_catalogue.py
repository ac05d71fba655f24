"""The plots that competitions declare: their numbers are those that one counts by hand."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from podium.data.dataset import Dataset
from podium.data.images import ImageFiles
from podium.data.task import Multilabel
from podium.errors import CompetitionError, DataError
from podium.plots.catalogue import (
    balance,
    examples,
    leaders,
    lengths,
    mark_counts,
    numbers,
    over_time,
    photos,
    shares,
    target,
    target_plot,
)
from support.makers import make_dataset
from support.posts import likes, posts

ROOT = Path(__file__).parents[2]


def test_balance_counts_rows_and_what_downsampling_leaves():
    plain, cut = (balance(downsampled)(posts([0, 0, 0, 1])) for downsampled in (False, True))
    assert plain.table["rows"].to_dict() == {"fake": 3, "true": 1}
    assert plain.alt == "3 rows of “fake” (75.0 %), 1 of “true” (25.0 %)."
    assert cut.table["before downsampling"].tolist() == [3, 1]
    assert cut.table["after downsampling"].tolist() == [1, 1]
    assert cut.alt.endswith("; downsampled 1 of each.")


def test_rows_with_several_labels_are_counted_once_for_each():
    y = np.array([[1, 1], [1, 0], [1, 0], [0, 0]])
    dataset = Dataset(np.arange(4), y, np.arange(0), np.arange(0), task=Multilabel(["toxic", "threat"]))
    _, plot = target_plot(dataset)
    assert plot(dataset).table["rows"].to_dict() == {"toxic": 3, "threat": 1}
    assert plot(dataset).alt == "3 rows of “toxic” (75.0 %), 1 of “threat” (25.0 %)."


def test_a_class_without_rows_is_a_class():
    dataset = posts([0, 0, 0, 2], names=["a", "b", "c"], n=[1, 2, 2, 4], word=list("xxyz"))
    assert balance()(dataset).table["rows"].tolist() == [3, 0, 1]
    assert numbers("n", "likes")(dataset).alt == "Median 2 in “a”, 4 in “c”."
    assert shares("word")(dataset).table["b"].tolist() == [0, 0, 0]


def test_a_target_on_a_logarithmic_axis_has_bins_that_double():
    figure = target("likes", log=True)(likes([0, 1, 2, 3, 5, 8]))
    assert list(zip(figure.table.index, figure.table["to"], strict=True)) == [
        (0, 0),
        (1, 1),
        (2, 3),
        (4, 7),
        (8, 8),
    ]
    assert figure.table["training rows, %"].tolist() == pytest.approx([16.67, 16.67, 33.33, 16.67, 16.67])
    assert figure.alt == "6 rows from 0 to 8, median 2.5."
    assert not re.search(r"mathdefault", figure.markup)
    with pytest.raises(DataError, match=r"likes must not be negative on a logarithmic axis, got -1"):
        target("likes", log=True)(likes([-1, 2]))


def test_numbers_are_counted_by_class_and_gaps_are_said():
    figure = numbers("n", "comments a post")(posts([0, 0, 1, 1, 1], n=["0", "2", None, "none", "4"]))
    assert figure.title == "Comments a post by class"
    assert figure.alt == "Median 1 in “fake”, 4 in “true”; 2 without a value."
    assert figure.table.index.tolist() == figure.table["to"].tolist() == [0, 1, 2, 3, 4]
    assert figure.table["fake, %"].tolist() == [50, 0, 50, 0, 0]
    assert figure.table["true, %"].tolist() == [0, 0, 0, 0, 100]


def test_the_last_bin_takes_in_a_long_tail_and_many_zeros_are_not_drawn():
    tail = numbers("n", "n")(posts([0] * 200, n=[*range(10)] * 19 + [*range(9), 5000]))
    assert tail.table["to"].iloc[-1] == 5000
    assert tail.table.index[-1] == 9
    assert tail.table["fake, %"].sum() == pytest.approx(100)
    assert "the last bin holds all from 9 on" in tail.alt
    rare = numbers("n", "n")(posts([0] * 20, n=[0] * 18 + [1, 2]))
    assert rare.table["fake, %"].to_dict() == {1: 5, 2: 5}
    assert rare.alt == "On average 0.15 in “fake” (10.0 % have any); 90.0 % of rows have 0, not drawn."


@pytest.mark.parametrize("values", [[0.5], [7], [0, 0], [1e-9, 3.0], [-5, -5], [10**12, 1]])
def test_any_numbers_have_bins(values):
    for log in {False, min(values) >= 0}:
        figure = numbers("n", "n", log)(posts([0] * len(values), n=values))
        assert figure.table["fake, %"].sum() == pytest.approx(100, abs=0.1)
        assert figure.table["to"].iloc[-1] == max(values)


def test_lengths_are_compared_between_sets_or_classes():
    dataset = posts([0, 1, 1], test=["abc", "abc", None], title=["a", "abcde", ""])
    sets, classes = lengths("title")(dataset), lengths("title", by="class")(dataset)
    assert sets.alt == "Median 3 in the training set, 3 in the test set; 2 without a value."
    assert sets.table["training set, %"].to_dict() == {1: 50, 2: 0, 3: 0, 4: 0, 5: 50}
    assert sets.table["test set, %"].to_dict() == {1: 0, 2: 0, 3: 100, 4: 0, 5: 0}
    assert classes.alt == "Median 1 in “fake”, 5 in “true”; 1 without a value."


def test_there_is_a_figure_for_each_mark():
    drawn = [plot(posts([0, 0, 1], title=["A!", "b", "Cd"])) for plot in mark_counts("title")]
    assert [f.title.partition(" in ")[0] for f in drawn] == [
        "Exclamation marks", "Capitals", "Digits", "Emojis", "Punctuation",
    ]  # fmt: skip
    assert drawn[0].alt == "On average 0.5 in “fake” (50.0 % have any), 0 in “true” (0.0 % have any)."
    assert drawn[1].alt == "On average 0.5 in “fake” (50.0 % have any), 1 in “true” (100.0 % have any)."


def test_shares_shows_the_values_that_lead_in_each_class():
    words = ["a"] * 4 + ["b", None] + ["c"] * 2 + ["a", "b"]
    figure = shares("word", most=2)(posts([0] * 6 + [1] * 4, word=words))
    assert figure.table.index.tolist() == ["a", "c"]
    assert figure.table["fake"].tolist() == [80, 0]
    assert figure.table["true"].tolist() == [25, 50]
    assert figure.alt == "“a” in “fake” (80.0 %), “c” in “true” (50.0 %); 1 without a value."


def test_leaders_hold_most_rows_of_the_other_classes():
    dataset = posts([0, 0, 0, 1, 1, 1], place=["x", "x", "y", "y", "y", "z"])
    figure = leaders("place", other_than="true", most=2)(dataset)
    assert figure.table.to_dict("index") == {
        "x": {"rows not true": 2, "all rows": 2},
        "y": {"rows not true": 1, "all rows": 3},
    }
    assert "“x” holds most: 2 of 3 rows that are not “true”, which are 100.0 % of its own." in figure.alt
    with pytest.raises(CompetitionError, match="no class 'tru' to plot; did you mean 'true'"):
        leaders("place", other_than="tru")(dataset)


@pytest.mark.parametrize(
    ("when", "unit", "counts"),
    [
        (["2010-05-01", "2010-06-01", "2015-01-01", None], "year", {"2010": [2, 0], "2012": [0, 0]}),
        ([1262304000.0, 1270080000.0, 1277942400.0, None], "month", {"2010-01": [1, 0], "2010-07": [0, 1]}),
        (["2010-01-01T10:00Z", "2010-01-01", "2010-01-03", "?"], "day", {"2010-01-01": [2, 0]}),
    ],
)
def test_rows_are_counted_over_time(when, unit, counts):
    figure = over_time("when")(posts([0, 0, 1, 1], when=when))
    assert figure.title == f"Rows a {unit}, by when"
    table = figure.table.set_axis(figure.table.index.astype(str))
    assert {period: table.loc[period].tolist() for period in counts} == counts
    assert figure.alt.endswith("; 1 without a value.")


def test_numbers_to_predict_have_one_class():
    dataset = likes([1, 2, 3], when=["2015", "2016-01-01", "2016-01-02"], word=["a", "a", "b"])
    assert over_time("when")(dataset).table.columns.tolist() == ["training rows"]
    assert shares("word")(dataset).table["training rows"].tolist() == pytest.approx([66.67, 33.33], abs=0.01)


def test_classes_too_many_to_be_told_apart_are_one():
    dataset = posts([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 6], names="abcdefg", n=range(12))
    columns = numbers("n", "n")(dataset).table.columns.tolist()
    assert columns == ["to", "a, %", "b, %", "c, %", "d, %", "e, %", "2 other classes, %"]
    assert len(balance()(dataset).table) == 7


@pytest.mark.parametrize(
    "plot",
    [numbers("gap", "n"), shares("gap"), over_time("gap"), lengths("gap", by="class"), *mark_counts("gap")],
)
def test_a_column_without_values_is_said_to_have_none(plot):
    figure = plot(posts([0, 1], gap=pd.Series([None, ""], dtype=object)))
    assert figure.alt.startswith("No row has a value")
    assert figure.markup == ""
    assert figure.table.empty


def test_a_column_that_nothing_has_is_named_with_its_nearest():
    with pytest.raises(DataError, match=r"column 'titel' of the training rows.*did you mean 'title'"):
        lengths("titel")(posts([0, 1], title=["a", "b"]))
    with pytest.raises(DataError, match=r"column 'word' of the test rows"):
        lengths("word")(posts([0, 1], word=["a", "b"]))


def test_the_same_data_give_the_same_bytes():
    dataset = posts([0, 1, 1], n=[1, 2, 3])
    assert numbers("n", "n")(dataset).markup == numbers("n", "n")(dataset).markup


def test_photos_are_shown_and_their_sizes_compared(tmp_path):
    sizes = [(40, 30), (40, 30), (40, 30), (50, 60), (20, 20)]
    paths = [tmp_path / f"{number}.png" for number in range(5)]
    for path, size in zip(paths, sizes, strict=True):
        Image.new("RGB", size, "red").save(path)
    paths[4].write_bytes(b"broken")
    dataset = make_dataset([0, 0, 0, 1, 1], X=ImageFiles(paths), X_test=ImageFiles(paths[:3]))
    some, size, width, height, weight = [plot(dataset) for plot in photos()]
    assert some.table.shape == (2, 6)
    assert set(some.table.loc["0"]) == {1, 2, 3}
    assert some.markup.count("<image") == 1
    assert size.table.loc["40\N{MULTIPLICATION SIGN}30"].tolist() == [100, 0]
    assert width.alt == "Median 40 in “0”, 25 in “1”."
    assert (height.title, weight.title) == ("Height, pixels by class", "Bytes a file by class")


def test_examples_of_arrays_and_of_nothing_to_see():
    dataset = make_dataset([0, 1], X=np.zeros((2, 28, 28, 1), np.uint8))
    assert examples()(dataset).alt == "6 each of 2 classes, drawn at random from 2 images."
    with pytest.raises(CompetitionError, match="examples must be of images, got table rows"):
        examples()(make_dataset([0, 1], X=pd.DataFrame({"a": [1, 2]})))


def test_importing_a_competition_draws_nothing():
    code = (
        "import sys; from pathlib import Path\n"
        "from podium.competition.registry import get_competition, list_names\n"
        "for name in list_names(Path.cwd()): get_competition(Path.cwd(), name)\n"
        "assert 'podium.plots.catalogue' in sys.modules and 'matplotlib' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
