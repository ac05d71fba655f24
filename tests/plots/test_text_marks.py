"""What stands out in texts is counted as a reader would count it."""

import numpy as np
import pandas as pd
import pytest

from podium.plots.text_marks import count_text_marks


def test_marks_are_counted_as_a_reader_would():
    texts = pd.Series(
        [
            "Oh no!! It's 2020…",
            "\u00c9 \u0416 \u03a9 a",
            "\U0001f602 \U0001f44d\U0001f3fd \U0001f1e9\U0001f1ea \U0001f469\u200d\U0001f680 \u2764\ufe0f",
            None,
        ]
    )
    assert count_text_marks(texts).to_dict("list") == {
        "exclamation marks": pytest.approx([2, 0, 0, np.nan], nan_ok=True),
        "capitals": pytest.approx([2, 3, 0, np.nan], nan_ok=True),
        "digits": pytest.approx([4, 0, 0, np.nan], nan_ok=True),
        "emojis": pytest.approx([0, 0, 5, np.nan], nan_ok=True),
        "punctuation": pytest.approx([4, 0, 0, np.nan], nan_ok=True),
    }
