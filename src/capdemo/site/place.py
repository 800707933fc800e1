"""Where a page is in its site; asks the site generator that is running, whichever it is."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markdown import Markdown


@dataclass(frozen=True, slots=True)
class Place:
    """One page: its file, its address and its front matter."""

    source: str = ""
    """Path of the Markdown file under `docs/`, with `/`."""
    url: str = ""
    """Path of the page under the site's root: `en/faq/`."""
    meta: Mapping[str, object] = field(default_factory=dict)
    rewritten: bool = False
    """Whether the generator takes relative links as those between source files, and moves them."""

    def relative(self, target: str) -> str:
        """The relative URL, for an `href`, a `src` or a `srcset`, to a path under the root."""
        start = posixpath.dirname(self.source if self.rewritten else self.url)
        return quote(posixpath.relpath(target, start or "."))

    def page(self, target: str) -> str:
        """The relative URL of another page, by its path without `.md`."""
        return f"{self.relative(target)}/"

    def relative_source(self, target: str) -> str:
        """The relative path from this page's file to another file under `docs/`.

        The generator turns it into a URL, and says so where there is no such page or anchor.
        """
        return quote(posixpath.relpath(target, posixpath.dirname(self.source) or "."))


def place_of(markdown: Markdown) -> Place:
    """The page that is being converted; outside a site generator a page at the root.

    MkDocs and ProperDocs leave the file on their link processor, Zensical leaves the page on a
    preprocessor of its own.
    """
    if "relpath" in markdown.treeprocessors:
        file = getattr(markdown.treeprocessors["relpath"], "file", None)
        if file is not None:
            return Place(file.src_uri, file.url, getattr(file.page, "meta", None) or {})
    if "rendering_context" in markdown.preprocessors:
        page = getattr(markdown.preprocessors["rendering_context"], "page", None)
        if page is not None:
            return Place(page.path, page.url.lstrip("/"), page.meta, rewritten=True)
    return Place()
