"""Figures as SVG: the page's colours, escaped texts, the same bytes each time."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest

from podium.plots import figures

TABLE = pd.DataFrame({"public": [0.8, 0.9], "private": [0.7, 0.95]}, index=["$ridge$ <b>", "mlp"])


def drawn(make, *more, **options):
    return make("A title", 'Says "0.9" & <more>', TABLE, *more, **options)


ALL = [
    lambda: drawn(figures.bars, "score"),
    lambda: drawn(figures.dots, "score"),
    lambda: drawn(figures.intervals, "score"),
    lambda: drawn(figures.points, diagonal=True),
    lambda: drawn(figures.heatmap, "score"),
    lambda: figures.lines(
        "A title", 'Says "0.9" & <more>', TABLE.set_axis([1, 2]), "epoch", "loss", log=True
    ),
    lambda: figures.histogram("A title", 'Says "0.9" & <more>', {"rows": [1.0, 2.0, 2.0]}, "size"),
]


@pytest.mark.parametrize("make", ALL)
def test_a_figure_is_one_element_that_says_in_words_what_it_shows(make):
    text = str(make().markup)
    assert text.startswith("<svg viewBox=")
    assert text.rstrip().endswith("</svg>")
    assert 'role="img" aria-label="Says &#34;0.9&#34; &amp; &lt;more&gt;"' in text


@pytest.mark.parametrize("make", ALL)
def test_a_figure_takes_its_colours_from_the_page_and_keeps_its_text(make):
    text = str(make().markup)
    assert "currentColor" in text
    assert "#010203" not in text
    assert not [colour for colour in figures.SERIES if colour in text]
    assert "<text" in text
    assert "mathdefault" not in text


def test_the_same_numbers_give_the_same_bytes():
    assert all(make().markup == make().markup for make in ALL[:2])


def test_names_from_the_data_stay_text():
    text = str(ALL[0]().markup)
    assert "$ridge$ &lt;b&gt;" in text
    assert "<b>" not in text


def test_letters_that_are_not_in_our_fonts_are_left_to_the_reader_s():
    table = pd.DataFrame({"n": [1]}, index=["\U0001f602 \u4e94"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "\U0001f602 \u4e94" in figures.bars("t", "alt", table, "rows").markup


def cells(figure):
    return re.findall(r"<text[^>]*>([^<]*)</text>", str(figure.markup))


def test_a_heat_map_writes_its_numbers_or_other_texts_and_leaves_gaps_blank():
    table = pd.DataFrame([[np.nan, 0.25], [0.5, np.nan]], index=["a", "b"], columns=["1", "2"])
    plain = cells(figures.heatmap("t", "alt", table, "gain"))
    assert {"0.25", "0.50"} < set(plain)
    texts = np.array([["none", "+.25*"], ["x", ""]], dtype=object)
    assert {"none", "+.25*", "x"} < set(cells(figures.heatmap("t", "alt", table, "gain", texts=texts)))


def test_a_wide_figure_takes_the_room_of_two():
    wide = pd.DataFrame(np.eye(14))
    assert figures.heatmap("t", "alt", wide, "gain").wide
    assert not figures.heatmap("t", "alt", wide.iloc[:3, :3], "gain").wide


def test_a_histogram_counts_shares():
    table = figures.histogram("t", "alt", {"a": [0, 0, 0, 1]}, "x", bins=2).table
    assert table["a"].tolist() == [0.75, 0.25]
    assert table.index.tolist() == [0, 0.5]
