"""How much a reader has to load, against what this site allows itself; text as a server packs it.

The figures are those that Core Web Vitals and Lighthouse ask for on a slow telephone.
"""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from capdemo.errors import Problem
from capdemo.site.audit.pages import is_foreign

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from capdemo.site.audit.pages import Page, Shown

KB = 1024
SHELL = 80 * KB
"""Style sheets, scripts and the page's frame, without its content."""
OWN_SCRIPTS = 8 * KB
OWN_STYLES = 6 * KB
FIRST_VIEW = 250 * KB
FOUR_COMPARISONS = 900 * KB
DISPLAY_PICTURE = 120_000
"""Bytes, as `imaging.encode` keeps to it."""
FILM = 300 * KB

COLUMN = 930
"""Pixels of the content's column in a wide window, for which pictures are chosen."""

SEARCH_WORKER = "assets/javascripts/workers/search.*.js"
"""The theme starts it with every page; the index follows when somebody turns to the search."""

_COUNTED = 4
_OWN = re.compile(r"assets/[^/]+\.(js|css)")
_ARTICLE = re.compile(r"<article.*</article>", re.DOTALL)
_PICTURES = {".avif", ".webp", ".png", ".jpg"}


@dataclass(frozen=True, slots=True)
class Weights:
    """What one page weighs, in bytes on the wire."""

    page: str
    shell: int
    first_view: int
    comparisons: int
    """The page with its first four comparisons; 0 where it has fewer."""


def weighed(page: Page, site: Path) -> Weights:
    """Weigh a page, each file once."""
    html = (site / page.path).read_text(encoding="utf-8")
    assets = {page.target(address) for tag, address in page.loads if tag in {"link", "script"}}
    parts = sum(_wire(site / name) for name in assets if not is_foreign(name))
    shell = parts + _packed(_ARTICLE.sub("", html).encode())
    workers = sum(_wire(path) for path in site.glob(SEARCH_WORKER))
    base = parts + _packed(html.encode()) + workers
    first = sum(_picture(page, shown, site) for shown in page.shown if shown.is_eager)
    four = [index for pair in page.comparisons[:_COUNTED] for index in pair]
    compared = base + sum(_picture(page, page.shown[index], site) for index in four)
    has_four = len(page.comparisons) >= _COUNTED
    return Weights(page.path, shell, base + first, compared if has_four else 0)


def budget_problems(pages: Sequence[Page], site: Path) -> Iterator[Problem]:
    """Everything that is heavier than it may be."""
    for page in pages:
        weights = weighed(page, site)
        for what, size, limit in (
            ("shell", weights.shell, SHELL),
            ("first view", weights.first_view, FIRST_VIEW),
            ("page with four comparisons", weights.comparisons, FOUR_COMPARISONS),
        ):
            yield from _over(page.path, what, size, limit)
    for ending, limit in (("js", OWN_SCRIPTS), ("css", OWN_STYLES)):
        own = [path for path in sorted(site.glob(f"assets/*.{ending}")) if _is_own(path, site)]
        yield from _over("assets", f"own {ending}", sum(_wire(path) for path in own), limit)
    yield from _files_over(pages, site)


def _files_over(pages: Sequence[Page], site: Path) -> Iterator[Problem]:
    shown = {page.target(a) for page in pages for s in page.shown for a in _addresses(s)}
    films = {page.target(a) for page in pages for tag, a in page.loads if tag == "source"}
    for names, what, limit in ((shown, "picture", DISPLAY_PICTURE), (films, "film", FILM)):
        for name in sorted(names):
            path = site / name
            if path.is_file() and (what == "film" or path.suffix in _PICTURES):
                yield from _over(name, what, path.stat().st_size, limit)


def _over(file: str, what: str, size: int, limit: int) -> Iterator[Problem]:
    if size > limit:
        message = f"The {what} weighs {size / KB:.1f} KB, and may weigh {limit / KB:.1f} KB."
        yield Problem(file, None, None, "too_heavy", message)


def _picture(page: Page, shown: Shown, site: Path) -> int:
    """The copy that a wide window asks for, in the format that most browsers take."""
    copies = shown.copies.get("image/avif") or shown.copies[""]
    chosen = next((address for address, width in copies if width >= COLUMN), copies[-1][0])
    return 0 if is_foreign(chosen) else _wire(site / page.target(chosen))


def _addresses(shown: Shown) -> list[str]:
    return [a for copies in shown.copies.values() for a, _ in copies if not is_foreign(a)]


def _is_own(path: Path, site: Path) -> bool:
    return _OWN.fullmatch(path.relative_to(site).as_posix()) is not None


def _wire(path: Path) -> int:
    return _weight(path, path.stat().st_mtime_ns) if path.is_file() else 0


@lru_cache(maxsize=4096)
def _weight(path: Path, _modified: int) -> int:
    content = path.read_bytes()
    return len(content) if path.suffix in {*_PICTURES, ".mp4"} else _packed(content)


def _packed(content: bytes) -> int:
    return len(gzip.compress(content, mtime=0))
