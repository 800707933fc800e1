"""What a file is by its first bytes where it is no weights; reads no more of it and no torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_STARTS: Mapping[bytes, str] = {
    b"<!doctype": "a web page, not the file that its address promised",
    b"<html": "a web page, not the file that its address promised",
    b"version https://git-lfs": "a Git LFS pointer, not the file that it points to",
    b"gguf": "a GGUF file, which holds language or diffusion models",
    b"\x89png": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
}


def recognise_start(path: Path) -> str:
    """What else than weights a file is by its first bytes, as a clause; empty where unknown."""
    if not path.is_file():
        return "absent"
    with path.open("rb") as file:
        start = file.read(64).lstrip().lower()
    if not start:
        return "empty"
    return next((kind for begin, kind in _STARTS.items() if start.startswith(begin)), "")
