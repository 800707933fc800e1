"""How wide text is, without a font: estimates that rather err on the wide side."""

from __future__ import annotations

import re
import unicodedata

_NARROW = frozenset("iljtfrI.,:;'|!()[]{}/\\` ")
_WIDE = frozenset("mwMW@%")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")


def width_of(text: str, size: float) -> float:
    """Pixels that a text takes in a sans-serif font of that size."""
    return size * sum(_width(character) for character in text)


def fitted(text: str, size: float, width: float) -> str:
    """The text, or as much of it as fits, with an ellipsis."""
    if width_of(text, size) <= width:
        return text
    room, kept = width - size * _width("\N{HORIZONTAL ELLIPSIS}"), ""
    for character in text:
        room -= size * _width(character)
        if room < 0:
            break
        kept += character
    return f"{kept.rstrip()}\N{HORIZONTAL ELLIPSIS}"


def wrapped(text: str, size: float, width: float, limit: int) -> tuple[str, ...]:
    """The text in lines that fit, at most `limit` of them; the last then ends in an ellipsis."""
    lines: list[str] = []
    for paragraph in text.splitlines():
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}".strip()
            if line and width_of(longer, size) > width:
                lines.append(line)
                longer = word
            line = fitted(longer, size, width)
        lines.append(line)
        if len(lines) > limit:
            break
    while lines and not lines[-1]:
        lines.pop()
    if len(lines) <= limit:
        return tuple(lines)
    return (*lines[: limit - 1], fitted(f"{lines[limit - 1]} \N{HORIZONTAL ELLIPSIS}", size, width))


def printable(text: str) -> str:
    """The text without what XML cannot hold, in one line."""
    return " ".join(_UNPRINTABLE.sub(" ", text).split())


def _width(character: str) -> float:
    if character in _NARROW:
        return 0.36
    if character in _WIDE:
        return 0.88
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    return 0.7 if character.isupper() else 0.61
