"""The first thing a person types, on the embedded data, with the quick models and one network."""

import pandas as pd

from support.command_line import fresh_podium
from support.tiny import copy_competitions


def test_digits_from_toy_data_to_a_checked_submission(tmp_path):
    copy_competitions(tmp_path)
    ran = fresh_podium(tmp_path, "submit", "digit-recognizer", "--models", "ridge,multinomial-nb,mlp")
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    store = tmp_path / "submissions" / "digit-recognizer" / "toy"
    rows = pd.read_csv(store / "leaderboard.csv").set_index("name")
    assert rows.loc["constant", "score"] < 0.2
    assert rows.loc["ridge", "score"] > 0.9
    assert rows.loc[rows["submitted"], "score"].item() > 0.9
    assert "report: cnn" in rows.index
    (csv,) = store.glob("toy-submission-*.csv")
    frame = pd.read_csv(csv)
    assert list(frame.columns) == ["ImageId", "Label"]
    assert frame["ImageId"].tolist() == list(range(1, 598))
    assert frame["Label"].between(0, 9).all()
    assert str(csv) in ran.stdout
    assert "toy" in ran.stdout
    next_step = "next: podium submit digit-recognizer --data FOLDER (where digit-recognizer.zip lies)"
    assert ran.stdout.splitlines()[-1] == next_step
