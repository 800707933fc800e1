"""The repository's site as a reader meets it, in a real browser."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

MAIN = "en/ai-capabilities/upscale-restoration/"
MODES = [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")]


def opened(browser: Browser, address: str, width: int = 1280, scheme: str = "light") -> Page:
    """A page that fails its test where the console shows an error or another origin is asked."""
    size = {"width": width, "height": 900}
    context = browser.new_context(viewport=size, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    origin = "/".join(address.split("/")[:3])
    wrong: list[str] = []
    page.on("console", lambda m: wrong.append(m.text) if m.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("response", lambda r: wrong.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    page.on(
        "request",
        lambda r: None if r.url.startswith((origin, "data:")) else wrong.append(r.url),
    )
    page.goto(address)
    page.wait_for_load_state("networkidle")
    assert wrong == []
    return page


def pages(site: Path) -> list[str]:
    return sorted(
        path.parent.relative_to(site).as_posix() + "/" for path in site.glob("en/**/index.html")
    )


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
        found = Axe().run(page)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{name} is {wide} pixels wide"
        page.context.close()


def test_the_slider_moves_by_keyboard_and_mouse(browser: Browser, address: str) -> None:
    page = opened(browser, address + MAIN)
    slider = page.get_by_role("slider").first
    slider.scroll_into_view_if_needed()
    shown = page.locator(".cd-side--input picture").first

    def clipped() -> str:
        return str(shown.evaluate("side => getComputedStyle(side).clipPath"))

    assert "50%" in clipped()
    slider.focus()
    page.keyboard.press("End")
    assert slider.input_value() == "100"
    assert slider.get_attribute("aria-valuetext") == "100 % Input, 0 % ESRGAN (RealSR DF2K)"
    assert clipped().startswith("inset(0px 0% 0px 0px")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert slider.input_value() == "1"
    box = slider.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + box["height"] / 2)
    assert 72 <= int(slider.input_value()) <= 78


def test_both_pictures_lie_on_each_other(browser: Browser, address: str) -> None:
    page = opened(browser, address + MAIN)
    boxes = page.evaluate(
        "[...document.querySelectorAll('.cd-figure--slider')].map(figure =>"
        " [...figure.querySelectorAll('img')].map(image => {"
        " const box = image.getBoundingClientRect();"
        " return [box.x, box.y, box.width, box.height].map(Math.round) }))",
    )
    assert len(boxes) >= 5
    for before, after in boxes:
        assert before == after
        assert before[2] > 500


def test_without_javascript_both_pictures_are_there(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + MAIN)
    figure = page.locator(".cd-figure--slider").first
    assert figure.locator(".cd-range").is_hidden()
    before, after = (figure.locator("img").nth(index).bounding_box() for index in (0, 1))
    assert before is not None
    assert after is not None
    assert (before["x"] + before["width"] <= after["x"]) or (
        before["y"] + before["height"] <= after["y"]
    )
    link = page.get_by_role("link", name="Real-ESRGAN.json", exact=True)
    assert (link.get_attribute("href") or "").endswith("/upscale-restoration/Real-ESRGAN.json")
    assert page.get_by_role("button", name="Copy JSON").count() == 0, "it could do nothing"


def test_in_print_both_pictures_are_there(browser: Browser, address: str) -> None:
    page = opened(browser, address + MAIN)
    page.emulate_media(media="print")
    clip = page.locator(".cd-side--input picture").first.evaluate(
        "s => getComputedStyle(s).clipPath"
    )
    assert clip == "none"
    assert page.locator(".cd-range").first.is_hidden()


def test_copy_download_and_raw_json_are_the_file(
    browser: Browser,
    address: str,
    guide_site: Path,
) -> None:
    name = "ai-capabilities/upscale-restoration/Real-ESRGAN.json"
    expected = (guide_site / "workflows" / name).read_text()
    page = opened(browser, address + MAIN)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    card = page.get_by_role("group", name="Workflow Real-ESRGAN.json")
    card.get_by_role("button", name="Copy JSON").click()
    card.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == expected
    with page.expect_download() as download:
        card.get_by_role("link", name="Download").click()
    assert Path(download.value.path()).read_text() == expected
    assert download.value.suggested_filename == "Real-ESRGAN.json"
    card.locator("summary").click()
    card.locator("pre").wait_for()
    assert json.loads(card.locator("pre").inner_text()) == json.loads(expected)


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


def test_files_are_within_their_budgets(guide_site: Path) -> None:
    def packed(name: str) -> int:
        return len(gzip.compress((guide_site / "assets" / name).read_bytes(), mtime=0))

    assert packed("capdemo.js") <= 8 * 1024
    assert packed("capdemo.css") <= 6 * 1024
    pictures = [
        path
        for path in (guide_site / "examples" / "objects").iterdir()
        if path.suffix in {".avif", ".webp"}
    ]
    assert len(pictures) >= 20
    assert max(path.stat().st_size for path in pictures) <= 120_000


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
