"""Draws a comparison as one picture with words, for the previews that other sites make of links."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import PIL.ImageOps

if TYPE_CHECKING:
    from pathlib import Path

_MARGIN = 36
_TITLE, _LABEL = 54, 26
"""Heights of letters in pixels; the font is the one that Pillow carries, so none is fetched."""

_INK, _PAPER = (16, 20, 24), (255, 255, 255)
_STRIP = 132
_QUALITY = 84


@dataclass(frozen=True, slots=True)
class Side:
    """One picture of the comparison, and the few words under it on the page."""

    picture: PIL.Image.Image
    label: str


def read(path: Path) -> PIL.Image.Image:
    """A picture that the guide itself has written, as RGB."""
    with PIL.Image.open(path) as picture:
        return picture.convert("RGB")


def draw_share_card(sides: tuple[Side, ...], title: str, name: str, size: tuple[int, int]) -> bytes:
    """A JPEG: two sides lie on each other with a divider in the middle, above a strip of words.

    One side fills the whole picture. `name` is the guide's.
    """
    width, height = size
    card = PIL.Image.new("RGB", size, _INK)
    shown = (width, height - _STRIP)
    covers = [PIL.ImageOps.fit(s.picture, shown, _FILTER) for s in sides]
    card.paste(covers[-1], (0, 0))
    pen = PIL.ImageDraw.Draw(card)
    if len(sides) > 1:
        card.paste(covers[0].crop((0, 0, width // 2, shown[1])), (0, 0))
        _divide(pen, width // 2, shown[1])
        _label(pen, sides[0].label, (_MARGIN, _MARGIN), "la")
    _label(pen, sides[-1].label, (width - _MARGIN, _MARGIN), "ra")
    middle = height - _STRIP // 2
    pen.text((_MARGIN, middle), title, _PAPER, _font(_fitting(title, width)), anchor="lm")
    pen.text((width - _MARGIN, middle), name, (160, 172, 182), _font(_LABEL), anchor="rm")
    content = io.BytesIO()
    card.save(content, "JPEG", quality=_QUALITY, optimize=True)
    return content.getvalue()


_FILTER = PIL.Image.Resampling.BICUBIC


def _font(size: int) -> PIL.ImageFont.FreeTypeFont | PIL.ImageFont.ImageFont:
    return PIL.ImageFont.load_default(size)


def _fitting(title: str, width: int) -> int:
    """A height of letters at which the title leaves room for the guide's name."""
    size = _TITLE
    while size > _LABEL and _font(size).getlength(title) > width - 8 * _MARGIN:
        size -= 2
    return size


def _divide(pen: PIL.ImageDraw.ImageDraw, x: int, height: int) -> None:
    middle, radius = height // 2, 30
    pen.rectangle((x - 2, 0, x + 1, height), _PAPER)
    pen.ellipse((x - radius, middle - radius, x + radius, middle + radius), _PAPER)
    for sign in (-1, 1):
        tip, base = x + sign * 20, x + sign * 7
        pen.polygon([(tip, middle), (base, middle - 11), (base, middle + 11)], _INK)


def _label(pen: PIL.ImageDraw.ImageDraw, text: str, place: tuple[int, int], anchor: str) -> None:
    font = _font(_LABEL)
    left, top, right, bottom = pen.textbbox(place, text, font, anchor=anchor)
    pen.rounded_rectangle((left - 14, top - 10, right + 14, bottom + 12), 20, _INK)
    pen.text(place, text, _PAPER, font, anchor=anchor)
