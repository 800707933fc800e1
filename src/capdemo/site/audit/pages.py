"""What a built page refers to, read from its HTML."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

LOADED = {
    ("link", "href"),
    ("script", "src"),
    ("img", "src"),
    ("source", "src"),
    ("video", "src"),
    ("video", "poster"),
    ("iframe", "src"),
    ("embed", "src"),
    ("object", "data"),
}
"""Elements and attributes whose target a browser loads by itself."""

_FETCHED_LINKS = {"stylesheet", "icon", "preload", "modulepreload", "manifest", "shortcut"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture of a page, in all its copies."""

    copies: Mapping[str, Sequence[tuple[str, int]]]
    """By type (`image/avif`; empty for the `img` itself), the addresses with widths in pixels."""
    is_eager: bool
    has_size: bool


@dataclass(slots=True)
class Page:
    """One HTML file."""

    path: str
    """Under the site, with `/`."""
    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loads: list[tuple[str, str]] = field(default_factory=list)
    """Element and address of what is loaded, pictures but for those in `shown`."""
    shown: list[Shown] = field(default_factory=list)
    comparisons: list[list[int]] = field(default_factory=list)
    """For each, the places of its pictures in `shown`."""

    def target(self, address: str) -> str:
        """The path under the site that a relative address leads to."""
        path = unquote(urlsplit(address).path)
        if path.startswith("/"):
            return path.lstrip("/")
        joined = posixpath.normpath(posixpath.join(posixpath.dirname(self.path), path))
        if not path:
            return self.path
        is_folder = path.endswith(("/", "/..")) or path in {".", ".."}
        return posixpath.normpath(f"{joined}/index.html") if is_folder else joined


def read_pages(site: Path) -> list[Page]:
    """Every page of a site, sorted; the one for missing addresses has none of its own."""
    paths = sorted(path for path in site.rglob("*.html") if path.name != "404.html")
    return [_read(path, path.relative_to(site).as_posix()) for path in paths]


def is_foreign(address: str) -> bool:
    """Whether an address leads to another origin, or is none of a file."""
    parts = urlsplit(address)
    return bool(parts.scheme or parts.netloc)


def _read(path: Path, name: str) -> Page:
    reader = _Reader(Page(name))
    reader.feed(path.read_text(encoding="utf-8"))
    return reader.page


class _Reader(HTMLParser):
    """Collects addresses; looks at no text."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page
        self._sources: dict[str, list[tuple[str, int]]] = {}
        self._is_in_picture = False
        self._comparison: list[int] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what is of interest from each element."""
        found = {name: value or "" for name, value in attrs}
        if "id" in found:
            self.page.ids.add(found["id"])
        if tag == "a" and "href" in found:
            self.page.links.append(found["href"])
        elif tag == "picture":
            self._is_in_picture, self._sources = True, {}
        elif tag == "figure" and "cd-figure--slider" in found.get("class", ""):
            self._comparison = []
            self.page.comparisons.append(self._comparison)
        elif tag == "source" and self._is_in_picture:
            self._sources[found.get("type", "")] = _candidates(found.get("srcset", ""))
        elif tag == "img":
            self._image(found)
        else:
            self._load(tag, found)

    def handle_endtag(self, tag: str) -> None:
        """Leave pictures and figures."""
        if tag == "picture":
            self._is_in_picture, self._sources = False, {}
        elif tag == "figure":
            self._comparison = None

    def _image(self, found: Mapping[str, str]) -> None:
        own = {"": [(found.get("src", ""), 0)]}
        has_size = bool(found.get("width") and found.get("height"))
        eager = found.get("loading") != "lazy"
        if self._comparison is not None:
            self._comparison.append(len(self.page.shown))
        self.page.shown.append(Shown({**self._sources, **own}, eager, has_size))

    def _load(self, tag: str, found: Mapping[str, str]) -> None:
        if tag == "link" and not _FETCHED_LINKS & set(found.get("rel", "").split()):
            return
        for name, value in found.items():
            if (tag, name) in LOADED and value:
                self.page.loads.append((tag, value))


def _candidates(srcset: str) -> list[tuple[str, int]]:
    """The addresses of a `srcset` with their widths, narrowest first."""
    found = []
    for part in srcset.split(","):
        address, _, width = part.strip().partition(" ")
        digits = width.removesuffix("w")
        found.append((address, int(digits) if digits.isdigit() else 0))
    return sorted(found, key=lambda candidate: candidate[1])
