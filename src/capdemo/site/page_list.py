"""A list of the pages in a page's own folder, so that nobody has to keep one by hand."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from capdemo.site.page_sources import read_pages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from capdemo.site.place import Place
    from capdemo.site.sources import Sources


def page_list(sources: Sources, place: Place, _stash: Callable[[str], str]) -> Iterator[str]:
    """Each of the other pages in the folder, by title, with its summary."""
    folder = posixpath.dirname(place.source)
    pages = [
        page
        for page in read_pages(sources.root / "docs", folder)
        if posixpath.dirname(page.source) == folder and page.source != place.source
    ]
    yield ""
    for page in sorted(pages, key=lambda page: page.title.casefold()):
        yield f"- [{page.title}](/{page.path}/): {page.summary}"
    yield ""
