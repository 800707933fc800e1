"""Tags of Matroska and WebM files, by EBML's structure (RFC 8794, RFC 9559)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.workflow.embedded.bounds import KEYS, STEP_LIMIT, decode, read_text_bytes
from capdemo.workflow.embedded.members import COMMENT, member_texts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

SIGNATURE = b"\x1a\x45\xdf\xa3"

_SEGMENT = b"\x18\x53\x80\x67"
_TAGS = b"\x12\x54\xc3\x67"
_TAG = b"\x73\x73"
_SIMPLE_TAG = b"\x67\xc8"
_TAG_NAME = b"\x45\xa3"
_TAG_TEXT = b"\x44\x87"
_ENTERED = frozenset({_SEGMENT, _TAGS, _TAG, _SIMPLE_TAG})

_NAME_LIMIT = 64
_LONGEST_ID = 4
_LONGEST_SIZE = 8


def texts(file: BinaryIO, where: str) -> Iterator[tuple[str, str]]:
    """The tags of the keys' names, in any case, and behind them what a comment holds."""
    comments: list[str] = []
    for name, text in _tags(file, where):
        if name == COMMENT:
            comments.append(text)
        else:
            yield name, text
    for comment in comments:
        yield from member_texts(comment, where)


def _tags(file: BinaryIO, where: str) -> Iterator[tuple[str, str]]:
    """Walk the elements, going into those that lead to tags."""
    file.seek(0)
    name = ""
    for _ in range(STEP_LIMIT):
        kind, size = _head(file)
        if not kind:
            return
        # An element of unknown size, as streams have it, is followed by what it holds.
        if kind in _ENTERED or size is None:
            continue
        if kind == _TAG_NAME and size <= _NAME_LIMIT:
            name = decode(file.read(size)).rstrip("\0").lower()
        elif kind == _TAG_TEXT and name in (*KEYS, COMMENT):
            yield name, decode(read_text_bytes(file, size, where)).rstrip("\0")
        else:
            file.seek(size, 1)


def _head(file: BinaryIO) -> tuple[bytes, int | None]:
    """The next element's id, empty at the end, and its size, None where it is unknown."""
    kind = _variable(file, _LONGEST_ID)
    size = _variable(file, _LONGEST_SIZE)
    if not kind or not size:
        return b"", None
    marker = 1 << (7 * len(size))
    value = int.from_bytes(size) & (marker - 1)
    return kind, None if value == marker - 1 else value


def _variable(file: BinaryIO, longest: int) -> bytes:
    """A number whose first byte says by its leading zeros how many follow; empty where none is."""
    first = file.read(1)
    if not first:
        return b""
    length = 9 - first[0].bit_length()
    if length > longest:
        return b""
    rest = file.read(length - 1)
    return first + rest if len(rest) == length - 1 else b""
