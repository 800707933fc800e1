"""The Python-Markdown extension: a page's text, the lock and the workflows in, HTML out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from markdown import Extension
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

from capdemo.errors import CapdemoError, InputError
from capdemo.site.card import PREFIX, card
from capdemo.site.comparison import ADDRESS, comparison
from capdemo.site.elements import to_html
from capdemo.site.figure import figure
from capdemo.site.front_matter import check_address, close_heading_gaps, promote_title
from capdemo.site.generated import with_generated
from capdemo.site.links import relative_link
from capdemo.site.lists import normalise_lists
from capdemo.site.place import place_of
from capdemo.site.references import picture_line
from capdemo.site.replacements import replace
from capdemo.site.sources import read_sources

if TYPE_CHECKING:
    from collections.abc import Sequence
    from xml.etree.ElementTree import Element

    from markdown import Markdown

    from capdemo.site.place import Place
    from capdemo.site.sources import Sources

TREE_PRIORITY = 7.9
"""After `attr_list` (8), whose attributes are read; before what rewrites images and links."""

SOURCE_PRIORITY = 27
"""After line ends and tabs are normalised (30); before fences are taken out of the text (25)."""

FIRST_VIEW = 5
"""Blocks of a page among which a figure is loaded at once; below them, when it comes into view."""


class CapdemoExtension(Extension):
    """Source-style pages: picture lines, workflow links, lists, links between pages."""

    def __init__(self, **options: Any) -> None:
        self.config = {
            "root": [".", "The guide's folder: it holds docs/ and workflows/"],
            "states": [{}, "From example to [state, [reasons]], as `capdemo status` has them"],
        }
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802  # the name is Markdown's
        """Register the processors, and the two extensions without which they cannot work."""
        md.registerExtensions(["attr_list", "sane_lists"], {})
        root = Path(self.getConfig("root"))
        states = {
            name: (state, tuple(reasons))
            for name, (state, reasons) in self.getConfig("states").items()
        }
        sources = read_sources(root, states)
        md.preprocessors.register(_SourceStyle(md, sources), "capdemo_source", SOURCE_PRIORITY)
        md.treeprocessors.register(_Parts(md, sources), "capdemo_parts", TREE_PRIORITY)


class _SourceStyle(Preprocessor):
    """The page's text as Python-Markdown needs it."""

    def __init__(self, md: Markdown, sources: Sources) -> None:
        super().__init__(md)
        self._sources = sources

    def run(self, lines: list[str]) -> list[str]:
        place = place_of(self.md)
        titled = promote_title(lines, place.meta.get("title"))
        stash = self.md.htmlStash.store
        return with_generated(normalise_lists(titled), self._sources, place, stash)


class _Parts(Treeprocessor):
    """Figures, cards and links in a page."""

    def __init__(self, md: Markdown, sources: Sources) -> None:
        super().__init__(md)
        self._sources = sources

    def run(self, root: Element) -> None:
        place = place_of(self.md)
        close_heading_gaps(root)
        rendering = _Rendering(self._sources, place, root)
        errors: list[CapdemoError] = [
            *check_address(place),
            *replace(self.md, root, rendering.part),
        ]
        if errors:
            raise _together(errors, place)
        rendering.links(self.md, root)


class _Rendering:
    """One page's parts in order; knows whether the first figure is done."""

    def __init__(self, sources: Sources, place: Place, root: Element) -> None:
        self._sources = sources
        self._place = place
        self._figures = 0
        self._in_view = {part for block in list(root)[:FIRST_VIEW] for part in block.iter()}

    def _is_first(self, part: Element) -> bool:
        """Count a figure; whether it is the page's first, and readers see it without scrolling."""
        self._figures += 1
        return self._figures == 1 and part in self._in_view

    def part(self, candidate: Element) -> str | None:
        """The HTML of a figure, a card or a comparison, or None for any other element."""
        if candidate.tag == "img":
            return self._figure(candidate)
        if candidate.tag != "a" or candidate.text or len(candidate):
            return None
        href = candidate.get("href", "")
        if href.startswith(PREFIX):
            return to_html(card(href, self._sources, self._place))
        if href == ADDRESS or href.startswith(f"{ADDRESS}/"):
            return self._comparison(candidate, href)
        return None

    def _comparison(self, candidate: Element, address: str) -> str:
        first = address != ADDRESS and self._is_first(candidate)
        return to_html(comparison(address, self._sources, self._place, first=first))

    def _figure(self, image: Element) -> str | None:
        line = picture_line(image.attrib, self._sources.examples, self._sources.keys)
        if line is None:
            return None
        first = self._is_first(image)
        return to_html(figure(line, self._sources, self._place, first=first))

    def links(self, markdown: Markdown, root: Element) -> None:
        """Make the page's own links from the site's root relative."""
        for parent in list(root.iter()):
            for link in [child for child in parent if child.tag == "a"]:
                href = link.get("href", "")
                relative = relative_link(href, self._place, self._sources.root / "docs")
                if relative is not None:
                    link.set("href", relative)
                elif href.startswith(PREFIX):
                    _stash_link(
                        markdown, parent, link, self._place.relative(unquote(href).lstrip("/"))
                    )


def _together(errors: Sequence[CapdemoError], place: Place) -> InputError:
    """Everything that is wrong with a page, in one error."""
    return InputError("\n".join(map(str, errors)), where=f"docs/{place.source}")


def _stash_link(markdown: Markdown, parent: Element, link: Element, address: str) -> None:
    """Put a link to a download out of reach of the site generator, which knows only pages."""
    link.set("href", address)
    tail, link.tail = link.tail or "", None
    text = markdown.htmlStash.store(to_html(link)) + tail
    position = list(parent).index(link)
    parent.remove(link)
    if position:
        before = parent[position - 1]
        before.tail = (before.tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def makeExtension(**options: Any) -> CapdemoExtension:  # noqa: N802  # the name is Markdown's
    """What Python-Markdown calls where the extension is listed as `capdemo.site.extension`."""
    return CapdemoExtension(**options)
