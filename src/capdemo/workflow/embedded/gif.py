"""The comment of a GIF, in which capdemo keeps both formats; ComfyUI keeps none there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.workflow.embedded.bounds import STEP_LIMIT, cut_short, decode
from capdemo.workflow.embedded.members import member_texts
from capdemo.workflow.json_text import TEXT_LIMIT, too_big

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

SIGNATURES = (b"GIF87a", b"GIF89a")

_HEAD_LENGTH = 13
_EXTENSION = b"\x21"
_COMMENT = b"\xfe"


def texts(file: BinaryIO, where: str) -> Iterator[tuple[str, str]]:
    """The comments before the first frame, which is where encoders put them."""
    file.seek(0)
    head = file.read(_HEAD_LENGTH)
    if len(head) < _HEAD_LENGTH:
        return
    flags = head[10]
    if flags & 0x80:
        file.seek(3 << ((flags & 7) + 1), 1)  # the colours that frames share
    for _ in range(STEP_LIMIT):
        if file.read(1) != _EXTENSION:
            return
        kind = file.read(1)
        content = _blocks(file, where, kept=kind == _COMMENT)
        if content:
            yield from member_texts(decode(content), where)


def _blocks(file: BinaryIO, where: str, *, kept: bool) -> bytes:
    """The content of an extension, which comes in blocks of up to 255 bytes."""
    blocks: list[bytes] = []
    for _ in range(STEP_LIMIT):
        length = int.from_bytes(file.read(1))
        if length == 0:
            break
        block = file.read(length)
        if kept:
            blocks.append(block)
        if kept and len(block) < length:
            raise cut_short(where)
        if len(blocks) * 255 > TEXT_LIMIT:
            raise too_big(where)
    return b"".join(blocks)
