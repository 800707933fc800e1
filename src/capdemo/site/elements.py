"""HTML elements from nested calls; text and attributes are escaped by the serialiser."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, tostring

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

EXCLUDED = "section"
"""The tag of a block with `data-search-exclude`. The search believes a block's first closing tag of
the same name to be its own, so nothing else here is called so."""


def element(
    tag: str, attributes: Mapping[str, str] | None = None, *children: Element | str | None
) -> Element:
    """An element with children; text may stand between elements, None is left out."""
    made = Element(tag, dict(attributes or {}))
    for child in children:
        if isinstance(child, Element):
            made.append(child)
        elif child and len(made):
            made[-1].tail = (made[-1].tail or "") + child
        elif child:
            made.text = (made.text or "") + child
    return made


def facts_list(name: str, facts: Iterable[tuple[str, Element | str]]) -> Element:
    """Terms and what is said of them, as a `<dl>`."""
    pairs = [
        element("div", {}, element("dt", {}, term), element("dd", {}, value))
        for term, value in facts
    ]
    return element("dl", {"class": f"cd-facts {name}"}, *pairs)


def to_html(made: Element) -> str:
    """The element as HTML."""
    return tostring(made, encoding="unicode", method="html")
