"""Puts finished HTML in the place of inline elements, splitting the paragraph around it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from capdemo.errors import CapdemoError, InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from markdown import Markdown

HOLDERS = frozenset({"li", "td", "th", "dd", "blockquote", "div", "section", "details"})
"""Elements that may hold a block."""


def replace(
    markdown: Markdown, root: Element, render: Callable[[Element], str | None]
) -> list[CapdemoError]:
    """Replace each element for which `render` gives HTML; return every error it raised."""
    errors: list[CapdemoError] = []
    for parent in list(root.iter()):
        for child in list(parent):
            try:
                html = render(child)
                if html is not None:
                    _check_holder(parent, child, root)
                    _put(markdown, parent, child, html)
            except CapdemoError as error:
                errors.append(error)
    for parent in list(root.iter()):
        _split_paragraphs(parent)
    return errors


def _check_holder(parent: Element, child: Element, root: Element) -> None:
    if parent is root or parent.tag == "p" or parent.tag in HOLDERS:
        return
    name = child.get("src") or child.get("href")
    raise InputError(
        f"{name!r} stands inside <{parent.tag}>, where no figure fits.",
        hint="Give it a paragraph of its own.",
    )


def _put(markdown: Markdown, parent: Element, child: Element, html: str) -> None:
    holder = Element("p", {"capdemo": ""})
    # Stashed, so that no later processor rewrites the addresses in it.
    holder.text = markdown.htmlStash.store(html)
    holder.tail = child.tail
    parent[list(parent).index(child)] = holder


def _split_paragraphs(parent: Element) -> None:
    """Lift holders out of the paragraphs among a parent's children."""
    for child in list(parent):
        if child.tag == "p" and any("capdemo" in part.attrib for part in child):
            position = list(parent).index(child)
            parts = _parts(child)
            parts[-1].tail = child.tail
            parent.remove(child)
            for offset, part in enumerate(parts):
                parent.insert(position + offset, part)
    for child in parent:
        child.attrib.pop("capdemo", None)


def _parts(paragraph: Element) -> list[Element]:
    """The paragraph's pieces before, between and after the holders; empty pieces are dropped."""
    pieces = [Element("p", dict(paragraph.attrib))]
    pieces[0].text = paragraph.text
    for child in list(paragraph):
        if "capdemo" not in child.attrib:
            pieces[-1].append(child)
            continue
        after = Element("p")
        after.text, child.tail = child.tail, None
        pieces += [child, after]
    return [piece for piece in pieces if len(piece) or (piece.text or "").strip()]
