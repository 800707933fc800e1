"""Text chunks of PNG files, and ComfyUI's own `comf` chunks in animated ones."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from capdemo.workflow.embedded.bounds import (
    KEYS,
    STEP_LIMIT,
    damaged,
    decode,
    read_text_bytes,
)
from capdemo.workflow.json_text import TEXT_LIMIT, too_big

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

SIGNATURE = b"\x89PNG\r\n\x1a\n"

_KEYWORD_LIMIT = 79  # bytes, by the PNG specification
_TEXT_CHUNKS = (b"tEXt", b"zTXt", b"iTXt", b"comf")
_CHECKSUM_LENGTH = 4


def texts(file: BinaryIO, where: str) -> Iterator[tuple[str, str]]:
    """Walk the chunks of a PNG file, also those after the pixels."""
    file.seek(len(SIGNATURE))
    unseen = set(KEYS)
    for _ in range(STEP_LIMIT):
        head = file.read(8)
        length, kind = int.from_bytes(head[:4]), head[4:]
        if len(head) < len(SIGNATURE) or kind == b"IEND" or not unseen:
            return
        start = file.tell()
        key = _keyword(file, length) if kind in _TEXT_CHUNKS else None
        if key in unseen:
            unseen.remove(key)
            file.seek(start)
            content = read_text_bytes(file, length, where)[len(key) + 1 :]
            yield key, _text(kind, content, where)
        file.seek(start + length + _CHECKSUM_LENGTH)


def _keyword(file: BinaryIO, length: int) -> str:
    return file.read(min(length, _KEYWORD_LIMIT + 1)).partition(b"\0")[0].decode("latin-1")


def _text(kind: bytes, content: bytes, where: str) -> str:
    if kind == b"zTXt":
        return decode(_inflated(content[1:], where))
    if kind == b"iTXt":
        is_compressed = content[:1] == b"\x01"
        text = content[2:].split(b"\0", 2)[-1]  # past the language and the translated keyword
        return decode(_inflated(text, where) if is_compressed else text)
    return decode(content)


def _inflated(content: bytes, where: str) -> bytes:
    """Unpacked only as far as a workflow may reach, whatever the packed bytes promise."""
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(content, TEXT_LIMIT + 1)
    except zlib.error as error:
        raise damaged(where) from error
    if len(text) > TEXT_LIMIT:
        raise too_big(where)
    if not unpacker.eof:
        raise damaged(where)
    return text
