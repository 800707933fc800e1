"""The guide's pages as files: front matter, text, and where each workflow's card stands."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import yaml
from markdown.extensions.toc import slugify

from capdemo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<meta>.*?)^---[ \t]*\n", re.DOTALL | re.MULTILINE)
FENCE = re.compile(r"^ *(?:```|~~~)")
"""A line that begins or ends a block of code."""

_HEADING = re.compile(r"^#{1,6}[ \t]+(?P<text>.+?)[ \t]*#*(?:\{#(?P<id>[^\s}]+)[^}]*\})?[ \t]*$")
_CARD = re.compile(r"\[\]\(/workflows/(?P<path>[^)]+\.json)\)")


@dataclass(frozen=True, slots=True)
class PageSource:
    """One Markdown page."""

    source: str
    """Its path under `docs/`, with `/`."""
    meta: Mapping[str, object] = field(default_factory=dict)
    text: str = ""
    """Below the front matter."""

    @property
    def path(self) -> str:
        """Of the page under the site's root, without `/` at its end: `en/reference/nodes`."""
        path = self.source.removesuffix(".md")
        return posixpath.dirname(path) if posixpath.basename(path) == "index" else path

    @property
    def title(self) -> str:
        """From the front matter, else the file's name."""
        return str(self.meta.get("title") or posixpath.basename(self.path))

    @property
    def summary(self) -> str:
        """From the front matter; may be empty."""
        return str(self.meta.get("summary") or "")


@dataclass(frozen=True, slots=True)
class Stand:
    """A section of a page."""

    page: PageSource
    anchor: str
    """Without `#`; empty before the first heading."""


def read_pages(docs: Path, folder: str = "") -> tuple[PageSource, ...]:
    """The pages under a folder of `docs` such as `en`, or all pages, in order of path."""
    return tuple(_read_page(path, docs) for path in sorted((docs / folder).rglob("*.md")))


def stands_of(pages: Iterable[PageSource]) -> dict[str, Stand]:
    """From a workflow's path under `workflows/` to the first place where its card stands."""
    found: dict[str, Stand] = {}
    for page in pages:
        for workflow, anchor in _cards(page.text):
            found.setdefault(workflow, Stand(page, anchor))
    return found


def lines_outside_code(text: str) -> Iterator[str]:
    """The lines of a Markdown text that stand in no fenced block."""
    fenced = False
    for line in text.splitlines():
        if FENCE.match(line):
            fenced = not fenced
        elif not fenced:
            yield line


def _cards(text: str) -> Iterator[tuple[str, str]]:
    anchor, seen = "", set[str]()
    for line in lines_outside_code(text):
        if heading := _HEADING.match(line):
            anchor = _unique(heading["id"] or slugify(heading["text"].strip(), "-"), seen)
        for card in _CARD.finditer(line):
            yield card["path"], anchor


def _unique(anchor: str, seen: set[str]) -> str:
    """As Python-Markdown numbers headings that are equal."""
    number, tried = 0, anchor
    while tried in seen:
        number += 1
        tried = f"{anchor}_{number}"
    seen.add(tried)
    return tried


def _read_page(path: Path, docs: Path) -> PageSource:
    source = path.relative_to(docs).as_posix()
    text = path.read_text(encoding="utf-8-sig")
    match = _FRONT_MATTER.match(text)
    if match is None:
        return PageSource(source, text=text)
    try:
        meta = yaml.safe_load(match["meta"])
    except yaml.YAMLError as error:
        raise InputError(
            f"The front matter is not YAML: {error}.", where=f"docs/{source}"
        ) from error
    return PageSource(source, meta if isinstance(meta, dict) else {}, text[match.end() :])
