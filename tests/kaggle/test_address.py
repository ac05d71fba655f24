"""What a person copies from the browser names a competition."""

import pytest

from podium.errors import CompetitionError
from podium.kaggle.address import slug_of


@pytest.mark.parametrize(
    "text",
    [
        "spaceship-titanic",
        " https://www.kaggle.com/competitions/spaceship-titanic ",
        "https://www.kaggle.com/competitions/spaceship-titanic/overview",
        "https://kaggle.com/c/spaceship-titanic?rvi=1",
        "www.kaggle.com/c/spaceship-titanic/data#files",
        "kaggle.com/competitions/spaceship-titanic/",
    ],
)
def test_a_slug_and_every_page_of_a_competition_name_it(text):
    assert slug_of(text) == "spaceship-titanic"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Spaceship Titanic",
        "https://www.kaggle.com/datasets/someone/spaceship-titanic",
        "https://kaggle.com.example.org/c/titanic",
        "https://example.org/https://kaggle.com/c/titanic",
        "../titanic",
    ],
)
def test_other_texts_are_refused_in_one_line(text):
    with pytest.raises(CompetitionError, match="copy it from the browser") as caught:
        slug_of(text)
    assert "\n" not in str(caught.value)
