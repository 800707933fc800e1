"""A page's language, its menu in that language, and the same page in the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs.structure.nav import Navigation, Section
from mkdocs.structure.pages import Page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mkdocs.structure import StructureItem
    from mkdocs.structure.files import Files

NAMES: Mapping[str, str] = {"en": "English", "ja": "日本語"}
"""The languages of the guide, each by its own name; a folder of `docs/` and a part of the menu."""

DEFAULT = "en"


def language_of(source: str) -> str:
    """The language of a file under `docs/`."""
    folder = source.partition("/")[0]
    return folder if folder in NAMES else DEFAULT


def menu_of(nav: Navigation, language: str) -> Navigation:
    """The part of the menu that is in a language.

    In `mkdocs.yml` each language but the first stands in a section that carries its name.
    """
    own = [item for item in nav.items if item.title == NAMES[language]]
    if own and isinstance(own[0], Section):
        items: Sequence[StructureItem] = own[0].children
    else:
        others = set(NAMES.values())
        items = [item for item in nav.items if item.title not in others]
    pages = list(_pages(items))
    menu = Navigation(list(items), pages)
    home = next((page for page in pages if page.file.src_uri == f"{language}/index.md"), None)
    menu.homepage = home or nav.homepage
    return menu


def translations(source: str, files: Files) -> list[tuple[str, str]]:
    """The languages in which a page exists and its address in each; empty where it is the only."""
    _, _, rest = source.partition("/")
    found = [(lang, files.get_file_from_path(f"{lang}/{rest}")) for lang in NAMES]
    there = [(lang, file.url) for lang, file in found if file is not None]
    return there if len(there) > 1 and rest else []


def _pages(items: Sequence[StructureItem]) -> Iterator[Page]:
    for item in items:
        if isinstance(item, Page):
            yield item
        elif isinstance(item, Section):
            yield from _pages(item.children)
