"""What a person sees."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from podium.cli.terminal import make_console, make_progress, print_leaderboard
from podium.pipeline.leaderboard import Entry, Leaderboard

ENTRIES = (
    Entry("cnn", "model", 0.99123, 0.0004, 0.001, 0.0, 0.0, 1.0, True, "cv", 0.99123, 321.0, 4.0, True),
    Entry("best honest Kaggle score", "reference", 0.98, note="their paper"),
    Entry("sgd", "failed", note="ValueError: no [1]"),
)


def console(terminal: bool) -> Console:
    return Console(file=io.StringIO(), force_terminal=terminal, width=150, legacy_windows=False)


def two_folds(progress):
    with progress:
        for fold, score in enumerate((0.9, 0.8)):
            progress.fold_started("cnn", fold)
            progress.epoch_ended("cnn", fold, 1, 2, 0.5)
            progress.epoch_ended("cnn", fold, 2, 2, 0.4)
            progress.fold_ended("cnn", fold, 2, score, 12.5, cached=fold == 1)


def test_a_log_gets_one_plain_line_a_fold():
    log = console(terminal=False)
    two_folds(make_progress(log))
    assert log.file.getvalue().splitlines() == [
        "cnn fold 1/2: 0.90000 (12.5 s)",
        "cnn fold 2/2: 0.80000 (kept from an earlier run)",
    ]


def test_a_terminal_shows_how_many_folds_are_done_and_the_score_so_far():
    screen = console(terminal=True)
    two_folds(make_progress(screen))
    text = screen.file.getvalue()
    assert "2/2 folds" in text
    assert "0.85000" in text


def test_a_terminal_shows_the_epoch_of_each_model_that_runs():
    screen = console(terminal=True)
    with make_progress(screen) as progress:
        for model, epoch in (("cnn", 3), ("mlp", 1)):
            progress.fold_started(model, 1)
            progress.epoch_ended(model, 1, epoch, 4, 0.5)
    text = screen.file.getvalue()
    assert "fold 2 epoch 3/4" in text
    assert "fold 2 epoch 1/4" in text


def test_a_log_is_wide_enough_for_the_table():
    assert make_console().width >= 100


@pytest.mark.parametrize("toy", [True, False])
def test_the_table_shows_every_entry_and_says_toy(toy):
    log = console(terminal=False)
    print_leaderboard(log, Leaderboard("digits", "accuracy", toy, 42000, ENTRIES))
    text = log.file.getvalue()
    row = next(line for line in text.splitlines() if "cnn" in line)
    assert " ".join(row.split()) == "> cnn 0.99123 ± 0.00040 0.00100 = 0.00000 1.000 cv 321 4"
    assert "Kaggle score: their paper" in text
    assert "sgd: ValueError: no [1]" in text
    assert ("toy" in text) == toy


@pytest.mark.parametrize("width", [80, 120])
def test_the_table_fits_its_terminal(width):
    screen = Console(file=io.StringIO(), width=width)
    print_leaderboard(screen, Leaderboard("digit-recognizer", "accuracy", False, 42000, ENTRIES))
    table = screen.file.getvalue().split("Kaggle score: their paper")[0]
    assert all(len(line.rstrip()) <= width for line in table.splitlines())
    assert "…" not in table
    assert "0.99123 ± 0.00040" in table
    assert " 321" in table
    assert ("predict s" in table) == (width == 120)


@pytest.mark.parametrize(("width", "room"), [(150, True), (90, False)])
def test_further_metrics_and_published_scores_are_shown_where_there_is_room(width, room):
    entry = replace(ENTRIES[0], published=0.9902, extra_metrics={"f1": (0.98, 0.001)})
    screen = Console(file=io.StringIO(), width=width)
    print_leaderboard(screen, Leaderboard("digits", "accuracy", False, 42000, (entry, *ENTRIES[1:])))
    text = screen.file.getvalue()
    assert "published" in text
    assert " 0.9902" in text
    assert ("0.98000 ± 0.00100" in text) == room
    assert "…" not in text


def test_of_further_metrics_the_first_declared_are_kept_and_large_ones_have_no_decimals():
    entry = replace(ENTRIES[0], extra_metrics={"r2_log": (0.144, 0.012), "rmse": (27421.18, 885.61)})
    texts = []
    for width in (150, 96):
        screen = Console(file=io.StringIO(), width=width)
        print_leaderboard(screen, Leaderboard("memes", "rmsle", False, 42000, (entry, *ENTRIES[1:])))
        texts.append(screen.file.getvalue())
    wide, narrow = texts
    assert "0.14400 ± 0.01200" in wide
    assert "27421 ± 886" in wide
    assert "0.14400 ± 0.01200" in narrow
    assert "27421" not in narrow


def test_kaggle_s_scores_stand_in_the_table_once_there_are_any():
    sent = replace(ENTRIES[0], public=0.99, private=0.98, percentile=12.3)
    log = console(terminal=False)
    print_leaderboard(log, Leaderboard("digits", "accuracy", False, 42000, (sent, *ENTRIES[1:])))
    row = next(line for line in log.file.getvalue().splitlines() if "cnn" in line)
    assert row.split()[-3:] == ["0.99000", "0.98000", "12.3"]
