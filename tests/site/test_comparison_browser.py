"""The comparisons in a browser: any two pictures under the slider, and a table that sorts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


def test_any_two_pictures_lie_under_the_slider(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}en/compare/")
    box = page.locator(".cd-any").first
    assert not box.locator("details").evaluate("details => details.open")
    left, right = box.locator("select").all()
    for select, method in ((left, "SPAN x4"), (right, "Lanczos filter")):
        select.select_option(method)
    for side, method in (("input", "SPAN x4"), ("output", "Lanczos filter")):
        shown = box.locator(f".cd-figure--slider .cd-side--{side}")
        listed = box.locator(f'[data-cd-method="{method}"]')
        sources = [part.locator("img").get_attribute("src") for part in (shown, listed)]
        assert sources[0] == sources[1]
        assert method in shown.locator(".cd-label").inner_text()
    slider = box.locator(".cd-range")
    assert slider.get_attribute("aria-valuetext") == "50 % SPAN x4, 50 % Lanczos filter"
    right.select_option("Original")
    original = box.locator(".cd-figure--slider .cd-side--output img").get_attribute("src")
    assert original is not None
    assert original.endswith("/workflows/inputs/truth/cat.png")


def test_the_table_sorts_by_a_column(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}en/compare/")
    head = page.locator(".cd-measures th", has_text="FLIP")
    cells = ".cd-measures tbody tr > :nth-child(6)"
    for order, reverse in (("ascending", False), ("descending", True)):
        head.locator("button").click()
        assert head.get_attribute("aria-sort") == order
        values = [float(text) for text in page.locator(cells).all_inner_texts()]
        assert len(values) == 27
        assert values == sorted(values, reverse=reverse)
