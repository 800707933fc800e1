"""Opening pages of the repository's site so that anything odd fails the test."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Locator, Page

MAIN = "en/ai-capabilities/upscale-restoration/"


def opened(
    browser: Browser, address: str, width: int = 1280, scheme: str = "light", **more: object
) -> Page:
    """A page that fails its test where the console shows an error or another origin is asked."""
    size = {"width": width, "height": 900}
    context = browser.new_context(viewport=size, color_scheme=scheme, **more)  # type: ignore[arg-type]  # literals
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
    """The addresses of a site's English pages."""
    return sorted(
        path.parent.relative_to(site).as_posix() + "/" for path in site.glob("en/**/index.html")
    )


def box_of(part: Locator) -> tuple[float, float, float, float]:
    """Left, top, width and height on the screen, in whole pixels."""
    box = part.bounding_box()
    assert box is not None
    return round(box["x"]), round(box["y"]), round(box["width"]), round(box["height"])
