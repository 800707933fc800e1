"""Menus, languages, search, notebooks and heads of the repository's own site, in a real browser."""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING

import pytest
from tests.site.pages_for_tests import MAIN, opened

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

NOTEBOOKS = ("en/notebooks/compare-upscalers/", "en/notebooks/run-a-workflow/")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("SUPIR", "en/basic-workflows/supir/"),
        ("out of memory", "en/begin-with/faq/#out-of-memory"),
        ("4x-UltraSharp", "en/reference/models/#model-4x-UltraSharp"),
        ("ImageScaleBy", "en/reference/nodes/"),
        ("run_workflow", "en/notebooks/run-a-workflow/"),
    ],
)
def test_search_finds_systems_answers_models_nodes_and_notebooks(
    browser: Browser, address: str, words: str, found: str
) -> None:
    page = opened(browser, address + "en/")
    page.get_by_role("textbox", name="Search").click()
    page.keyboard.type(words)
    path, _, anchor = found.partition("#")
    # The theme puts the words that were sought between the two.
    ending = f'[href$="#{anchor}"]' if anchor else ""
    link = page.locator(f'.md-search-result__link[href*="{path}"]{ending}')
    link.first.wait_for(state="attached")


def test_the_menu_opens_on_a_telephone(browser: Browser, address: str) -> None:
    page = opened(browser, address + MAIN, 390)
    drawer = page.locator(".md-sidebar--primary")

    def left() -> float:
        box = drawer.bounding_box()
        assert box is not None
        return box["x"]

    assert left() < 0
    page.locator("label.md-header__button[for=__drawer]").click()
    page.wait_for_function(
        "document.querySelector('.md-sidebar--primary').getBoundingClientRect().x >= 0"
    )
    page.locator(".md-sidebar--primary a[href*='video-upscale-restoration']").click()
    page.wait_for_url("**/video-upscale-restoration/")


def test_dark_is_chosen_by_hand_and_kept(browser: Browser, address: str) -> None:
    page = opened(browser, address + "en/")

    def background() -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    light = background()
    page.get_by_title("Switch to dark mode").click()
    dark = background()
    assert dark != light
    page.goto(address + MAIN)
    assert background() == dark


def test_both_languages_lead_to_each_other(browser: Browser, address: str) -> None:
    page = opened(browser, address + MAIN)
    assert page.evaluate("document.documentElement.lang") == "en"
    page.locator(".md-header .md-select").hover()
    page.get_by_role("link", name="日本語").click()
    page.wait_for_url(address + MAIN.replace("en/", "ja/", 1))
    assert page.evaluate("document.documentElement.lang") == "ja"
    heading = page.get_by_role("heading", level=1)
    assert heading.inner_text().startswith("アップスケールと修復")
    tabs = page.locator(".md-tabs__link").all_inner_texts()
    assert [text.strip() for text in tabs] == ["ホーム", "AI の機能"]
    assert page.get_by_role("slider").count() >= 5, "the same examples"


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_is_light_and_describes_its_pictures(
    browser: Browser, address: str, guide_site: Path, name: str
) -> None:
    html = (guide_site / name / "index.html").read_bytes()
    assert len(gzip.compress(html, mtime=0)) <= 60 * 1024
    page = opened(browser, address + name)
    for image in page.locator(".jupyter-wrapper img").all():
        assert len(image.get_attribute("alt") or "") > 30
        assert image.evaluate("image => image.naturalWidth") > 200
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile(r"\.ipynb$")).click()
    source = guide_site / "notebooks" / download.value.suggested_filename
    assert download.value.path().read_bytes() == source.read_bytes()


def test_every_page_has_a_card_that_is_there(guide_site: Path) -> None:
    pages = [*guide_site.glob("en/**/index.html"), *guide_site.glob("ja/**/index.html")]
    assert len(pages) >= 30
    for path in pages:
        found = re.search(
            r'property="og:image" content="([^"]+)"|content="([^"]+)" property="og:image"',
            path.read_text(),
        )
        assert found is not None, path
        assert (path.parent / (found[1] or found[2])).resolve().is_file()
        assert (path.parent / "index.md").is_file(), "its twin"


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_on_the_first_page_shifts_while_it_loads(
    browser: Browser, address: str, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.add_init_script(
        "window.shifts = 0; new PerformanceObserver(list => {"
        " for (const entry of list.getEntries()) window.shifts += entry.value;"
        "}).observe({type: 'layout-shift', buffered: true})",
    )
    page.goto(address + "en/")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.shifts") < 0.001


def test_the_index_is_fetched_when_somebody_turns_to_the_search(
    browser: Browser, address: str
) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address + "en/")
    page.wait_for_load_state("networkidle")
    assert not any(url.endswith("search_index.json") for url in asked)
    with page.expect_request("**/search_index.json"):
        page.get_by_role("textbox", name="Search").focus()


def test_what_lies_below_the_first_view_is_not_loaded_at_once(guide_site: Path) -> None:
    for name, eager in (("en/ai-capabilities/upscale-restoration", 0), ("en", 2)):
        html = (guide_site / name / "index.html").read_text()
        assert html.count('fetchpriority="high"') == eager, name


def test_a_card_says_how_far_its_result_is_from_the_original(guide_site: Path) -> None:
    html = (guide_site / "en/basic-workflows/span/index.html").read_text()
    assert "<dt>PSNR</dt><dd>21.73 dB</dd>" in html
    assert "<dt>SSIM</dt><dd>0.674</dd>" in html
    assert "<dt>FLIP</dt><dd>0.108</dd>" in html


@pytest.mark.parametrize("width", [390, 1280])
def test_a_link_into_a_long_page_lands_at_its_heading(
    browser: Browser, address: str, width: int
) -> None:
    """Although no card above it was laid out, for want of a reader who has seen it."""
    page = opened(browser, address + MAIN + "#supir", width)
    card = page.locator(".cd-card").first
    seen = "card => getComputedStyle(card).contentVisibility"
    assert card.evaluate(seen) == "auto"
    top = page.locator("#supir").evaluate("heading => heading.getBoundingClientRect().top")
    assert 0 <= top <= 200
    page.emulate_media(media="print")
    assert card.evaluate(seen) == "visible"
    assert card.get_by_text("Nodes", exact=True).first.is_visible()


def test_figures_and_cards_fit_a_telephone_with_letters_twice_as_large(
    browser: Browser, address: str
) -> None:
    page = opened(browser, address + MAIN, 390)
    page.evaluate("document.documentElement.style.fontSize = '250%'")  # the theme's own: 125 %
    for part in page.locator(":is(.cd-side, .cd-tools, .cd-card, figcaption)").all():
        right = part.evaluate("one => one.getBoundingClientRect().right")
        assert right <= 390, part.get_attribute("class")
