"""The demo as a user has it: a process of its own, and a browser that draws."""

import json
import os
import re
import subprocess
from contextlib import contextmanager

import pytest
from PIL import Image

from support.browser import CHROMIUM, axe, sync_api
from support.tiny import answered, command, copy_competitions, make_root, podium

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
def posts(tmp_path_factory):
    """Titles and images, of which the entry asks both."""
    root = copy_competitions(tmp_path_factory.mktemp("posts"))
    path = root / "competitions" / "fakeddit" / "competition.py"
    text = path.read_text().replace("import Competition,", "import Competition, FoldPlan,")
    path.write_text(text.replace("    toy=toy,\n", "    toy=toy,\n    folds=FoldPlan(2),\n"))
    models = "text-complement-nb,profesor"
    ran = podium(root, "train", "fakeddit", "--models", models, XDG_CONFIG_HOME=str(root / "config"))
    assert ran.returncode == 0, ran.stderr
    path = root / "submissions" / "fakeddit" / "toy" / "leaderboard.json"
    board = json.loads(path.read_text())
    for entry in board["entries"]:
        entry["submitted"] = entry["name"] == "mean"
    path.write_text(json.dumps(board))
    return root


@pytest.fixture(scope="module")
def served(trained, tmp_path_factory):
    with serving(trained, "tiny", tmp_path_factory.mktemp("spy")) as address:
        yield address


@contextmanager
def serving(root, name, spy):
    """The address of the page. In the folder `spy` are its files, and whom the process spoke to."""
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
    tab.get_by_role("heading", name="Test rows to try").wait_for()
    yield tab
    tab.close()
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
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


def test_a_title_is_typed_an_image_uploaded_and_the_page_says_what_predict_says(browser, posts, tmp_path):
    title, image = "Satire cat in Ohio", tmp_path / "own.png"
    Image.new("RGB", (50, 40), "white").save(image)
    with (
        serving(posts, "fakeddit", tmp_path / "spy") as address,
        opened(browser, address) as tab,
    ):
        tab.get_by_label("a text of your own").fill(title)
        tab.get_by_role("button", name="Ask", exact=True).click()
        answer = tab.locator("#answer [role=status]")
        typed = answer.inner_text()
        with tab.expect_file_chooser() as chooser:
            tab.get_by_role("button", name="Click to upload").click()
        chooser.value.set_files(image)
        answer.get_by_role("img", name="what was asked about").wait_for()
        both = answer.inner_text()
        found = axe.Axe().run(tab)
    assert found.violations_count == 0, found.generate_report()
    asked = ("predict", "fakeddit", "--text", title, "--text", title, "", image)
    table = answered(podium(posts, *asked, XDG_CONFIG_HOME=str(posts / "config")))
    assert table["p(fake)"][0] != pytest.approx(table["p(fake)"][1], abs=1e-3)
    for said, (_, row) in zip((typed, both), table.iterrows(), strict=True):
        assert said.startswith(f"{row['prediction']}\n")
        shares = dict(re.findall(r"^(fake|true)\s+([01]\.\d{3})$", said, re.MULTILINE))
        assert shares == {name: f"{row[f'p({name})']:.3f}" for name in ("fake", "true")}
        assert title in said
        assert re.search(r"^mean, accuracy 0\.\d{5} ± 0\.\d{5}, toy data", said, re.MULTILINE)
