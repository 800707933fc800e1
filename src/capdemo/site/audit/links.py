"""Whether everything that a site's pages name is there, and nothing is asked of another origin."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from capdemo.errors import Problem
from capdemo.site.audit.pages import is_foreign

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from capdemo.site.audit.pages import Page

_FOREIGN_IN_STYLES = re.compile(r"(?:@import|url\()\s*[\"']?((?:https?:)?//[^\"')\s]+)")


def link_problems(pages: Sequence[Page], site: Path) -> Iterator[Problem]:
    """Dead links, anchors and downloads; pictures without a size; requests to other origins."""
    by_path = {page.path: page for page in pages}
    for page in pages:
        yield from _foreign(page)
        yield from _without_size(page)
        addresses = {*page.links, *(address for _, address in page.loads)}
        addresses |= {a for s in page.shown for copies in s.copies.values() for a, _ in copies}
        for address in sorted(addresses):
            if not is_foreign(address):
                yield from _dead(page, address, by_path, site)
    for path in sorted(site.glob("assets/**/*.css")):
        for found in _FOREIGN_IN_STYLES.findall(path.read_text(encoding="utf-8", errors="replace")):
            name = path.relative_to(site).as_posix()
            yield _problem(name, "other_origin", f"It asks another origin for {found}.")


def _foreign(page: Page) -> Iterator[Problem]:
    loaded = [address for _, address in page.loads]
    loaded += [a for s in page.shown for copies in s.copies.values() for a, _ in copies]
    for address in loaded:
        if is_foreign(address) and not address.startswith("data:"):
            message = f"It asks another origin for {address}."
            yield _problem(page.path, "other_origin", message)


def _without_size(page: Page) -> Iterator[Problem]:
    for shown in page.shown:
        address = shown.copies[""][0][0]
        if not shown.has_size and not address.startswith("data:"):
            message = f"The picture {address} has no width and height, so the page shifts."
            yield _problem(page.path, "no_size", message)


def _dead(page: Page, address: str, by_path: dict[str, Page], site: Path) -> Iterator[Problem]:
    target = page.target(address)
    if not (site / target).is_file():
        yield _problem(page.path, "dead_link", f"{address} leads to nothing.")
        return
    anchor = unquote(urlsplit(address).fragment)
    if anchor and target in by_path and anchor not in by_path[target].ids:
        yield _problem(page.path, "dead_anchor", f"{address} leads to no place of its page.")


def _problem(file: str, kind: str, message: str) -> Problem:
    return Problem(file, None, None, kind, message)
