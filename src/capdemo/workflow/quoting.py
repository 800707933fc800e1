"""A file's own words inside a message of ours: quoted, on one line, and cut short."""

from __future__ import annotations

_LENGTH = 80


def quoted(value: object, length: int = _LENGTH) -> str:
    """The value as Python writes it, or its first characters and an ellipsis."""
    is_long_text = isinstance(value, str) and len(value) > length
    text = repr(value[:length] if is_long_text and isinstance(value, str) else value)
    return f"{text[:length]}..." if is_long_text or len(text) > length + 2 else text
