"""String attributes of OpenEXR files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.workflow.embedded.bounds import KEYS, STEP_LIMIT, decode, read_text_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

SIGNATURE = b"\x76\x2f\x31\x01"

_HEAD_LENGTH = 8
_NAME_LIMIT = 256  # bytes with the NUL, by the file layout of OpenEXR 2


def texts(file: BinaryIO, where: str) -> Iterator[tuple[str, str]]:
    """Walk the attributes of the first header."""
    file.seek(_HEAD_LENGTH)
    for _ in range(STEP_LIMIT):
        name, kind = _name(file), _name(file)
        if not name or not kind:
            return
        length = int.from_bytes(file.read(4), "little")
        if name in KEYS and kind == "string":
            yield name, decode(read_text_bytes(file, length, where))
        else:
            file.seek(length, 1)


def _name(file: BinaryIO) -> str:
    """Bytes up to a NUL; empty at the header's end, where one stands alone."""
    start = file.tell()
    content, nul, _ = file.read(_NAME_LIMIT).partition(b"\0")
    file.seek(start + len(content) + 1)
    return content.decode("latin-1") if nul else ""
