"""Short texts: what counts as the same text, what is readable, what a hashtag is."""

import pytest

from podium.data.text_cleaning import hashtags, normalised, readable


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Fire!  In\nthe hills", "fire! in the hills"),
        ("Look http://t.co/abc", "look https://t.co/xyz"),
        ("http://t.co/1 a", "a"),
    ],
)
def test_texts_that_say_the_same_are_the_same(one, other):
    assert normalised(one) == normalised(other)


def test_other_words_are_another_text():
    assert normalised("fire in the hills") != normalised("fire on the hills")


def test_hashtags_are_words_after_the_sign():
    assert hashtags("#Fire near #LaRonge, not # this") == "Fire LaRonge"
    assert hashtags("none") == ""


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Fire &amp; smoke", "Fire & smoke"),
        ("look http://t.co/abc now", "look http now"),
        ("thanks @someone!", "thanks @user!"),
        ("in #CaliforniaWildfires #BREAKING #911", "in California Wildfires BREAKING 911"),
        ("it\x89\u00db\u00aas on", "it\u00aas on"),
        ("#\u706b\u4e8b", "\u706b\u4e8b"),
        ("plain words", "plain words"),
    ],
)
def test_a_readable_tweet_keeps_its_words(written, read):
    assert readable(written) == read
