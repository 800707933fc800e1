"""The repository's site as a reader meets it, in a real browser."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import html5lib
import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.site.pages_for_tests import MAIN, opened, pages

from capdemo.site.audit.budgets import budget_problems
from capdemo.site.audit.links import link_problems
from capdemo.site.audit.pages import read_pages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from xml.etree import ElementTree as ET

    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

SHORTEN = """() => {
    const entries = [...document.querySelectorAll("details.cd-node")];
    for (const [index, entry] of entries.entries()) if (index % 20) entry.remove();
}"""
"""Leaves every twentieth of hundreds of entries that are made alike; one mode looks at them all."""

MODES = [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")]


@pytest.mark.parametrize(("width", "scheme"), MODES)
def test_every_page_is_accessible_and_fits(
    browser: Browser,
    address: str,
    guide_site: Path,
    width: int,
    scheme: str,
) -> None:
    assert len(pages(guide_site)) >= 10
    for name in pages(guide_site):
        page = opened(browser, address + name, width, scheme)
        if (width, scheme) != MODES[-1]:
            page.evaluate(SHORTEN)
        # All laid out, as a reader comes to see it; of a card that is not, axe sees the first part.
        page.add_style_tag(content=".cd-card { content-visibility: visible !important }")
        found = Axe().run(page, options={"resultTypes": ["violations"]})  # all rules, short report
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{name} is {wide} pixels wide"
        page.context.close()


def test_search_finds_a_system(browser: Browser, address: str) -> None:
    page = opened(browser, address + "en/")
    page.get_by_role("textbox", name="Search").click()
    page.keyboard.type("SUPIR")
    first = page.locator(".md-search-result__link").first
    first.wait_for()
    assert "/supir/" in (first.get_attribute("href") or "")


def test_the_root_leads_to_the_guide(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(address)
    page.wait_for_url(address + "en/")


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_shifts_while_it_loads(browser: Browser, address: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.add_init_script(
        "window.shifts = 0; new PerformanceObserver(list => {"
        " for (const entry of list.getEntries()) window.shifts += entry.value;"
        "}).observe({type: 'layout-shift', buffered: true})",
    )
    page.goto(address + MAIN)
    page.wait_for_load_state("networkidle")
    # The theme's own sidebar settles by a pixel; a figure without a size would cost 0.05 and more.
    assert page.evaluate("window.shifts") < 0.001


def test_the_audit_finds_nothing(guide_site: Path) -> None:
    pages_ = read_pages(guide_site)
    problems = [*budget_problems(pages_, guide_site), *link_problems(pages_, guide_site)]
    assert [str(problem) for problem in problems] == []
    pictures = list(guide_site.rglob("*.avif"))
    assert len(pictures) >= 20


THEMES_FAULTS = {"label: tabindex=''", "input[checkbox]: autocomplete"}
"""What Material for MkDocs 9.8 gets wrong on every page, as the Nu checker words it."""

PHRASES = {"a", "abbr", "b", "button", "code", "em", "h1", "h2", "h3", "h4", "p", "span", "strong"}
BLOCKS = {"article", "details", "div", "dl", "figure", "h1", "h2", "h3", "ol", "p", "table", "ul"}
WITH_ANY = {"a"}
"""May hold what its parent may."""


def faults(root: ET.Element) -> Iterator[str]:
    """Ids given twice, blocks within phrases, controls within controls, attributes out of place."""
    ids = [e.get("id") for e in root.iter() if e.get("id") is not None]
    yield from (f"id {i!r} is there twice" for i in set(ids) if ids.count(i) > 1)
    for outer in root.iter():
        inside = {str(e.tag) for e in outer.iter()} if outer.tag in {"a", "button"} else set()
        if {"a", "button", "input", "details"} & (inside - {outer.tag}):
            yield f"{outer.tag}: a control within a control"
        for inner in outer:
            if outer.tag in PHRASES - WITH_ANY and inner.tag in BLOCKS:
                yield f"{outer.tag}: {inner.tag} within it"
        if outer.get("tabindex") == "":
            yield f"{outer.tag}: tabindex=''"
        if outer.get("type") in {"checkbox", "radio"} and outer.get("autocomplete") is not None:
            yield f"{outer.tag}[{outer.get('type')}]: autocomplete"
        if outer.tag == "img" and outer.get("alt") is None:
            yield "img: no alt"


def test_the_html_is_valid_but_for_the_themes_faults(guide_site: Path) -> None:
    for path in sorted(guide_site.rglob("*.html")):
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        root = parser.parse(path.read_text(encoding="utf-8"))
        assert parser.errors == [], path
        assert set(faults(root)) <= THEMES_FAULTS, path


def test_a_first_view_is_light(browser: Browser, address: str) -> None:
    """Text as a server would pack it, pictures as they are."""
    page = browser.new_page(viewport={"width": 390, "height": 844})
    sizes: list[int] = []
    packed = ("text/", "javascript", "json", "svg")

    def count(response: object) -> None:
        body = response.body()  # type: ignore[attr-defined]
        kind = response.headers.get("content-type", "")  # type: ignore[attr-defined]
        text = any(word in kind for word in packed)
        sizes.append(len(gzip.compress(body)) if text else len(body))

    page.on("response", count)
    page.goto(address + MAIN)
    page.wait_for_load_state("networkidle")
    assert sum(sizes) <= 250 * 1024
