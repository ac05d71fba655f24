"""The pages in a real browser: Debian's chromium."""

import json
import shutil
import subprocess
import sys

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from support.tiny import make_root, texts_root

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no chromium on the path: apt-get install chromium")
SIZES = [("light", 1400), ("dark", 360)]
PAGES = ["tiny", "texts", "overview"]
FOLDERS = {"tiny": "submissions/tiny/toy", "texts": "submissions/texts/toy"}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A checkout with both competitions, each of them run; in one process, which imports once."""
    folder = tmp_path_factory.mktemp("checkout")
    texts_root(make_root(folder, {"constant": {}, "gaussian-nb": {}, "ridge": {}, "multinomial-nb": {}}))
    code = (
        "from podium.cli import app\n"
        "for words in (['submit', 'tiny'], ['submit', 'texts'], ['report']):\n"
        "    app(words, standalone_mode=False)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def visit(root, browser):
    """Opens a page of the checkout; nothing may be asked of a network or be wrong on the console."""
    faults, asked = [], []

    def opened(name, scheme="light", width=1400):
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page.on("console", lambda message: faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: asked.append(request.url.partition(":")[0]))
        path = root / (
            f"{FOLDERS[name]}/leaderboard.html" if name in FOLDERS else "submissions/overview.html"
        )
        page.goto(path.as_uri())
        return page

    yield opened
    assert faults == []
    assert set(asked) <= {"file", "data"}


@pytest.mark.parametrize(("scheme", "width"), SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_its_screen_and_can_be_used_by_all(visit, name, scheme, width):
    page = visit(name, scheme, width)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    violations = Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:120]) for v in violations] == []


@pytest.mark.parametrize(("scheme", "width"), SIZES)
def test_every_figure_and_picture_is_seen_and_said_in_words(visit, scheme, width):
    page = visit("tiny", scheme, width)
    figures = page.locator("figure svg[role=img]").all()
    assert len(figures) >= 5
    for figure in figures:
        box = figure.bounding_box()
        assert box["width"] >= 200
        assert box["height"] >= 80
        assert len(figure.get_attribute("aria-label")) > 40
    pictures = page.locator("img")
    assert pictures.count() > 20
    assert pictures.evaluate_all("all => all.every(one => one.alt && one.complete && one.naturalWidth > 0)")


def column(page, head):
    number = page.locator("table.sortable thead th").all_inner_texts().index(head) + 1
    return page.locator(f"table.sortable tbody td:nth-child({number})")


def test_a_click_sorts_the_table_and_another_turns_it_round(visit):
    page = visit("tiny")
    before = column(page, "entry").all_inner_texts()
    button = page.get_by_role("button", name="Δ to best")
    for turn, sign in (("descending", -1), ("ascending", 1)):
        button.click()
        keys = [float(k) for c in column(page, "Δ to best").all() if (k := c.get_attribute("data-key"))]
        assert keys == sorted(keys, key=lambda key: sign * key)
        assert button.locator("..").get_attribute("aria-sort") == turn
    page.get_by_role("button", name="entry").click()
    names = column(page, "entry").all_inner_texts()
    assert sorted(names) == sorted(before)
    assert names != before


def test_the_numbers_on_the_page_are_those_of_the_store(visit, root):
    page = visit("tiny")
    stored = json.loads((root / FOLDERS["tiny"] / "leaderboard.json").read_text())["entries"]
    for head, name in (
        ("accuracy", "score"),
        ("s.e.", "standard_error"),
        ("Δ to best", "behind"),
        ("p", "p_value"),
    ):
        keys = column(page, head).evaluate_all("cells => cells.map(cell => cell.dataset.key)")
        assert [float(key) for key in keys] == [entry[name] for entry in stored]
        texts = column(page, head).all_inner_texts()
        assert [float(text.removeprefix("= ")) for text in texts] == pytest.approx(
            [float(k) for k in keys], abs=5e-4
        )
    chosen = page.locator("tr.chosen td").first.inner_text()
    assert chosen == f"{next(e['name'] for e in stored if e['submitted'])} (chosen)"
    assert page.locator("tr.tied").count() == sum(entry["tied"] for entry in stored)


def test_what_the_data_say_stays_text(visit):
    page = visit("texts")
    assert page.evaluate("window.harmed") is None
    assert "<script>window.harmed = 1</script>" in page.locator(".cards").first.inner_text()
    assert "true <b>calm</b>" in page.locator(".cards").first.inner_text()
    assert page.locator("b", has_text="calm").count() == 0
    assert "paper <script>" in page.locator("table.sortable").inner_text()


def test_the_overview_leads_to_each_page(visit):
    page = visit("overview")
    page.get_by_role("link", name="tiny").click()
    assert page.locator("h1").inner_text() == "tiny"
