"""When a row was made and how long its text is are questioned where they predict the target."""

import numpy as np
import pandas as pd

from podium.audit.shortcuts import find_shortcuts
from support.audit_data import M, N, dataset_of, found


def test_the_time_of_a_row_and_the_length_of_its_text_are_questioned():
    rng = np.random.default_rng(0)
    days = pd.Timestamp("2017-01-01") + pd.to_timedelta(np.arange(N) % 400, unit="D")
    words = pd.Series(["so much text"] * N) + [" and more" * int(k) for k in rng.integers(0, 9, N)]
    texts = words + [f" {row}" for row in range(N)]
    y = 4 * (np.arange(N) % 400) / 400 + texts.str.len() / 20 + rng.normal(0, 0.1, N)
    X = pd.DataFrame({"made": days, "title": texts})
    time, text = found(find_shortcuts, dataset_of(y, X=X, X_test=X[:M], classes=None))
    assert "column 'title' (characters) alone predicts the target: R2 0." in text.summary
    assert "column 'made' (in four periods) alone predicts the target: R2 0." in time.summary
    assert any(example.startswith("2017-01-01: ") for example in time.examples)
    assert not text.is_alarm
    by_chance = dataset_of(rng.normal(size=N), X=X, X_test=X[:M], classes=None)
    assert found(find_shortcuts, by_chance) == []
