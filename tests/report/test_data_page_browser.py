"""The page in a real browser: it fits, explains itself to whoever cannot see it, and asks for no network."""

import pytest

from podium.competition.registry import get_competition
from podium.pages.render import render
from podium.report.data_page import explore
from support.browser import CHROMIUM, axe, sync_api


@pytest.fixture(scope="module")
def page(root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("toy")
    competition = get_competition(root, "nlp-disaster-tweets")
    competition.toy(folder)
    dataset = competition.load(folder)
    path = folder / "explore.html"
    values = {"title": "toy", "name": "toy", "dataset": dataset, "is_toy": True, "remarks": ["toy data"]}
    path.write_bytes(render("explore.html", figures=explore(competition, dataset), **values))
    return path


@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (360, "dark")])
def test_the_page_fits_and_has_no_fault_that_axe_finds(page, width, scheme):
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        said, asked = [], []
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(page.as_uri())
        tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert tab.locator("figure svg text").first.evaluate("t => t.getBoundingClientRect().height") > 8
        found = axe.Axe().run(tab)
        assert found.violations_count == 0, found.generate_report()
        assert said == []
        assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
        browser.close()
