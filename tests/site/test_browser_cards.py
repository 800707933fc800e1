"""Workflow cards as a reader uses them: copy, download, drag, open; also from the disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.site.pages_for_tests import MAIN, opened

from capdemo.workflow import read_workflow

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser

FILE = "workflows/ai-capabilities/upscale-restoration/Real-ESRGAN.json"


def card_of(page: Page) -> Locator:
    return page.get_by_role("group", name="Workflow Real-ESRGAN.json")


@pytest.mark.parametrize("origin", ["server", "disk"])
def test_copy_download_and_raw_json_are_the_file(
    browser: Browser, address: str, guide_site: Path, origin: str
) -> None:
    expected = (guide_site / FILE).read_text()
    if origin == "server":
        page = opened(browser, address + MAIN)
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    else:  # where a browser fetches nothing
        page = browser.new_page()
        page.goto((guide_site / MAIN / "index.html").as_uri())
    card = card_of(page)
    card.get_by_role("button", name="Copy JSON").click()
    card.get_by_role("button", name="Copied").wait_for()
    assert pasted(page) == expected
    with page.expect_download() as download:
        card.get_by_role("link", name="Download").click()
    assert Path(download.value.path()).read_text() == expected
    assert download.value.suggested_filename == "Real-ESRGAN.json"
    card.get_by_text("Raw JSON", exact=True).click()
    card.locator("pre").wait_for()
    assert json.loads(card.locator("pre").inner_text()) == json.loads(expected)


def pasted(page: Page) -> str:
    """The clipboard, by pasting it where it may not be read."""
    page.evaluate(
        "document.body.insertAdjacentHTML('afterbegin', '<textarea id=paste></textarea>')"
    )
    page.locator("#paste").focus()
    page.keyboard.press("Control+V")
    text = page.locator("#paste").input_value()
    page.evaluate("document.querySelector('#paste').remove()")
    return text


def test_the_command_is_copied(browser: Browser, address: str) -> None:
    page = opened(browser, address + MAIN)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    card_of(page).get_by_role("button", name="Copy the command").click()
    assert page.evaluate("navigator.clipboard.readText()") == f"capdemo run {FILE}"
    assert page.locator(".cd-status").inner_text() == "Copied", "said to those who hear the page"


@pytest.mark.parametrize(
    ("part", "ending"), [(".cd-chip", "Real-ESRGAN.json"), (".cd-graph a", "Real-ESRGAN.svg")]
)
def test_what_is_dragged_is_the_address_of_a_workflow(
    browser: Browser, address: str, guide_site: Path, part: str, ending: str
) -> None:
    page = opened(browser, address + MAIN)
    page.evaluate(
        """() => {
            const drop = document.createElement("div");
            drop.id = "drop";
            drop.style.cssText = "position:fixed;left:0;top:60px;width:90px;height:90px;z-index:99";
            drop.ondragover = event => event.preventDefault();
            drop.ondrop = event => {
                event.preventDefault();
                window.dropped = event.dataTransfer.getData("text/uri-list");
            };
            document.body.append(drop);
        }"""
    )
    card_of(page).locator(part).scroll_into_view_if_needed()
    card_of(page).locator(part).drag_to(page.locator("#drop"))
    dropped = page.evaluate("window.dropped")
    assert dropped == address + FILE.replace("Real-ESRGAN.json", ending)
    original = json.loads((guide_site / FILE).read_text())
    answer = page.context.request.get(dropped)
    assert answer.ok
    (guide_site.parent / ending).write_bytes(answer.body())
    carried = read_workflow(guide_site.parent / ending).raw["workflow"]
    assert json.dumps(json.loads(carried)) == json.dumps(original)


def test_nodes_lead_to_their_entries(browser: Browser, address: str) -> None:
    page = opened(browser, address + MAIN)
    card_of(page).get_by_role("link", name="ImageUpscaleWithModel", exact=True).click()
    page.wait_for_url("**/reference/nodes/#node-ImageUpscaleWithModel")
    entry = page.locator("#node-ImageUpscaleWithModel")
    entry.wait_for()
    assert entry.inner_text() == "ImageUpscaleWithModel"


def test_the_provenance_is_folded_and_opens_by_keyboard(browser: Browser, address: str) -> None:
    page = opened(browser, address + MAIN)
    fold = card_of(page).locator("details", has_text="Provenance")
    assert not fold.get_by_text("Node revisions").is_visible()
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    assert fold.get_by_text("Node revisions").is_visible()


def test_the_graph_follows_the_pages_scheme(browser: Browser, address: str) -> None:
    page = opened(browser, address + MAIN)
    graph = card_of(page).locator(".cd-graph img")
    graph.scroll_into_view_if_needed()
    page.wait_for_function("image => image.complete", arg=graph.element_handle())
    light = graph.screenshot()
    page.locator("label[title='Switch to dark mode']").click()
    page.wait_for_timeout(200)
    dark = graph.screenshot()
    assert mean(light) > 230
    assert mean(dark) < 70


def mean(picture: bytes) -> float:
    import io

    import numpy as np
    import PIL.Image

    return float(np.asarray(PIL.Image.open(io.BytesIO(picture)).convert("L")).mean())
