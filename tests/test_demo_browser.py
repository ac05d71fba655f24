"""The demo as a user has it: a process of its own, and a browser that draws."""

import json
import os
import re
import subprocess

import pytest

from test_explore_browser import CHROMIUM, axe, sync_api  # skips where there is no browser
from tiny import command, make_root, podium

pytest.importorskip("gradio")

ROWS = "return np.stack([read_drawing(path, 4, box=3) for path in images.paths])"
SPY = """
import sys

def note(event, args):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        with open({path!r}, "a") as file:
            print(args[1][0] if event != "socket.getaddrinfo" else args[0], file=file)

sys.addaudithook(note)
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    root = make_root(tmp_path_factory.mktemp("demo"), {"constant": {}, "gaussian-nb": {}, "ridge": {}})
    path = root / "competitions" / "tiny" / "competition.py"
    text = re.sub(r"return np.stack\(\[np.loadtxt.*", ROWS, path.read_text())
    path.write_text(f"from podium.drawings import read_drawing\n{text}")
    ran = podium(root, "submit", "tiny", XDG_CONFIG_HOME=str(root / "config"))
    assert ran.returncode == 0, ran.stderr
    return root


@pytest.fixture(scope="module")
def served(trained, tmp_path_factory):
    """The address of the page, where it keeps its files, and whom the process spoke to."""
    spy = tmp_path_factory.mktemp("spy")
    (spy / "sitecustomize.py").write_text(SPY.format(path=str(spy / "spoken to")))
    env = {**os.environ, "XDG_CONFIG_HOME": str(trained / "config"), "TMPDIR": str(spy)}
    env["PYTHONPATH"] = os.pathsep.join([str(spy), *filter(None, [os.environ.get("PYTHONPATH")])])
    process = subprocess.Popen(
        command("demo", "tiny"),
        cwd=trained,
        env=env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    lines = iter(process.stdout.readline, "")
    address = next((m[0] for m in (re.search(r"http://[\d.]+:\d+/", line) for line in lines) if m), None)
    assert address, process.communicate()
    yield address, spy
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
    """The page at the width of a phone; it must ask nobody but this machine, and say no error."""
    tab = browser.new_page(viewport={"width": 360, "height": 900})
    asked, errors = [], []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.goto(served[0])
    tab.get_by_role("heading", name="Test rows to try").wait_for()
    yield tab
    tab.close()
    assert [url for url in asked if not url.startswith((served[0], "data:", "blob:"))] == []
    assert errors == []


def test_a_sample_gets_its_label_probabilities_picture_model_score_and_the_word_toy(tab, trained):
    (manifest,) = trained.glob("submissions/tiny/toy/toy-submission-*.json")
    entry = json.loads(manifest.read_text())["entry"]
    tab.get_by_role("button", name="test row 1", exact=True).click()
    answer = tab.locator("#answer [role=status]")
    assert answer.get_by_role("heading").inner_text() in ("even", "odd", "zero")
    said = answer.inner_text()
    assert re.search(r"probability [01]\.\d{3}", said)
    assert re.search(rf"^{entry}, accuracy 0\.\d{{5}} ± 0\.\d{{5}}, toy", said, re.MULTILINE)
    assert answer.get_by_role("img", name="a training image of").count() == 1
    assert answer.get_by_role("rowheader").count() == 3
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360
    found = axe.Axe().run(tab)
    assert found.violations_count == 0, found.generate_report()


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
