"""What a page's front matter promises, held against the page; it never moves a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from capdemo.errors import InputError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from capdemo.site.place import Place

_HEADING = re.compile(r"^##[ \t]+(?P<text>.+?)[ \t]*#*(?P<attributes>[ \t]*\{[^}]*\})?[ \t]*$")
_LEVELS = ("h1", "h2", "h3", "h4", "h5", "h6")
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


def promote_title(lines: list[str], title: object) -> list[str]:
    """Make a page's first line its main heading where it is a second-level one equal to the title.

    The heading keeps the id that links lead to.
    """
    first = next((index for index, line in enumerate(lines) if line.strip()), None)
    match = None if first is None else _HEADING.match(lines[first])
    if first is None or match is None or _bare(match["text"]) != _bare(str(title or "")):
        return lines
    return [*lines[:first], lines[first][1:], *lines[first + 1 :]]


def close_heading_gaps(root: Element) -> None:
    """Move headings up where the page leaves out a level, keeping which is below which.

    Pages of the source style have their title at level 2 and go on at level 3; the title becomes
    level 1, and what stood right below it then stands at level 2.
    """
    above: list[tuple[int, int]] = []  # levels as written and as they become, outermost first
    for heading in root.iter():
        if heading.tag not in _LEVELS:
            continue
        written = _LEVELS.index(heading.tag) + 1
        while above and above[-1][0] >= written:
            above.pop()
        # A page without a heading of level 1 gets one from the theme.
        level = above[-1][1] + 1 if above else min(written, 2)
        heading.tag = _LEVELS[level - 1]
        above.append((written, level))


def _bare(text: str) -> str:
    return " ".join(re.sub(r"\\([^\w\s])", r"\1", text).replace("&amp;", "&").split()).casefold()
