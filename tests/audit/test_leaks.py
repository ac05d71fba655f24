"""Metadata that predict the target are told with their score, and chance is not."""

import re

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from podium.audit import audit
from podium.audit.leaks import find_leaks
from support.audit_data import TELLING, M, N, coin, dataset_of, flipped, found, kinds, noise, of_files, rng


@pytest.mark.parametrize("kind", TELLING)
def test_metadata_that_knows_the_target_is_a_leak_with_its_score(kind):
    y = coin()
    about, about_test = (
        pd.DataFrame({"other": rng(7).normal(size=len(codes)), "where": TELLING[kind](codes)})
        for codes in (flipped(y, 0.1), coin(M, 3))
    )
    (leak,) = found(find_leaks, dataset_of(y, about, about_test))
    assert kinds([leak]) == [("leak", True)]
    assert "column 'where'" in leak.summary
    assert leak.score == pytest.approx(0.9, abs=0.02)
    assert leak.error == pytest.approx(np.sqrt(0.9 * 0.1 / N), rel=0.1)
    assert f"accuracy {leak.score:.3f} ± {leak.error:.3f}, majority-class baseline 0.500" in leak.summary


def test_the_score_of_a_leak_can_be_counted():
    y, where = np.repeat([0, 1, 0, 1], [90, 10, 20, 80]), np.repeat(["here", "there"], 100)
    order = rng().permutation(200)
    about = pd.DataFrame({"where": where[order]})
    (leak,) = found(find_leaks, dataset_of(y[order], about, about[:M]))
    assert leak.score == pytest.approx(0.85)
    assert leak.error == pytest.approx(np.sqrt(0.85 * 0.15 / 200))
    assert set(leak.examples) == {
        "here: 100 rows, class 0: 90.0 %, of all rows 55.0 %",
        "there: 100 rows, class 1: 80.0 %, of all rows 45.0 %",
    }
    # The entropies: of all rows H(.45) = .6881 nats, here H(.1) = .3251, there H(.2) = .5004: 40 % less,
    # were the shares known; those of other folds are a little off.
    explained = re.search(r"\((.*) % of the log loss explained\)", leak.summary)
    assert float(explained[1]) == pytest.approx(40, abs=1.5)


def test_numbers_are_predicted_with_an_r2():
    y = rng().lognormal(size=N)
    about = pd.DataFrame({"views": 3 * y})
    (leak,) = found(find_leaks, dataset_of(y, about, about[:M], classes=None))
    assert leak.is_alarm
    assert 0.95 < leak.score < 1
    assert "R2 0.9" in leak.summary
    assert "median target" in leak.examples[0]


def test_a_leak_that_the_test_files_do_not_share_says_so():
    y = coin()
    about = pd.DataFrame({"where": TELLING["category"](y)})
    withheld, unlike = (
        found(find_leaks, dataset_of(y, about, about_test))[0]
        for about_test in (noise(M), pd.DataFrame({"where": ["elsewhere"] * M}))
    )
    assert withheld.is_alarm
    assert "the test files do not have it" in withheld.summary
    assert not unlike.is_alarm
    assert "the test files have other values" in unlike.summary


@pytest.mark.parametrize(("wrong", "expected"), [(0.3, [True]), (0.41, [False]), (0.48, [])])
def test_an_alarm_must_matter_and_not_only_be_significant(wrong, expected):
    y = coin(8000)
    about = pd.DataFrame({"where": flipped(y, wrong).astype(float)})
    assert [leak.is_alarm for leak in found(find_leaks, dataset_of(y, about, about[:M]))] == expected


def test_a_column_that_models_see_anyway_is_no_metadata():
    y = coin()
    X = noise(N).assign(a=TELLING["number"](y))
    assert found(find_leaks, dataset_of(y, X[["a"]], X[["a"]][:M], X=X)) == []


def test_without_test_rows_the_audit_looks_at_the_rest():
    y = coin()
    about = pd.DataFrame({"where": flipped(y, 0.1).astype(float)})
    dataset = dataset_of(
        y, about, about[:0], X=np.arange(float(N))[:, None], X_test=np.zeros((0, 1)), test_ids=[]
    )
    (leak,) = [finding for finding in audit(dataset) if finding.kind == "leak"]
    assert leak.is_alarm
    assert "keep it from the models" in leak.summary
    assert not [finding for finding in audit(dataset) if "test files do not have" in finding.summary]


def test_rows_in_the_order_of_the_target_are_a_leak():
    (leak,) = found(find_leaks, dataset_of(np.sort(coin())))
    assert leak.is_alarm
    assert "row order alone predicts the target" in leak.summary
    assert leak.score > 0.95


def test_the_order_of_images_in_folders_is_their_loader_s(tmp_path):
    for number in range(60):
        place = tmp_path / ("cat" if number < 30 else "dog") / f"{number % 30}.png"
        place.parent.mkdir(exist_ok=True)
        Image.new("RGB", (20, 20)).save(place)
    names = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.png"))
    assert found(find_leaks, of_files(tmp_path, names, names[:1], np.arange(60) // 30)) == []
