"""The page of the data: what is on it, and that text stays text."""

import re
from pathlib import Path

import pandas as pd
import pytest

from podium.competition.registry import get_competition, list_names
from podium.errors import CompetitionError, DataError
from podium.pages.render import render
from podium.plots.catalogue import balance, leaders, numbers, shares
from podium.report.data_page import explore, slug
from support.command_line import podium
from support.makers import make_competition, make_dataset
from support.posts import NASTY, likes, posts
from support.tiny import make_root

ROOT = Path(__file__).parents[2]


def page_of(*figures):
    dataset = posts([0, 1])
    return render(
        "explore.html", title=NASTY[0], name="x", dataset=dataset, is_toy=True, remarks=NASTY, figures=figures
    )


def test_dangerous_text_stays_text():
    dataset = posts([0, 0, 1, 1, 1], names=NASTY[:2], word=NASTY, n=range(5), title=NASTY)
    figures = [
        plot(dataset)
        for plot in (balance(), shares("word"), leaders("word", other_than="$x_2$"), numbers("n", NASTY[0]))
    ]
    page = page_of(*figures).decode()
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") > 4
    assert "\u202e" not in "".join(f.markup + f.alt for f in figures)
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", figures[1].markup)
    assert {"$x_2$", "\U0001f602", "\u0645\u0631\u062d\u0628\u0627", "a b c"} <= set(texts)


def test_a_figure_without_values_has_no_numbers():
    empty = numbers("gap", "n")(posts([0, 1], gap=pd.Series([None, ""], dtype=object)))
    assert b"The numbers" not in page_of(empty)
    assert b"The numbers" in page_of(balance()(posts([0, 1])))


def test_the_target_comes_first_unless_the_competition_draws_it_itself():
    def titles(dataset, *plots):
        return [f.title for f in explore(make_competition(plots=plots), dataset)]

    both = posts([0, 1], n=[1, 2])
    assert titles(both, numbers("n", "likes")) == ["Class balance", "Likes by class"]
    assert titles(both, balance(downsampled=True)) == ["Class balance"]
    assert titles(likes([1, 2])) == ["Target distribution"]
    with pytest.raises(CompetitionError, match=r"must differ in title, got twice: \['likes-by-class'\]"):
        titles(both, numbers("n", "likes"), numbers("n", "likes"))


@pytest.mark.parametrize("name", list_names(ROOT))
def test_every_competition_explores_its_toy_data(name, tmp_path):
    competition = get_competition(ROOT, name)
    competition.toy(tmp_path)
    figures = explore(competition, competition.load(tmp_path))
    assert len(figures) > 1
    for figure in figures:
        assert figure.alt.endswith(".")
        assert len(figure.table)
        assert re.fullmatch(r"[\w-]+", slug(figure))


def test_class_names_must_be_as_many_as_classes():
    with pytest.raises(DataError, match="class_names must name each of the 2 classes, got 1 names"):
        make_dataset([0, 1], class_names=["a"])


def test_the_command_writes_a_page_and_on_request_tables(tmp_path):
    root = make_root(tmp_path)
    ran = podium(root, "explore", "tiny", "--tables")
    place = root / "submissions" / "tiny" / "toy"
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == [
        f"toy data: {place / 'explore.html'}",
        "Class balance: 22 rows of “even” (36.7 %), 20 of “odd” (33.3 %), 18 of “zero” (30.0 %).",
        f"table: {place / 'explore' / 'class-balance.csv'}",
    ]
    page = (place / "explore.html").read_text()
    assert "using toy data" in page
    assert not re.search(r"""(src|href)=["'](?!data:|#)""", page)
    table = pd.read_csv(place / "explore" / "class-balance.csv")
    assert table.to_dict("list") == {"class": ["even", "odd", "zero"], "rows": [22, 20, 18]}
