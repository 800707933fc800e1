"""Workflows in EXIF tags, where ComfyUI writes texts of the form `workflow:{...}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.workflow.embedded.bounds import KEYS, cut_short, decode

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX = b"Exif\0\0"
_ASCII = 2
_ENTRY_LENGTH = 12
_INLINE_LENGTH = 4


def texts(content: bytes, where: str) -> Iterator[tuple[str, str]]:
    """Every text of the first directory that starts with a key and a colon, once per key.

    ComfyUI uses Model (0x0110) for the prompt and the tags below it, Make (0x010F) first, for
    the rest; its front end looks at all tags, and so does this.
    """
    tiff = content.removeprefix(_PREFIX)
    unseen = set(KEYS)
    for start, end in _ascii_values(tiff):
        key = next((key for key in unseen if tiff.startswith(f"{key}:".encode(), start)), None)
        if key is None:
            continue
        if end > len(tiff):
            raise cut_short(where)
        unseen.remove(key)
        yield key, decode(tiff[start + len(key) + 1 : end].rstrip(b"\0"))


def _ascii_values(tiff: bytes) -> Iterator[tuple[int, int]]:
    """Start and end of every ASCII value that is not inside its directory entry."""
    number = {b"II": _little, b"MM": _big}.get(tiff[:2])
    if number is None:
        return
    directory = number(tiff[4:8])
    for index in range(number(tiff[directory : directory + 2])):
        start = directory + 2 + index * _ENTRY_LENGTH
        entry = tiff[start : start + _ENTRY_LENGTH]
        length, offset = number(entry[4:8]), number(entry[8:12])
        if number(entry[2:4]) == _ASCII and length > _INLINE_LENGTH:
            yield offset, offset + length


def _little(content: bytes) -> int:
    return int.from_bytes(content, "little")


def _big(content: bytes) -> int:
    return int.from_bytes(content, "big")
