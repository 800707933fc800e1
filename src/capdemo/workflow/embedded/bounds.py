"""How much of a foreign file is read, and what is said where that is not enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.errors import InputError
from capdemo.workflow.json_text import TEXT_LIMIT, too_big

if TYPE_CHECKING:
    from typing import BinaryIO

KEYS = ("workflow", "prompt")
"""ComfyUI's names of the editor's format and of the executed one."""

STEP_LIMIT = 200_000
"""Chunks or boxes that are looked at in one list; a PNG of 10 GB in ordinary chunks has fewer."""


def read_text_bytes(file: BinaryIO, length: int, where: str) -> bytes:
    """The next `length` bytes, which hold a workflow.

    Raises `InputError` where they are more than a workflow may have, or the file ends before.
    """
    if length > TEXT_LIMIT:
        raise too_big(where)
    content = file.read(length)
    if len(content) < length:
        raise cut_short(where)
    return content


def cut_short(where: str) -> InputError:
    """The error for a text that should go on where the file ends."""
    return InputError(
        "The file ends in the middle of the workflow that it carries.",
        where=where,
        hint="Download or copy it again.",
    )


def damaged(where: str) -> InputError:
    """The error for a text that cannot be unpacked."""
    return InputError(
        "The workflow that the file carries is damaged.",
        where=where,
        hint="Download or copy it again.",
    )


def decode(content: bytes) -> str:
    """UTF-8, else Latin-1, as PNG has it; ComfyUI writes ASCII, other tools either."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("latin-1")
