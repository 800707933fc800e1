"""The EXIF chunk of WebP files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.workflow.embedded import exif
from capdemo.workflow.embedded.bounds import STEP_LIMIT, read_text_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_HEADER_LENGTH = 12
_CHUNK_HEAD_LENGTH = 8


def texts(file: BinaryIO, where: str) -> Iterator[tuple[str, str]]:
    """Walk the RIFF chunks of a WebP file up to its metadata."""
    file.seek(_HEADER_LENGTH)
    for _ in range(STEP_LIMIT):
        head = file.read(_CHUNK_HEAD_LENGTH)
        if len(head) < _CHUNK_HEAD_LENGTH:
            return
        length = int.from_bytes(head[4:], "little")
        if head[:4] == b"EXIF":
            yield from exif.texts(read_text_bytes(file, length, where), where)
            return
        file.seek(length + length % 2, 1)  # chunks start at even places
