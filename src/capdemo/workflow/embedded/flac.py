"""Vorbis comments of FLAC files (RFC 9639), where ComfyUI's SaveAudio keeps both formats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.workflow.embedded.bounds import KEYS, STEP_LIMIT, decode, read_text_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

SIGNATURE = b"fLaC"

_COMMENTS = 4
_LAST = 0x80


def texts(file: BinaryIO, where: str) -> Iterator[tuple[str, str]]:
    """Walk the blocks of metadata up to the sound."""
    file.seek(len(SIGNATURE))
    for _ in range(STEP_LIMIT):
        head = file.read(4)
        if len(head) < len(SIGNATURE):
            return
        length = int.from_bytes(head[1:])
        if head[0] & ~_LAST == _COMMENTS:
            yield from _comments(read_text_bytes(file, length, where))
        else:
            file.seek(length, 1)
        if head[0] & _LAST:
            return


def _comments(content: bytes) -> Iterator[tuple[str, str]]:
    """Lines of the form `name=text`, names in any case, behind the encoder's name."""
    position = 4 + _number(content, 0)
    count, position = _number(content, position), position + 4
    for _ in range(min(count, STEP_LIMIT)):
        length, position = _number(content, position), position + 4
        name, equals, text = content[position : position + length].partition(b"=")
        position += length
        key = decode(name).lower()
        if equals and key in KEYS and position <= len(content):
            yield key, decode(text)


def _number(content: bytes, position: int) -> int:
    return int.from_bytes(content[position : position + 4], "little")
