"""The demo as a user has it: a process of its own, and a browser that draws."""

import os
import re
import subprocess
from contextlib import contextmanager

import pytest
from PIL import Image

from support.browser import CHROMIUM, axe, sync_api
from support.command_line import answered, command, podium

pytest.importorskip("gradio")

SPY = """
import sys

def note(event, args):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        with open({path!r}, "a") as file:
            print(args[1][0] if event != "socket.getaddrinfo" else args[0], file=file)

sys.addaudithook(note)
"""


@pytest.fixture(scope="module")
def served(checkout, digits, tmp_path_factory):
    with serving(checkout, "digit-recognizer", tmp_path_factory.mktemp("spy")) as address:
        yield address


@contextmanager
def serving(root, name, spy):
    """The address of the page. The folder `spy` holds its files, and the hosts that the process spoke to."""
    spy.mkdir(exist_ok=True)
    (spy / "sitecustomize.py").write_text(SPY.format(path=str(spy / "spoken to")))
    env = {**os.environ, "XDG_CONFIG_HOME": str(root / "config"), "TMPDIR": str(spy)}
    env["PYTHONPATH"] = os.pathsep.join([str(spy), *filter(None, [os.environ.get("PYTHONPATH")])])
    process = subprocess.Popen(
        command("demo", name),
        cwd=root,
        env=env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    lines = iter(process.stdout.readline, "")
    address = next((m[0] for m in (re.search(r"http://[\d.]+:\d+/", line) for line in lines) if m), None)
    assert address, process.communicate()
    yield address
    process.terminate()  # Ctrl-C is ignored where the tests themselves run in the background
    rest, errors = process.communicate(timeout=20)
    assert (process.returncode, "ended" in rest, errors) == (0, True, "")
    assert not list(spy.glob("podium-demo-*"))
    assert set((spy / "spoken to").read_text().split()) <= {"127.0.0.1", "localhost"}


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def tab(browser, served):
    with opened(browser, served) as tab:
        yield tab


@contextmanager
def opened(browser, address):
    """The page at the width of a phone; it must ask nobody but this machine, and say no error."""
    tab = browser.new_page(viewport={"width": 360, "height": 900})
    asked, errors = [], []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.goto(address)
    tab.get_by_role("heading", name="Examples").wait_for()
    yield tab
    tab.close()
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
    assert errors == []


def upload(tab, path):
    with tab.expect_file_chooser() as chooser:
        tab.get_by_role("button", name="Click to upload").click()
    chooser.value.set_files(path)


def require_accessible(tab):
    found = axe.Axe().run(tab)
    assert found.violations_count == 0, found.generate_report()


def test_an_example_gets_its_label_probabilities_picture_model_score_and_the_word_toy(tab, digits):
    tab.get_by_role("button", name="test row 1", exact=True).click()
    answer = tab.locator("#answer [role=status]")
    assert answer.get_by_role("heading").inner_text() == digits.answer_example(0).answer
    shown = answer.inner_text()
    assert re.search(r"probability [01]\.\d{3}", shown)
    assert re.search(r"^gaussian-nb, accuracy 0\.\d{5} ± 0\.\d{5}, toy", shown, re.MULTILINE)
    assert "The 5 most probable of 10 labels" in shown
    assert answer.get_by_role("img", name="a training image of").count() == 1
    assert answer.get_by_role("rowheader").count() == 5
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360
    require_accessible(tab)


def test_a_drawing_is_answered_within_a_second_and_an_empty_one_gets_a_sentence(tab):
    tab.get_by_role("button", name="Clear").click()
    assert "draw something" in tab.get_by_role("alert").inner_text()
    box = tab.locator("canvas").bounding_box()
    tab.mouse.move(box["x"] + 60, box["y"] + 60)
    tab.mouse.down()
    tab.mouse.move(box["x"] + 180, box["y"] + 180, steps=4)
    tab.mouse.up()
    answer = tab.locator("#answer [role=status]")
    seconds = re.search(r"answered in (\d+\.\d+) s", answer.inner_text())[1]
    assert float(seconds) < 1


@pytest.mark.slow
def test_a_photo_is_answered_where_there_is_no_text(browser, checkout, photos, tmp_path):
    image = tmp_path / "own.png"
    Image.new("RGB", (50, 40), "white").save(image)
    with (
        serving(checkout, "pistolas-vs-smartphones", tmp_path / "spy") as address,
        opened(browser, address) as tab,
    ):
        assert "Choose an example, or upload an image:" in tab.locator("#answer").inner_text()
        upload(tab, image)
        answer = tab.locator("#answer [role=status]")
        answer.get_by_role("img", name="Your input").wait_for()
        heading = answer.get_by_role("heading").inner_text()
        require_accessible(tab)
    assert heading == photos.answer(upload=str(image)).answer


@pytest.mark.slow
def test_a_title_is_typed_an_image_uploaded_and_the_page_says_what_predict_says(
    browser, checkout, posts, tmp_path
):
    title = "Satire cat in Ohio"
    image = tmp_path / "own.png"
    Image.new("RGB", (50, 40), "white").save(image)
    with (
        serving(checkout, "fakeddit", tmp_path / "spy") as address,
        opened(browser, address) as tab,
    ):
        tab.get_by_label("a text of your own").fill(title)
        tab.get_by_role("button", name="Predict", exact=True).click()
        answer = tab.locator("#answer [role=status]")
        typed = answer.inner_text()
        upload(tab, image)
        answer.get_by_role("img", name="Your input").wait_for()
        both = answer.inner_text()
        require_accessible(tab)
    words = ("predict", "fakeddit", "--text", title, "--text", title, "", image)
    table = answered(podium(checkout, *words, XDG_CONFIG_HOME=str(checkout / "config")))
    assert table["p(fake)"][0] != pytest.approx(table["p(fake)"][1], abs=1e-3)
    for shown, (_, row) in zip((typed, both), table.iterrows(), strict=True):
        assert shown.startswith(f"{row['prediction']}\n")
        shares = dict(re.findall(r"^(fake|true)\s+([01]\.\d{3})$", shown, re.MULTILINE))
        assert shares == {name: f"{row[f'p({name})']:.3f}" for name in ("fake", "true")}
        assert title in shown
        assert re.search(r"^joint, accuracy 0\.\d{5} ± 0\.\d{5}, toy data", shown, re.MULTILINE)
