"""Comparisons and films as a reader moves them: mouse, touch, keyboard, no script, print."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.site.pages_for_tests import MAIN, box_of, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser


def comparison(page: Page, number: int = 0) -> Locator:
    found = page.locator(".cd-figure--slider:not(:has(video))").nth(number)
    found.scroll_into_view_if_needed()
    return found


def tool(figure: Locator, does: str) -> Locator:
    return figure.locator(f"[data-cd-do={does}]")


def split_of(figure: Locator) -> str:
    frame = figure.locator(".cd-side--input .cd-frame")
    return str(frame.evaluate("frame => getComputedStyle(frame).clipPath"))


def boxes(figure: Locator) -> list[tuple[float, float, float, float]]:
    """Where both pictures lie."""
    return [box_of(image) for image in figure.locator("img").all()]


def drag(page: Page, figure: Locator, by: tuple[int, int], start: float = 0.25) -> None:
    x, y, width, height = box_of(figure.locator(".cd-sides"))
    page.mouse.move(x + width * start, y + height / 2)
    page.mouse.down()
    page.mouse.move(x + width * start + by[0], y + height / 2 + by[1], steps=4)
    page.mouse.up()


def test_the_slider_moves_by_keyboard_and_mouse(browser: Browser, address: str) -> None:
    page = opened(browser, address + MAIN)
    figure = comparison(page)
    slider = page.get_by_role("slider").first
    assert (slider.get_attribute("aria-label") or "").startswith("Compare Input with ESRGAN")
    assert "50%" in split_of(figure)
    slider.focus()
    page.keyboard.press("End")
    assert slider.input_value() == "100"
    assert slider.get_attribute("aria-valuetext") == "100 % Input, 0 % ESRGAN (RealSR DF2K)"
    assert split_of(figure).startswith("inset(0px 0% 0px 0px")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert slider.input_value() == "1"
    x, y, width, height = box_of(slider)
    page.mouse.click(x + width * 0.75, y + height / 2)
    assert 72 <= int(slider.input_value()) <= 78


def test_the_slider_moves_by_touch(browser: Browser, address: str) -> None:
    page = opened(browser, address + MAIN, 390, has_touch=True, is_mobile=True)
    figure = comparison(page)
    slider = figure.get_by_role("slider")
    x, y, width, height = box_of(slider)
    page.touchscreen.tap(x + width * 0.2, y + height / 2)
    assert 12 <= int(slider.input_value()) <= 24
    finger = page.context.new_cdp_session(page)
    points = [(x + width * part, y + height / 2) for part in (0.2, 0.5, 0.8)]
    for kind, where in (("Start", points[0]), ("Move", points[1]), ("Move", points[2])):
        touch = [{"x": where[0], "y": where[1]}]
        finger.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": touch})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert 76 <= int(slider.input_value()) <= 88


def test_both_pictures_lie_on_each_other(browser: Browser, address: str) -> None:
    page = opened(browser, address + MAIN)
    for number in range(page.locator(".cd-figure--slider:not(:has(video))").count()):
        before, after = boxes(comparison(page, number))
        assert before == after
        assert before[2] > 500


@pytest.mark.parametrize("width", [390, 1280])
def test_zoom_shows_every_pixel_of_both(browser: Browser, address: str, width: int) -> None:
    page = opened(browser, address + MAIN, width)
    figure = comparison(page)
    fitting = boxes(figure)
    tool(figure, "full").click()
    assert tool(figure, "full").inner_text() == "Fit"
    before, after = boxes(figure)
    assert before == after
    assert after[2:] == (1024, 768), "one pixel on one"
    page.wait_for_load_state("networkidle")
    image = figure.locator("img").last
    page.wait_for_function(
        "image => image.currentSrc && image.complete", arg=image.element_handle()
    )
    shown = image.evaluate("image => [image.currentSrc, image.naturalWidth / image.sizes.length]")
    wide = page.locator(".cd-figure--slider source[type='image/avif']").nth(1)
    assert shown[0].rpartition("/")[2] in (wide.get_attribute("srcset") or "").split(", ")[-1]
    tool(figure, "full").click()
    assert boxes(figure) == fitting


def test_a_drag_moves_both_and_not_past_an_edge(browser: Browser, address: str) -> None:
    page = opened(browser, address + MAIN)
    figure = comparison(page)
    tool(figure, "full").click()
    slider = figure.get_by_role("slider")
    old = boxes(figure)[0]
    drag(page, figure, (-30, -20))
    before, after = boxes(figure)
    assert before == after
    assert (after[0], after[1]) == (old[0] - 30, old[1] - 20)
    assert slider.input_value() == "50", "what is zoomed is moved, not compared"
    frame = box_of(figure.locator(".cd-frame").last)
    drag(page, figure, (400, 300))
    assert boxes(figure)[0][:2] == frame[:2]
    drag(page, figure, (-150, 0), start=0.5)
    # The handle still compares.
    page.wait_for_function("range => Math.abs(range.value - 34) < 5", arg=slider.element_handle())


def test_keys_zoom_and_move(browser: Browser, address: str) -> None:
    page = opened(browser, address + MAIN)
    figure = comparison(page)
    width = boxes(figure)[0][2]
    figure.get_by_role("slider").focus()
    page.keyboard.press("+")
    page.keyboard.press("+")
    assert boxes(figure)[0][2] == pytest.approx(width * 1.25**2, abs=2)
    left = boxes(figure)[0][0]
    page.keyboard.press("Shift+ArrowRight")
    before, after = boxes(figure)
    assert before == after
    assert left - after[0] == pytest.approx(width / 10, abs=2)
    page.keyboard.press("ArrowRight")
    assert figure.get_by_role("slider").input_value() == "51"
    page.keyboard.press("-")
    assert boxes(figure)[0][2] == pytest.approx(width * 1.25, abs=2)
    page.keyboard.press("0")
    page.keyboard.press("1")
    assert boxes(figure)[0][2] == 1024
    tool(figure, "full").focus()
    top = boxes(figure)[0][1]
    page.keyboard.press("ArrowUp")
    assert boxes(figure)[0][1] > top


def test_two_fingers_zoom_what_is_zoomed(browser: Browser, address: str) -> None:
    page = opened(browser, address + MAIN, 390, has_touch=True, is_mobile=True)
    figure = comparison(page)
    tool(figure, "both").tap()
    tool(figure, "full").tap()
    frame = figure.locator(".cd-frame").last
    frame.scroll_into_view_if_needed()
    x, y, width, height = box_of(frame)
    old = boxes(figure)[0][2]
    finger = page.context.new_cdp_session(page)
    for kind, apart in (("Start", 40), ("Move", 60), ("Move", 80)):
        touch = [{"x": x + width / 2 + side * apart, "y": y + height / 2} for side in (-1, 1)]
        points = [{**point, "id": number} for number, point in enumerate(touch)]
        finger.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    before, after = boxes(figure)
    assert before[2:] == after[2:]
    assert after[2] == pytest.approx(old * 2, rel=0.05)


@pytest.mark.parametrize("width", [390, 1280])
def test_side_by_side_shows_both_whole(browser: Browser, address: str, width: int) -> None:
    page = opened(browser, address + MAIN, width)
    figure = comparison(page)
    tool(figure, "both").click()
    assert tool(figure, "both").get_attribute("aria-pressed") == "true"
    assert figure.get_by_role("slider").count() == 0
    assert split_of(figure) == "none"
    before, after = boxes(figure)
    if width == 390:
        assert before[1] + before[3] <= after[1], "one above the other"
    else:
        assert before[0] + before[2] <= after[0], "one beside the other"
    tool(figure, "full").click()
    drag(page, figure, (-20, 0))
    before, after = boxes(figure)
    frames = [box_of(frame) for frame in figure.locator(".cd-frame").all()]
    assert before[0] - frames[0][0] == after[0] - frames[1][0] < 0
    assert before[2:] == after[2:] == (1024, 768)


def test_a_dialog_enlarges_takes_the_focus_and_gives_it_back(
    browser: Browser, address: str
) -> None:
    page = opened(browser, address + MAIN, 1280)
    figure = comparison(page, 1)
    figure.get_by_role("slider").fill("20")
    opener = tool(figure, "open")
    place = box_of(figure)
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Real-ESRGAN x4plus")
    dialog.wait_for()
    assert dialog.get_by_role("button", name="Close").evaluate("b => b === document.activeElement")
    assert dialog.get_by_role("slider").input_value() == "20"
    assert dialog.get_by_role("button", name="Enlarge").count() == 0
    tool(dialog, "full").click()
    before, after = (box_of(image) for image in dialog.locator("img").all())
    assert before == after
    assert after[2] > box_of(dialog.locator(".cd-sides"))[2]
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
    for _ in range(9):  # the focus stays inside, but for the browser's own bar
        page.keyboard.press("Tab")
        inside = "document.activeElement.closest('dialog, body').tagName"
        assert page.evaluate(inside) == "DIALOG" or page.evaluate(
            "document.activeElement === document.body"
        )
    page.keyboard.press("Escape")
    assert page.get_by_role("dialog", name="Real-ESRGAN x4plus").count() == 0
    assert opener.evaluate("button => button === document.activeElement")
    assert box_of(figure) == place, "nothing moved behind it"
    assert page.locator("dialog figure").count() == 0


def test_without_javascript_both_pictures_are_there(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + MAIN)
    figure = page.locator(".cd-figure--slider").first
    assert figure.locator(".cd-range").is_hidden()
    before, after = boxes(figure)
    assert before[0] + before[2] <= after[0] or before[1] + before[3] <= after[1]
    for button in ("Copy JSON", "1:1", "Enlarge", "Side by side", "Play"):
        assert page.get_by_role("button", name=button).count() == 0, "it could do nothing"
    link = page.get_by_role("link", name="Real-ESRGAN.json", exact=True)
    assert (link.get_attribute("href") or "").endswith("/upscale-restoration/Real-ESRGAN.json")
    for film in page.locator("video").all():
        assert film.get_attribute("controls") is not None


def test_in_print_both_pictures_are_there(browser: Browser, address: str) -> None:
    page = opened(browser, address + MAIN)
    figure = comparison(page)
    tool(figure, "full").click()
    page.emulate_media(media="print")
    assert split_of(figure) == "none"
    assert figure.locator(".cd-range").is_hidden()
    assert figure.locator(".cd-tools").is_hidden()
    before, after = boxes(figure)
    assert before[1] + before[3] <= after[1]
    assert before[2] <= box_of(figure)[2], "not enlarged on paper"


def time_of(film: Locator) -> float:
    return float(film.evaluate("film => film.currentTime"))


def test_films_run_together_and_stop(browser: Browser, address: str) -> None:
    page = opened(browser, address + MAIN)
    figure = page.locator(".cd-figure:has(video)").first
    before, after = figure.locator("video").all()
    assert time_of(after) == 0
    figure.scroll_into_view_if_needed()
    both = [before.element_handle(), after.element_handle()]
    page.wait_for_function(
        "films => films[1].currentTime > 0.3 &&"
        " Math.abs(films[0].currentTime - films[1].currentTime) < 0.12",
        arg=both,
    )
    assert after.evaluate("film => film.controls") is False
    before.evaluate("film => { film.currentTime = (film.currentTime + 0.9) % 1.7 }")
    page.wait_for_function(
        "films => films[1].currentTime > 0.3 &&"
        " Math.abs(films[0].currentTime - films[1].currentTime) < 0.12",
        arg=both,
    )
    tool(figure, "play").click()
    figure.get_by_role("button", name="Play", exact=True).wait_for()
    page.wait_for_function(
        "films => films.every(film => film.paused && !film.seeking) &&"
        " Math.abs(films[0].currentTime - films[1].currentTime) < 0.002",
        arg=both,
    )
    page.evaluate("scrollTo(0, 0)")
    figure.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    assert after.evaluate("film => film.paused"), "stopped is stopped"


def test_films_wait_where_motion_is_unwanted(browser: Browser, address: str) -> None:
    page = opened(browser, address + MAIN, reduced_motion="reduce")
    figure = page.locator(".cd-figure:has(video)").first
    figure.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    film = figure.locator("video").last
    assert time_of(film) == 0
    still = figure.locator("img").last.element_handle()
    page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=still)
    tool(figure, "play").click()
    page.wait_for_function("film => film.currentTime > 0.1", arg=film.element_handle())
    figure.get_by_role("button", name="Pause", exact=True).wait_for()
