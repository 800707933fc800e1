"""What a safetensors file says about its tensors before the first of them; never loads torch."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from capdemo.errors import InputError
from capdemo.models.file_kinds import another_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_LENGTH = 8
_LARGEST_HEADER = 100_000_000
"""Bytes; the limit that the format itself sets."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a tensor lies, and its form."""

    dtype: str
    """The format's word: `F16`."""
    shape: tuple[int, ...]
    begin: int
    """Bytes from the end of the header."""
    end: int


@dataclass(frozen=True, slots=True)
class Header:
    """The list of a file's tensors."""

    entries: Mapping[str, Entry]
    metadata: Mapping[str, str]
    start: int
    """Bytes in front of the first tensor."""


def read_header(path: Path) -> Header:
    """Read the header (format 0.6: length, JSON) of a file that holds all that it lists.

    Raises `InputError` where the file is cut short, damaged, or something else.
    """
    if (error := another_file(path)) is not None:
        raise error
    size = path.stat().st_size
    listed, start = _read_json(path, size)
    metadata = listed.pop("__metadata__", {})
    try:
        entries = {name: _entry(fields) for name, fields in listed.items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise damaged(path, f"its list of tensors is broken at {error}") from error
    needed = max((entry.end for entry in entries.values()), default=0)
    if needed > size - start:
        raise InputError(
            f"The file is cut short: {size - start:,} of {needed:,} bytes of weights are there.",
            where=str(path),
            hint="The download was not finished. Download the file again.",
        )
    return Header(entries, metadata, start)


def damaged(path: Path, why: str) -> InputError:
    """The error for a file that does not keep to the format."""
    return InputError(
        f"The file is no safetensors file, or is damaged: {why}.",
        where=str(path),
        hint="Download it again.",
    )


def _read_json(path: Path, size: int) -> tuple[dict[str, Any], int]:
    """The list of tensors, and where it ends."""
    with path.open("rb") as file:
        if size < _LENGTH:
            raise damaged(path, "it has no header")
        (length,) = struct.unpack("<Q", file.read(_LENGTH))
        if length > _LARGEST_HEADER:
            raise damaged(path, "it does not begin with the length of a header")
        if _LENGTH + length > size:
            raise damaged(path, "it ends within its header")
        text = file.read(length)
    try:
        listed = json.loads(text)
    except ValueError as error:
        raise damaged(path, "its header is no JSON") from error
    if not isinstance(listed, dict):
        raise damaged(path, "its header is no list of tensors")
    return listed, _LENGTH + length


def _entry(fields: Mapping[str, Any]) -> Entry:
    begin, end = fields["data_offsets"]
    if not 0 <= begin <= end:
        raise ValueError(begin)
    shape = tuple(fields["shape"])
    if not all(isinstance(side, int) and side >= 0 for side in shape):
        raise ValueError(shape)
    return Entry(str(fields["dtype"]), shape, int(begin), int(end))
