"""Single rows on the page: which ones, and what is said of them."""

import numpy as np

from podium.report.error_galleries import galleries
from support.makers import answers, make_results


def test_numbers_have_the_largest_errors_alone():
    y = np.arange(100.0)
    results = make_results(y, {"m": (y + np.where(y < 10, 5, 0))[:, None]}, "rmse", classes=None)
    (gallery,) = galleries(results)
    assert gallery.title == "Largest errors"
    assert gallery.cards[0].verdict == "row 0: true 0, predicted 5; off by +5"


def test_classes_have_four_galleries_of_rows():
    y = np.arange(40) % 2
    given = np.where(np.arange(40) == 6, 1, y)
    worst, least_certain, mislabelled, drawn = galleries(make_results(y, {"m": answers(given, 2)}))
    assert worst.title == "Highest loss"
    assert worst.cards[0].verdict == "row 6: true 0, predicted 1; P(true label) = 0.1000"
    assert least_certain.title == "Least certain predictions"
    assert least_certain.cards[0].verdict == "row 0: predicted 0; p = 0.9000"
    assert mislabelled.title == "Possibly mislabelled"
    assert [card.verdict for card in mislabelled.cards] == ["row 6: labelled 0, likely 1; P(label) = 0.1000"]
    assert "finds 1 of 40 training rows" in mislabelled.caption
    assert len(drawn.cards) == 3


def test_where_no_label_is_likely_wrong_none_is_shown():
    y = np.arange(40) % 2
    titles = [gallery.title for gallery in galleries(make_results(y, {"m": answers(y, 2, 0.99999)}))]
    assert titles == ["Highest loss", "Least certain predictions", "Random predictions"]
