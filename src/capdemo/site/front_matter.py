"""What a page's front matter promises, held against the page; it never moves a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from capdemo.errors import InputError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from capdemo.site.place import Place

_FIELD = re.compile(r"\{\{\s*(?:page\.)?(?P<name>\w+)\s*\}\}")


def check_address(place: Place) -> list[InputError]:
    """Compare `permalink` and `slug`, where given, with the address that the page has.

    A permalink may hold other fields: `/{{ lang }}/{{ section }}/{{ slug }}/`.
    """
    errors = []
    permalink, slug = place.meta.get("permalink"), place.meta.get("slug")
    if isinstance(permalink, str):
        promised = _FIELD.sub(lambda match: str(place.meta.get(match["name"], "")), permalink)
        if promised.strip("/") != place.url.strip("/"):
            errors.append(
                InputError(
                    f"The permalink is {promised!r}, but the page's address is '/{place.url}'.",
                    hint="Move the file, or correct the front matter.",
                )
            )
    if isinstance(slug, str) and slug.strip("/") != place.url.strip("/").rpartition("/")[2]:
        errors.append(
            InputError(
                f"The slug is {slug!r}, but the page's address is '/{place.url}'.",
                hint="Rename the file, or correct the front matter.",
            )
        )
    return errors


def promote_title(root: Element, title: object) -> None:
    """Make a page's first heading its main one where it is of level 2 and equal to the title.

    It keeps the id that links lead to. Where no heading of level 2 is left, the others move up by
    one level too, so that no level is missing.
    """
    first = root[0] if len(root) else None
    if first is None or first.tag != "h2" or not isinstance(title, str):
        return
    if _bare("".join(first.itertext())) != _bare(title):
        return
    first.tag = "h1"
    headings = [element for element in root.iter() if element.tag in _MOVABLE]
    if not any(heading.tag == "h2" for heading in headings):
        for heading in headings:
            heading.tag = f"h{int(heading.tag[1]) - 1}"


_MOVABLE = frozenset({"h2", "h3", "h4", "h5", "h6"})


def _bare(text: str) -> str:
    return " ".join(text.replace("&amp;", "&").split()).casefold()
