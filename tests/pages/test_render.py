"""Pages: whole in one file, with everything from the data escaped."""

import base64
import io
import re

import numpy as np
import pytest
from jinja2 import UndefinedError
from PIL import Image

from podium.pages.render import MOST_PIXELS, picture, render
from podium.report.board import Cell, Row, Table

EVIL = '<script>alert("x")</script>'


def table(name=EVIL, key=EVIL):
    return Table("scores", ("entry",), (Row("model", (Cell(name, key, is_text=True),)),))


def image(markup):
    data = re.search(r'base64,([^"]+)"', str(markup)).group(1)
    return Image.open(io.BytesIO(base64.b64decode(data)))


def test_what_comes_from_the_data_stays_text():
    content = render("overview.html", title=EVIL, table=table(), pages={EVIL: EVIL}).decode()
    assert content.count("<script>") == 1  # the page's own
    assert 'data-key="&lt;script&gt;' in content
    assert "<td" in content


def test_a_page_names_no_other_server_and_no_file():
    content = render("overview.html", title="t", table=table(), pages={}).decode()
    assert not re.search(r"https?://|@import|<link (?!rel=\"icon\" href=\"data:)|src=", content)


def test_a_value_that_is_not_given_is_an_error():
    with pytest.raises(UndefinedError):
        render("overview.html", title="t")


@pytest.mark.parametrize(("mode", "kept"), [("L", "L"), ("1", "RGB"), ("RGB", "RGB"), ("RGBA", "RGB")])
def test_an_image_becomes_a_picture_of_its_size_and_stays_as_it_is(mode, kept):
    drawn = Image.new("L", (4, 4), 255).convert(mode)
    found = image(picture(drawn, EVIL))
    assert (found.size, found.mode) == ((4, 4), kept)
    assert np.asarray(found).ravel()[0] == pytest.approx(255, abs=2)
    assert str(picture(drawn, EVIL)).startswith('<img alt="&lt;script&gt;')
    assert (drawn.size, drawn.mode) == ((4, 4), mode)


def test_a_large_picture_is_made_smaller():
    large = Image.new("RGB", (1000, 500))
    assert image(picture(large, "photo")).size == (MOST_PIXELS, MOST_PIXELS // 2)
    assert large.size == (1000, 500)
