"""Links that begin at the site's root, made relative, so that a site works under any path."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from pathlib import Path

    from capdemo.site.place import Place

_PAGE = re.compile(r"^/(?P<path>[a-z]{2}(?:-[a-z]+)?(?:/[^/?#]+)*)/?$")
"""A page: a language, then sections and a slug."""


def relative_link(href: str, place: Place, docs: Path) -> str | None:
    """The relative form of a link to a page; None for any other link.

    It leads to the page's file, existing or not: the site generator makes a URL of it and reports
    a missing page or anchor, as an error in strict builds.
    """
    parts = urlsplit(href)
    match = _PAGE.match(unquote(parts.path))
    if parts.scheme or parts.netloc or match is None:
        return None
    path = match["path"]
    source = f"{path}/index.md" if (docs / path / "index.md").is_file() else f"{path}.md"
    anchor = f"#{parts.fragment}" if parts.fragment else ""
    return place.relative_source(source) + anchor
